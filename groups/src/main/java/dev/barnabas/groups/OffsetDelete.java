package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.GroupRecord.OffsetForgotten;
import dev.barnabas.groups.PendingOffsets.Place;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import dev.barnabas.protocol.message.OffsetDeleteResponse;
import dev.barnabas.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import dev.barnabas.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Forgets offsets of topics that the members of a consumer group do not read, or any if it has no members (KIP-496).
 */
record OffsetDelete(OffsetDeleteRequest request, Ticket<OffsetDeleteResponse> ticket) implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<Group> existing = shard.group(request.groupId());
        if (existing.isEmpty() || shard.share(request.groupId()).isPresent()) {
            return Decision.answer(ticket.with(refusal(ErrorCode.GROUP_ID_NOT_FOUND)));
        }
        Group group = existing.get();
        boolean mayRead = group.shownProtocolType().equals(ClassicGroup.CONSUMER)
                || group.shownProtocolType().equals(StreamsGroup.TYPE);
        if (!group.isEmpty() && !mayRead) {
            return Decision.answer(ticket.with(refusal(ErrorCode.NON_EMPTY_GROUP)));
        }
        List<GroupRecord> records = new ArrayList<>();
        List<OffsetDeleteResponseTopic> answers = new ArrayList<>();
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            ErrorCode error = refusalOf(topic.name(), group, shard);
            List<OffsetDeleteResponsePartition> partitions = new ArrayList<>();
            topic.partitions().forEach(partition -> {
                int index = partition.partitionIndex();
                partitions.add(new OffsetDeleteResponsePartition(index, error.code()));
                if (error == ErrorCode.NONE
                        && isCommittedOrPending(shard, new Place(group.id(), topic.name(), index))) {
                    records.add(new OffsetForgotten(group.id(), topic.name(), index));
                }
            });
            answers.add(new OffsetDeleteResponseTopic(topic.name(), partitions));
        }
        return Expiry.divisible(
                records,
                List.of(ticket.with(
                        OffsetDeleteResponse.builder().topics(answers).build())));
    }

    private static boolean isCommittedOrPending(GroupShard shard, Place place) {
        return shard.pendingOffsets().has(place)
                || shard.offsets()
                        .get(place.groupId(), place.topic(), place.partition())
                        .isPresent();
    }

    private static ErrorCode refusalOf(String topic, Group group, GroupShard shard) {
        if (shard.topics().idOf(topic).isEmpty()) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        return group.isSubscribedTo(topic) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : ErrorCode.NONE;
    }

    static OffsetDeleteResponse refusal(ErrorCode error) {
        return OffsetDeleteResponse.builder().errorCode(error.code()).build();
    }
}
