package dev.barnabas.groups;

import dev.barnabas.groups.ShareRecord.ShareGroupStored;
import dev.barnabas.groups.ShareRecord.ShareTargetStored;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.state.ShareGroupCurrentMemberAssignmentValue;
import dev.barnabas.protocol.state.ShareGroupMemberMetadataValue;
import dev.barnabas.protocol.state.ShareGroupMetadataValue;
import dev.barnabas.protocol.state.ShareGroupStatePartitionMetadataValue;
import dev.barnabas.protocol.state.ShareGroupStatePartitionMetadataValue.TopicInfo;
import dev.barnabas.protocol.state.ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMemberValue;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMemberValue.TopicPartition;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMetadataValue;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/** The parts of a share group as they are stored, and back. */
final class StoredShare {
    /** The only state that a member has: it never has to give anything up first. */
    private static final byte STABLE = CurrentAssignment.State.STABLE.code();

    private StoredShare() {}

    static ShareGroupMetadataValue group(ShareGroupStored group) {
        return ShareGroupMetadataValue.builder()
                .epoch(group.epoch())
                .metadataHash(group.metadataHash())
                .build();
    }

    static ShareGroupTargetAssignmentMetadataValue target(ShareTargetStored target) {
        return ShareGroupTargetAssignmentMetadataValue.builder()
                .assignmentEpoch(target.epoch())
                .assignmentTimestamp(target.assignedMs())
                .build();
    }

    static ShareGroupMemberMetadataValue member(ShareMember member) {
        return ShareGroupMemberMetadataValue.builder()
                .rackId(member.rackId())
                .clientId(member.clientId())
                .clientHost(member.clientHost())
                .subscribedTopicNames(List.copyOf(member.topics()))
                .build();
    }

    static ShareMember readMember(ShareGroupMemberMetadataValue value) {
        return new ShareMember(
                value.rackId(), value.clientId(), value.clientHost(), new TreeSet<>(value.subscribedTopicNames()));
    }

    static ShareGroupTargetAssignmentMemberValue memberTarget(Partitions target) {
        return ShareGroupTargetAssignmentMemberValue.builder()
                .topicPartitions(target.byTopic().entrySet().stream()
                        .map(topic -> new TopicPartition(topic.getKey(), List.copyOf(topic.getValue())))
                        .toList())
                .build();
    }

    static Partitions readMemberTarget(ShareGroupTargetAssignmentMemberValue value) {
        Partitions.Builder partitions = new Partitions.Builder();
        value.topicPartitions()
                .forEach(topic -> topic.partitions().forEach(partition -> partitions.add(topic.topicId(), partition)));
        return partitions.build();
    }

    static ShareGroupCurrentMemberAssignmentValue current(ShareCurrent current) {
        return ShareGroupCurrentMemberAssignmentValue.builder()
                .memberEpoch(current.epoch())
                .previousMemberEpoch(current.previousEpoch())
                .state(STABLE)
                .assignedPartitions(current.assigned().byTopic().entrySet().stream()
                        .map(topic -> new ShareGroupCurrentMemberAssignmentValue.TopicPartitions(
                                topic.getKey(), List.copyOf(topic.getValue())))
                        .toList())
                .build();
    }

    static ShareCurrent readCurrent(ShareGroupCurrentMemberAssignmentValue value) {
        Partitions.Builder partitions = new Partitions.Builder();
        value.assignedPartitions()
                .forEach(topic -> topic.partitions().forEach(partition -> partitions.add(topic.topicId(), partition)));
        return new ShareCurrent(value.memberEpoch(), value.previousMemberEpoch(), partitions.build());
    }

    static ShareGroupStatePartitionMetadataValue topics(ShareTopics topics) {
        return ShareGroupStatePartitionMetadataValue.builder()
                .initializingTopics(named(topics.initializing(), topics.names()))
                .initializedTopics(named(topics.initialized(), topics.names()))
                .deletingTopics(topics.deleting().stream()
                        .map(topic -> new TopicInfo(topic, name(topic, topics.names())))
                        .toList())
                .build();
    }

    private static List<TopicPartitionsInfo> named(Partitions partitions, NavigableMap<Uuid, String> names) {
        return partitions.byTopic().entrySet().stream()
                .map(topic -> new TopicPartitionsInfo(
                        topic.getKey(), name(topic.getKey(), names), List.copyOf(topic.getValue())))
                .toList();
    }

    private static String name(Uuid topic, NavigableMap<Uuid, String> names) {
        return Objects.requireNonNullElse(names.get(topic), "");
    }

    static ShareTopics readTopics(ShareGroupStatePartitionMetadataValue value) {
        NavigableMap<Uuid, String> names = new TreeMap<>();
        NavigableSet<Uuid> deleting = new TreeSet<>();
        for (TopicInfo topic : value.deletingTopics()) {
            names.put(topic.topicId(), topic.topicName());
            deleting.add(topic.topicId());
        }
        Partitions initializing = partitions(value.initializingTopics(), names);
        return new ShareTopics(names, initializing, partitions(value.initializedTopics(), names), deleting);
    }

    private static Partitions partitions(List<TopicPartitionsInfo> topics, NavigableMap<Uuid, String> names) {
        Partitions.Builder partitions = new Partitions.Builder();
        for (TopicPartitionsInfo topic : topics) {
            names.put(topic.topicId(), topic.topicName());
            topic.partitions().forEach(partition -> partitions.add(topic.topicId(), partition));
        }
        return partitions.build();
    }
}
