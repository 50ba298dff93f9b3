package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse.Assignment;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse.DescribedGroup;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse.TopicPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How one share group stands: one of those that a ShareGroupDescribe request asks for (KIP-932). */
record ShareDescribe(String groupId, Ticket<DescribedGroup> ticket) implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ShareGroup> group = shard.share(groupId);
        if (group.isPresent()) {
            return Decision.answer(ticket.with(described(shard, group.get())));
        }
        String why = shard.group(groupId).isPresent()
                ? "Group " + groupId + " is not a share group."
                : "Group " + groupId + " not found.";
        return Decision.answer(ticket.with(refusal(groupId, ErrorCode.GROUP_ID_NOT_FOUND).toBuilder()
                .errorMessage(why)
                .build()));
    }

    private static DescribedGroup described(GroupShard shard, ShareGroup group) {
        List<ShareGroupDescribeResponse.Member> members = new ArrayList<>();
        group.members().forEach((memberId, member) -> {
            ShareCurrent current = group.current(memberId);
            members.add(ShareGroupDescribeResponse.Member.builder()
                    .memberId(memberId)
                    .rackId(member.rackId())
                    .memberEpoch(current.epoch())
                    .clientId(member.clientId())
                    .clientHost(member.clientHost())
                    .subscribedTopicNames(List.copyOf(member.topics()))
                    .assignment(assignment(shard.topics(), current.assigned()))
                    .build());
        });
        return DescribedGroup.builder()
                .errorMessage(null)
                .groupId(group.id())
                .groupState(group.state())
                .groupEpoch(group.epoch())
                .assignmentEpoch(group.targetEpoch())
                .assignorName(ShareAssignment.NAME)
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
        return DescribedGroup.builder()
                .groupId(groupId)
                .errorCode(error.code())
                .errorMessage(error.name())
                .build();
    }
}
