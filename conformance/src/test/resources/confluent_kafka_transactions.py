"""librdkafka's transactional producer: commit, abort, consume-transform-produce, fencing."""
import sys
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

servers = sys.argv[1]


def producer(transactional_id):
    made = Producer({"bootstrap.servers": servers, "transactional.id": transactional_id, "linger.ms": 0})
    made.init_transactions(30)
    return made


def consumer(group, isolation="read_committed"):
    return Consumer({
        "bootstrap.servers": servers,
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": isolation,
    })


def read(topic, count, isolation="read_committed", patience=30):
    reader = consumer("reader-of-" + topic + "-" + isolation, isolation)
    reader.assign([TopicPartition(topic, 0, 0), TopicPartition(topic, 1, 0)])
    values = []
    tries = 0
    while len(values) < count and tries < patience * 10:
        message = reader.poll(0.1)
        tries += 1
        if message is not None and not message.error():
            values.append(message.value().decode())
    for _ in range(10):
        message = reader.poll(0.1)
        if message is not None and not message.error():
            values.append(message.value().decode())
    reader.close()
    return sorted(values)


admin = AdminClient({"bootstrap.servers": servers})
for future in admin.create_topics([NewTopic("rd-in", 2, 1), NewTopic("rd-out", 2, 1)]).values():
    future.result(30)

# Committed and aborted.
first = producer("rd-first")
first.begin_transaction()
for i in range(10):
    first.produce("rd-in", str(i).encode(), partition=i % 2)
first.commit_transaction(30)
first.begin_transaction()
for i in range(10):
    first.produce("rd-in", b"aborted", partition=i % 2)
first.flush(30)
first.abort_transaction(30)
first.begin_transaction()
for i in range(10, 20):
    first.produce("rd-in", str(i).encode(), partition=i % 2)
first.commit_transaction(30)
expected = sorted(str(i) for i in range(20))
assert read("rd-in", 20) == expected, read("rd-in", 20)
assert len(read("rd-in", 30, "read_uncommitted")) == 30

# Consumed, transformed, produced: the first attempt is given up half way.
worker = producer("rd-worker")
source = consumer("rd-workers")
source.subscribe(["rd-in"])
done = 0
gave_up = False
while done < 20:
    messages = [m for m in source.consume(5, 1.0) if not m.error()]
    if not messages:
        continue
    worker.begin_transaction()
    for message in messages:
        worker.produce("rd-out", b"did " + message.value(), partition=message.partition())
    worker.send_offsets_to_transaction(
        source.position(source.assignment()), source.consumer_group_metadata(), 30)
    if gave_up:
        worker.commit_transaction(30)
        done += len(messages)
    else:
        gave_up = True
        worker.abort_transaction(30)
        for message in messages:
            at = TopicPartition(message.topic(), message.partition())
            committed = source.committed([at], 30)[0].offset
            at.offset = committed if committed >= 0 else 0
            source.seek(at)
source.close()
assert read("rd-out", 20) == sorted("did " + value for value in expected), read("rd-out", 20)

# A producer that takes the place of another fences it.
zombie = producer("rd-fenced")
zombie.begin_transaction()
zombie.produce("rd-out", b"zombie", partition=0)
zombie.flush(30)
successor = producer("rd-fenced")
try:
    zombie.commit_transaction(30)
    raise AssertionError("the zombie committed")
except KafkaException as refused:
    assert refused.args[0].fatal(), refused
successor.begin_transaction()
successor.produce("rd-out", b"successor", partition=0)
successor.commit_transaction(30)
assert read("rd-out", 21) == sorted(["did " + value for value in expected] + ["successor"])

print("done")
