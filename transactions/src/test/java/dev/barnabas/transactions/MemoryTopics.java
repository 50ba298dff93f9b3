package dev.barnabas.transactions;

/** Every topic exists with ten partitions, but for those whose name starts with "no". */
final class MemoryTopics implements Topics {
    private static final int PARTITIONS = 10;

    @Override
    public boolean hasPartition(TopicPartition partition) {
        return !partition.topic().startsWith("no") && partition.partition() >= 0 && partition.partition() < PARTITIONS;
    }

    @Override
    public boolean isInternal(String topic) {
        return topic.startsWith("__");
    }

    @Override
    public TopicPartition offsetsOf(String groupId) {
        return new TopicPartition("__consumer_offsets", Math.floorMod(groupId.hashCode(), PARTITIONS));
    }
}
