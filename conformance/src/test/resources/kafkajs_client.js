// kafkajs against a node: produce, consume as a group, offsets, administration.
const { Kafka, CompressionTypes, ConfigResourceTypes, logLevel } = require('kafkajs')
const assert = require('assert')

async function main() {
  const kafka = new Kafka({ clientId: 'kafkajs', brokers: [process.argv[2]], logLevel: logLevel.ERROR })
  const admin = kafka.admin()
  await admin.connect()
  assert(await admin.createTopics({ topics: [{ topic: 'kafkajs', numPartitions: 3 }] }))
  assert((await admin.listTopics()).includes('kafkajs'))

  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    const producer = kafka.producer({ idempotent: true })
    await producer.connect()
    const messages = [...Array(100).keys()].map(i => ({ key: `k${i}`, value: `v${i}`, headers: { h: '1' } }))
    await producer.send({ topic: 'kafkajs', compression, messages })
    await producer.disconnect()
  }

  const consumer = kafka.consumer({ groupId: 'kafkajs-group' })
  await consumer.connect()
  await consumer.subscribe({ topics: ['kafkajs'], fromBeginning: true })
  const values = []
  await new Promise((resolve, reject) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        assert.strictEqual(message.headers.h.toString(), '1')
        values.push(message.value.toString())
        if (values.length === 200) resolve()
      },
    }).catch(reject)
    setTimeout(() => reject(new Error(`only ${values.length} of 200 records came`)), 60000).unref()
  })
  assert.strictEqual(new Set(values).size, 100)
  await consumer.stop()
  await consumer.disconnect()

  const offsets = await admin.fetchOffsets({ groupId: 'kafkajs-group', topics: ['kafkajs'] })
  const committed = offsets[0].partitions.reduce((sum, p) => sum + Number(p.offset), 0)
  assert.strictEqual(committed, 200)
  const ends = await admin.fetchTopicOffsets('kafkajs')
  assert.strictEqual(ends.reduce((sum, p) => sum + Number(p.high), 0), 200)

  // Transactions: records and offsets count together, or not at all.
  await admin.createTopics({ topics: [{ topic: 'kafkajs-transactions', numPartitions: 1 }] })
  const transactional = kafka.producer({ transactionalId: 'mine', idempotent: true, maxInFlightRequests: 1 })
  await transactional.connect()
  for (const [outcome, offset] of [['abort', '1'], ['commit', '2']]) {
    const transaction = await transactional.transaction()
    await transaction.send({ topic: 'kafkajs-transactions', messages: [{ value: outcome }] })
    await transaction.sendOffsets({
      consumerGroupId: 'kafkajs-transactions-group',
      topics: [{ topic: 'kafkajs', partitions: [{ partition: 0, offset }] }],
    })
    await transaction[outcome]()
  }
  await transactional.disconnect()
  const reader = kafka.consumer({ groupId: 'kafkajs-readers', readUncommitted: false })
  await reader.connect()
  await reader.subscribe({ topics: ['kafkajs-transactions'], fromBeginning: true })
  const first = await new Promise((resolve, reject) => {
    reader.run({ eachMessage: async ({ message }) => resolve(message.value.toString()) }).catch(reject)
    setTimeout(() => reject(new Error('what was committed did not come')), 60000).unref()
  })
  assert.strictEqual(first, 'commit')
  await reader.disconnect()
  // A commit is answered before the group's partition has its marker.
  const question = { groupId: 'kafkajs-transactions-group', topics: ['kafkajs'] }
  const offsetOfGroup = async () => (await admin.fetchOffsets(question))[0].partitions.find(p => p.partition === 0).offset
  for (let asked = 0; (await offsetOfGroup()) === '-1' && asked < 600; asked++) {
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  assert.strictEqual(await offsetOfGroup(), '2')

  const resource = { type: ConfigResourceTypes.TOPIC, name: 'kafkajs' }
  await admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '123456' }] }] })
  const { resources } = await admin.describeConfigs({ resources: [resource] })
  assert.strictEqual(resources[0].configEntries.find(e => e.configName === 'retention.ms').configValue, '123456')

  await admin.deleteTopicRecords({ topic: 'kafkajs', partitions: [{ partition: 0, offset: '-1' }] })
  await admin.resetOffsets({ groupId: 'kafkajs-group', topic: 'kafkajs', earliest: true })
  await admin.deleteGroups(['kafkajs-group'])
  await admin.createPartitions({ topicPartitions: [{ topic: 'kafkajs', count: 4 }] })
  await admin.deleteTopics({ topics: ['kafkajs'] })
  await admin.disconnect()
  console.log('done')
}

main().catch(e => { console.error(e); process.exit(1) })
