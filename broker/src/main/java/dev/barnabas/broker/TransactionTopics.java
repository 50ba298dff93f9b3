package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.metadata.Topic;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.transactions.TopicPartition;
import dev.barnabas.transactions.Topics;

/** The topics that transactions write to, out of the newest image of this node. */
record TransactionTopics(Node node) implements Topics {

    @Override
    public boolean hasPartition(TopicPartition partition) {
        return node.image()
                .topic(partition.topic())
                .flatMap(topic -> topic.partition(partition.partition()))
                .isPresent();
    }

    @Override
    public boolean isInternal(String topic) {
        return Topic.isInternal(topic);
    }

    @Override
    public TopicPartition offsetsOf(String groupId) {
        int partitions = node.image()
                .topic(Topic.CONSUMER_OFFSETS)
                .map(topic -> topic.partitions().size())
                .orElseGet(() -> node.settings().get(CoordinatorSettings.OFFSETS_TOPIC_NUM_PARTITIONS));
        return new TopicPartition(Topic.CONSUMER_OFFSETS, GroupCoordinator.partitionOf(groupId, partitions));
    }
}
