package dev.barnabas.groups;

import dev.barnabas.groups.ConsumerMember.Classic;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.state.ConsumerGroupCurrentMemberAssignmentValue;
import dev.barnabas.protocol.state.ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions;
import dev.barnabas.protocol.state.ConsumerGroupMemberMetadataValue;
import dev.barnabas.protocol.state.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import dev.barnabas.protocol.state.ConsumerGroupMemberMetadataValue.ClassicProtocol;
import dev.barnabas.protocol.state.ConsumerGroupTargetAssignmentMemberValue;
import dev.barnabas.protocol.state.ConsumerGroupTargetAssignmentMemberValue.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The parts of a consumer group as they are stored, and back. */
final class StoredConsumer {

    private StoredConsumer() {}

    static ConsumerGroupMemberMetadataValue member(ConsumerMember member) {
        Classic classic = member.classic();
        return ConsumerGroupMemberMetadataValue.builder()
                .instanceId(member.instanceId())
                .rackId(member.rackId())
                .clientId(member.clientId())
                .clientHost(member.clientHost())
                .subscribedTopicNames(List.copyOf(member.topics()))
                .subscribedTopicRegex(member.pattern())
                .rebalanceTimeoutMs(member.rebalanceTimeoutMs())
                .serverAssignor(member.assignor())
                .classicMemberMetadata(
                        classic == null
                                ? null
                                : new ClassicMemberMetadata(
                                        classic.sessionTimeoutMs(),
                                        classic.protocols().stream()
                                                .map(each -> new ClassicProtocol(each.name(), each.metadata()))
                                                .toList()))
                .build();
    }

    static ConsumerMember readMember(ConsumerGroupMemberMetadataValue value) {
        ClassicMemberMetadata classic = value.classicMemberMetadata();
        return new ConsumerMember(
                value.instanceId(),
                value.rackId(),
                value.clientId(),
                value.clientHost(),
                new TreeSet<>(value.subscribedTopicNames()),
                value.subscribedTopicRegex(),
                value.rebalanceTimeoutMs(),
                value.serverAssignor(),
                classic == null
                        ? null
                        : new Classic(
                                classic.sessionTimeoutMs(),
                                classic.supportedProtocols().stream()
                                        .map(each -> new Protocol(each.name(), each.metadata()))
                                        .toList()));
    }

    static ConsumerGroupTargetAssignmentMemberValue target(Partitions target) {
        return ConsumerGroupTargetAssignmentMemberValue.builder()
                .topicPartitions(target.byTopic().entrySet().stream()
                        .map(topic -> new TopicPartition(topic.getKey(), List.copyOf(topic.getValue())))
                        .toList())
                .build();
    }

    static Partitions readTarget(ConsumerGroupTargetAssignmentMemberValue value) {
        Partitions.Builder partitions = new Partitions.Builder();
        value.topicPartitions()
                .forEach(topic -> topic.partitions().forEach(partition -> partitions.add(topic.topicId(), partition)));
        return partitions.build();
    }

    static ConsumerGroupCurrentMemberAssignmentValue current(CurrentAssignment current) {
        return ConsumerGroupCurrentMemberAssignmentValue.builder()
                .memberEpoch(current.epoch())
                .previousMemberEpoch(current.previousEpoch())
                .state(current.state().code())
                .assignedPartitions(current.assigned().entrySet().stream()
                        .map(topic -> new TopicPartitions(
                                topic.getKey(),
                                List.copyOf(topic.getValue().keySet()),
                                List.copyOf(topic.getValue().values())))
                        .toList())
                .partitionsPendingRevocation(current.revoking().byTopic().entrySet().stream()
                        .map(topic -> new TopicPartitions(topic.getKey(), new ArrayList<>(topic.getValue()), null))
                        .toList())
                .build();
    }

    static CurrentAssignment readCurrent(ConsumerGroupCurrentMemberAssignmentValue value) {
        NavigableMap<Uuid, NavigableMap<Integer, Integer>> assigned = new TreeMap<>();
        for (TopicPartitions topic : value.assignedPartitions()) {
            NavigableMap<Integer, Integer> partitions = new TreeMap<>();
            for (int i = 0; i < topic.partitions().size(); i++) {
                partitions.put(topic.partitions().get(i), since(topic.assignmentEpochs(), i, value.memberEpoch()));
            }
            if (!partitions.isEmpty()) {
                assigned.put(topic.topicId(), partitions);
            }
        }
        Partitions.Builder revoking = new Partitions.Builder();
        value.partitionsPendingRevocation()
                .forEach(topic -> topic.partitions().forEach(partition -> revoking.add(topic.topicId(), partition)));
        return new CurrentAssignment(
                value.memberEpoch(),
                value.previousMemberEpoch(),
                State.of(value.state()),
                Collections.unmodifiableNavigableMap(assigned),
                revoking.build());
    }

    /** Records of Kafka before 4.3 do not say since when a member has a partition; at the latest since its epoch. */
    private static int since(@Nullable List<Integer> epochs, int index, int memberEpoch) {
        return epochs == null || index >= epochs.size() ? memberEpoch : epochs.get(index);
    }
}
