package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponsePartition;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A share group without members begins somewhere else (KIP-932); a group that does not exist is made. The group gets
 * another epoch, and with it the states of the partitions, so that leaders that still know the old ones are fenced.
 */
record AlterShareOffsets(AlterShareGroupOffsetsRequest request, Ticket<AlterShareGroupOffsetsResponse> ticket)
        implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ShareGroup> group = shard.share(request.groupId());
        if (group.isEmpty() && shard.group(request.groupId()).isPresent()) {
            return Decision.answer(ticket.with(
                    refusal(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " is not a share group.")));
        }
        if (group.isPresent() && !group.get().isEmpty()) {
            return Decision.answer(ticket.with(refusal(ErrorCode.NON_EMPTY_GROUP, "The group has members.")));
        }
        NavigableMap<SharePlace, Long> starts = starts(shard.topics());
        if (starts.isEmpty()) {
            return Decision.answer(ticket.with(answer(shard.topics(), new TreeMap<>())));
        }
        ShareDraft draft = new ShareDraft(shard, group.orElseGet(() -> new ShareGroup(request.groupId())), nowMs);
        Partitions.Builder unknown = new Partitions.Builder();
        starts.keySet().stream()
                .filter(place -> !draft.states().isKnown(place.topicId(), place.partition()))
                .forEach(place -> unknown.add(place.topicId(), place.partition()));
        Partitions added = unknown.build();
        if (!added.isEmpty()) {
            draft.store(draft.states().beginning(added, shard.topics()::nameOf));
        }
        draft.nextEpoch();
        int stateEpoch = draft.epoch();
        return draft.whenCommitted(() -> shard.shareFollowUps()
                        .initialize(
                                request.groupId(),
                                stateEpoch,
                                starts,
                                ticket,
                                results -> (later, laterMs) -> altered(later, laterMs, results)))
                .decision();
    }

    /** The states have begun anew, or not all of them. */
    private Decision<GroupRecord, GroupChange, GroupTimer> altered(
            GroupShard shard, long nowMs, NavigableMap<SharePlace, ErrorCode> results) {
        Ticket.Answer answer = ticket.with(answer(shard.topics(), results));
        Optional<ShareGroup> group = shard.share(request.groupId());
        if (group.isEmpty()) {
            return Decision.answer(answer);
        }
        ShareDraft draft = new ShareDraft(shard, group.get(), nowMs);
        Partitions.Builder begun = new Partitions.Builder();
        results.forEach((place, error) -> {
            if (error == ErrorCode.NONE) {
                begun.add(place.topicId(), place.partition());
            }
        });
        draft.store(draft.states().begun(begun.build()));
        return draft.answer(answer).decision();
    }

    private NavigableMap<SharePlace, Long> starts(Topics topics) {
        NavigableMap<SharePlace, Long> starts = new TreeMap<>();
        for (AlterShareGroupOffsetsRequestTopic topic : request.topics()) {
            Uuid id = topics.idOf(topic.topicName()).orElse(null);
            for (AlterShareGroupOffsetsRequestPartition partition : topic.partitions()) {
                if (id != null && whyNot(topics, topic.topicName(), partition) == null) {
                    starts.put(new SharePlace(id, partition.partitionIndex()), partition.startOffset());
                }
            }
        }
        return starts;
    }

    private static @Nullable ErrorCode whyNot(
            Topics topics, String topic, AlterShareGroupOffsetsRequestPartition partition) {
        return !topics.hasPartition(topic, partition.partitionIndex())
                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                : partition.startOffset() < 0 ? ErrorCode.INVALID_REQUEST : null;
    }

    private AlterShareGroupOffsetsResponse answer(Topics topics, NavigableMap<SharePlace, ErrorCode> results) {
        BiFunction<Uuid, Integer, ErrorCode> result = (id, partition) ->
                results.getOrDefault(new SharePlace(id, partition), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        List<AlterShareGroupOffsetsResponseTopic> told = new ArrayList<>();
        for (AlterShareGroupOffsetsRequestTopic topic : request.topics()) {
            Uuid id = topics.idOf(topic.topicName()).orElse(Uuid.ZERO);
            List<AlterShareGroupOffsetsResponsePartition> partitions = new ArrayList<>();
            for (AlterShareGroupOffsetsRequestPartition partition : topic.partitions()) {
                ErrorCode refused = whyNot(topics, topic.topicName(), partition);
                ErrorCode error = refused != null ? refused : result.apply(id, partition.partitionIndex());
                partitions.add(new AlterShareGroupOffsetsResponsePartition(
                        partition.partitionIndex(), error.code(), error == ErrorCode.NONE ? null : error.name()));
            }
            told.add(new AlterShareGroupOffsetsResponseTopic(topic.topicName(), id, partitions));
        }
        return AlterShareGroupOffsetsResponse.builder()
                .errorMessage(null)
                .responses(told)
                .build();
    }

    static AlterShareGroupOffsetsResponse refusal(ErrorCode error, String why) {
        return AlterShareGroupOffsetsResponse.builder()
                .errorCode(error.code())
                .errorMessage(why)
                .build();
    }
}
