# confluent-kafka (librdkafka) against a node: idempotent produce, consume as a group, offsets by time, administration.
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

address = sys.argv[1]
admin = AdminClient({"bootstrap.servers": address})
for future in admin.create_topics([NewTopic("confluent", num_partitions=3, replication_factor=1)]).values():
    future.result(30)

delivered = []


def on_delivery(error, message):
    assert error is None, error
    delivered.append(message.offset())


producer = Producer({"bootstrap.servers": address, "enable.idempotence": True, "compression.type": "lz4"})
for i in range(1000):
    producer.produce("confluent", key=str(i), value="v%d" % i, headers={"h": b"1"}, on_delivery=on_delivery)
    producer.poll(0)
assert producer.flush(30) == 0
assert len(delivered) == 1000

consumer = Consumer({
    "bootstrap.servers": address, "group.id": "confluent-group", "auto.offset.reset": "earliest",
    "enable.auto.commit": False, "partition.assignment.strategy": "cooperative-sticky"})
consumer.subscribe(["confluent"])
values = set()
while len(values) < 1000:
    for message in consumer.consume(500, timeout=30):
        assert message.error() is None, message.error()
        assert message.headers() == [("h", b"1")]
        values.add(message.value())
consumer.commit(asynchronous=False)
committed = consumer.committed([TopicPartition("confluent", p) for p in range(3)], timeout=30)
assert sum(p.offset for p in committed) == 1000, committed
low, high = consumer.get_watermark_offsets(TopicPartition("confluent", 0), timeout=30)
assert low == 0 and high > 0
at = consumer.offsets_for_times([TopicPartition("confluent", 0, 0)], timeout=30)
assert at[0].offset == 0, at
consumer.close()


def refusal_of(settings, **record):
    refusals = []
    refused = Producer({"bootstrap.servers": address, **settings})
    refused.produce("confluent", on_delivery=lambda error, message: refusals.append(error), **record)
    assert refused.flush(30) == 0
    return refusals[0].name()


assert refusal_of({"message.max.bytes": 5000000}, value=b"x" * 3000000) == "MSG_SIZE_TOO_LARGE"
assert refusal_of({}, value=b"x", timestamp=int(time.time() * 1000) + 7200000) == "INVALID_TIMESTAMP"

resource = ConfigResource("topic", "confluent")
configs = admin.describe_configs([resource])[resource].result(30)
assert configs["cleanup.policy"].value == "delete"
resource.set_config("retention.ms", "123456")
admin.alter_configs([resource])[resource].result(30)
assert admin.describe_configs([resource])[resource].result(30)["retention.ms"].value == "123456"
for future in admin.create_partitions([NewPartitions("confluent", 4)]).values():
    future.result(30)
assert any(g.id == "confluent-group" for g in admin.list_groups(timeout=30))
for future in admin.delete_topics(["confluent"], operation_timeout=30).values():
    future.result(30)
print("done")
