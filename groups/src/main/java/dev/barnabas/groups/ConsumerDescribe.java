package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse.Assignment;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse.TopicPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How one consumer group stands: one of those that a ConsumerGroupDescribe request asks for (KIP-848). Version 1
 * (KIP-1099) tells which protocol each member speaks. Of a group that is not stable we say what it waits for, in the
 * message ({@link Remark}).
 */
record ConsumerDescribe(String groupId, Ticket<DescribedGroup> ticket) implements GroupOperation {
    private static final byte CLASSIC_MEMBER = 0;
    private static final byte CONSUMER_MEMBER = 1;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ConsumerGroup> group = shard.consumers(groupId);
        if (group.isPresent()) {
            return Decision.answer(ticket.with(described(shard, group.get(), nowMs)));
        }
        String why = shard.group(groupId).isPresent()
                ? "Group " + groupId + " is not a consumer group."
                : "Group " + groupId + " not found.";
        return Decision.answer(ticket.with(refusal(groupId, ErrorCode.GROUP_ID_NOT_FOUND).toBuilder()
                .errorMessage(why)
                .build()));
    }

    private static DescribedGroup described(GroupShard shard, ConsumerGroup group, long nowMs) {
        List<String> assignors = shard.consumerSettings(group.id()).assignors();
        List<ConsumerGroupDescribeResponse.Member> members = new ArrayList<>();
        group.members().forEach((memberId, member) -> {
            CurrentAssignment current = group.current(memberId);
            members.add(ConsumerGroupDescribeResponse.Member.builder()
                    .memberId(memberId)
                    .instanceId(member.instanceId())
                    .rackId(member.rackId())
                    .memberEpoch(current.epoch())
                    .clientId(member.clientId())
                    .clientHost(member.clientHost())
                    .subscribedTopicNames(List.copyOf(member.topics()))
                    .subscribedTopicRegex(member.pattern() == null ? "" : member.pattern())
                    .assignment(assignment(shard.topics(), current.held()))
                    .targetAssignment(assignment(shard.topics(), group.target(memberId)))
                    .memberType(member.usesClassicProtocol() ? CLASSIC_MEMBER : CONSUMER_MEMBER)
                    .build());
        });
        return DescribedGroup.builder()
                .groupId(group.id())
                .errorMessage(Remark.of(group, shard.topics(), nowMs))
                .groupState(group.state())
                .groupEpoch(group.epoch())
                .assignmentEpoch(group.targetEpoch())
                .assignorName(Subscription.preferred(group.members().values(), assignors))
                .members(members)
                .build();
    }

    /** Topics that have been deleted have no name any more. */
    private static Assignment assignment(Topics topics, Partitions partitions) {
        List<TopicPartitions> named = new ArrayList<>();
        partitions
                .byTopic()
                .forEach((topic, indexes) -> topics.nameOf(topic)
                        .ifPresent(name -> named.add(new TopicPartitions(topic, name, List.copyOf(indexes)))));
        return new Assignment(named);
    }

    static DescribedGroup refusal(String groupId, ErrorCode error) {
        return DescribedGroup.builder().groupId(groupId).errorCode(error.code()).build();
    }
}
