# kafka-python against a node: produce, consume by assignment and as a group, offsets by time, administration.
import sys
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic

address = sys.argv[1]
start = int(time.time() * 1000)
admin = KafkaAdminClient(bootstrap_servers=address)
# It guesses the version of a broker from what it can be asked.
assert admin._client.config["api_version"] >= (2, 5, 0), admin._client.config["api_version"]
admin.create_topics([NewTopic("python-kafka", 3, 1, topic_configs={"retention.ms": "1000000"})])
assert "python-kafka" in admin.list_topics()

for codec in [None, "gzip"]:
    producer = KafkaProducer(bootstrap_servers=address, acks="all", compression_type=codec)
    for i in range(100):
        producer.send("python-kafka", key=b"k%d" % i, value=b"v%d" % i, headers=[("h", b"1")], timestamp_ms=start + i)
    producer.flush()
    producer.close()

consumer = KafkaConsumer(bootstrap_servers=address, consumer_timeout_ms=5000, auto_offset_reset="earliest")
partitions = [TopicPartition("python-kafka", p) for p in range(3)]
consumer.assign(partitions)
assert sum(consumer.end_offsets(partitions).values()) == 200
found = consumer.offsets_for_times({partitions[0]: start})
assert found[partitions[0]].offset == 0, found
records = [r for _, r in zip(range(200), consumer)]
assert len(records) == 200
assert {r.value for r in records} == {b"v%d" % i for i in range(100)}
assert all(r.headers == [("h", b"1")] for r in records)
consumer.close()

group = KafkaConsumer(
    "python-kafka", bootstrap_servers=address, group_id="python-group", auto_offset_reset="earliest",
    consumer_timeout_ms=20000, enable_auto_commit=False)
assert len([r for _, r in zip(range(200), group)]) == 200
group.commit()
assert sum(group.committed(p) for p in partitions) == 200
assert ("python-group", "consumer") in admin.list_consumer_groups()
assert admin.describe_consumer_groups(["python-group"])[0].state == "Stable"
group.close()

described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, "python-kafka")])
configs = {c[0]: c[1] for c in described[0].resources[0][4]}
assert configs["retention.ms"] == "1000000", configs
admin.create_partitions({"python-kafka": NewPartitions(5)})
admin.delete_topics(["python-kafka"])
print("done")
