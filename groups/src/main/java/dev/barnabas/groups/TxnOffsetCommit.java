package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.ProducerInTransaction;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.GroupRecord.OffsetPending;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import dev.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A producer stores in its transaction how far the consumer has come whose records it has worked on (KIP-98). The
 * offsets are pending until the transaction ends.
 *
 * <ul>
 *   <li>Version 2 adds the leader epoch.
 *   <li>Version 3 (KIP-447) says for which member the producer works, and that is checked; before, or if none is named,
 *       anybody may commit.
 *   <li>Versions 4 and 5 (KIP-890) concern the broker, which verifies that the transaction is there.
 *   <li>Version 6 (KIP-1319) names topics by id only, and tells a missing group and a stale member epoch as such.
 * </ul>
 *
 * @param verification what the partition of the group gave before the transaction was verified (KIP-890)
 */
record TxnOffsetCommit(
        TxnOffsetCommitRequest request, Caller caller, long verification, Ticket<TxnOffsetCommitResponse> ticket)
        implements GroupOperation {
    private static final int TOPIC_IDS_SINCE = 6;
    private static final int GROUP_NOT_FOUND_SINCE = 6;
    private static final int STALE_EPOCH_SINCE = 6;
    private static final int NO_EPOCH = -1;
    private static final long NEVER = -1;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        CommitTargets targets = new CommitTargets(
                asOffsetCommit(request.topics()),
                caller.apiVersion() >= TOPIC_IDS_SINCE,
                shard.topics(),
                shard.settings().offsetMetadataMaxChars());
        if (targets.noneExists()) {
            return Decision.answer(answer(targets.answer()));
        }
        Optional<ErrorCode> refused = switch (shard.group(request.groupId()).orElse(null)) {
            case null -> refusalWithoutGroup();
            case ClassicGroup group -> refusalBy(group);
            case ConsumerGroup group -> refusalBy(group, targets);
            case StreamsGroup group -> refusalBy(group, targets);
            case ShareGroup _ -> Optional.of(ErrorCode.GROUP_ID_NOT_FOUND);
        };
        if (refused.isPresent()) {
            return Decision.answer(answer(targets.answer(refused.get())));
        }
        ProducerInTransaction producer =
                new ProducerInTransaction(request.producerId(), request.producerEpoch(), verification);
        List<GroupRecord> records = new ArrayList<>();
        targets.forEach((topic, topicId, partition, metadata) -> records.add(new OffsetPending(
                request.groupId(),
                topic,
                partition.partitionIndex(),
                new CommittedOffset(
                        partition.committedOffset(), partition.committedLeaderEpoch(), metadata, nowMs, NEVER, topicId),
                producer)));
        return new Decision<>(records, List.of(), List.of(answer(targets.answer())), List.of(), false);
    }

    private Optional<ErrorCode> refusalWithoutGroup() {
        if (request.generationIdOrMemberEpoch() < 0) {
            return Optional.empty();
        }
        return Optional.of(
                caller.apiVersion() >= GROUP_NOT_FOUND_SINCE
                        ? ErrorCode.GROUP_ID_NOT_FOUND
                        : ErrorCode.ILLEGAL_GENERATION);
    }

    private boolean namesMember() {
        return !request.memberId().isEmpty() || request.groupInstanceId() != null;
    }

    private Optional<ErrorCode> refusalBy(ClassicGroup group) {
        boolean fromOutside = request.generationIdOrMemberEpoch() < 0 && group.isEmpty();
        boolean saysNothing = request.generationIdOrMemberEpoch() < 0 && !namesMember();
        if (fromOutside || saysNothing) {
            return Optional.empty();
        }
        Optional<ErrorCode> unknown = group.refusalOf(request.memberId(), request.groupInstanceId());
        if (unknown.isPresent()) {
            return unknown;
        }
        return request.generationIdOrMemberEpoch() == group.generation()
                ? Optional.empty()
                : Optional.of(ErrorCode.ILLEGAL_GENERATION);
    }

    /** As for {@link OffsetCommit}: what a member has had all the time since its epoch it may commit (KIP-1251). */
    private Optional<ErrorCode> refusalBy(ConsumerGroup group, CommitTargets targets) {
        int epoch = request.generationIdOrMemberEpoch();
        boolean fromOutside = epoch < 0 && group.isEmpty();
        boolean saysNothing = epoch == NO_EPOCH && !namesMember();
        if (fromOutside || saysNothing) {
            return Optional.empty();
        }
        Optional<ConsumerMember> member = group.member(request.memberId());
        if (member.isEmpty()) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        CurrentAssignment current = group.current(request.memberId());
        if (epoch == current.epoch()) {
            return Optional.empty();
        }
        if (member.get().usesClassicProtocol()) {
            return Optional.of(ErrorCode.ILLEGAL_GENERATION);
        }
        if (epoch < current.epoch() && targets.areHeldBy(current, epoch)) {
            return Optional.empty();
        }
        return Optional.of(
                caller.apiVersion() >= STALE_EPOCH_SINCE ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION);
    }

    private Optional<ErrorCode> refusalBy(StreamsGroup group, CommitTargets targets) {
        int epoch = request.generationIdOrMemberEpoch();
        String memberId = request.memberId();
        boolean fromOutside = epoch < 0 && group.isEmpty();
        boolean saysNothing = epoch == NO_EPOCH && !namesMember();
        if (fromOutside || saysNothing) {
            return Optional.empty();
        }
        if (group.member(memberId).isEmpty()) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        int current = group.current(memberId).epoch();
        boolean hasAll = epoch < current
                && targets.areHeld((topic, _, partition) -> group.since(memberId, topic, partition), epoch);
        if (epoch == current || hasAll) {
            return Optional.empty();
        }
        return Optional.of(
                caller.apiVersion() >= STALE_EPOCH_SINCE ? ErrorCode.STALE_MEMBER_EPOCH : ErrorCode.ILLEGAL_GENERATION);
    }

    private Ticket.Answer answer(List<OffsetCommitResponseTopic> topics) {
        return ticket.with(response(topics));
    }

    private static List<OffsetCommitRequestTopic> asOffsetCommit(List<TxnOffsetCommitRequestTopic> topics) {
        return topics.stream()
                .map(topic -> OffsetCommitRequestTopic.builder()
                        .name(topic.name())
                        .topicId(topic.topicId())
                        .partitions(topic.partitions().stream()
                                .map(partition -> OffsetCommitRequestPartition.builder()
                                        .partitionIndex(partition.partitionIndex())
                                        .committedOffset(partition.committedOffset())
                                        .committedLeaderEpoch(partition.committedLeaderEpoch())
                                        .committedMetadata(partition.committedMetadata())
                                        .build())
                                .toList())
                        .build())
                .toList();
    }

    private static TxnOffsetCommitResponse response(List<OffsetCommitResponseTopic> topics) {
        return TxnOffsetCommitResponse.builder()
                .topics(topics.stream()
                        .map(topic -> TxnOffsetCommitResponseTopic.builder()
                                .name(topic.name())
                                .topicId(topic.topicId())
                                .partitions(topic.partitions().stream()
                                        .map(partition -> new TxnOffsetCommitResponsePartition(
                                                partition.partitionIndex(), partition.errorCode()))
                                        .toList())
                                .build())
                        .toList())
                .build();
    }

    static TxnOffsetCommitResponse refusal(TxnOffsetCommitRequest request, ErrorCode error) {
        return response(asOffsetCommit(request.topics()).stream()
                .map(topic -> CommitTargets.answer(topic, _ -> error))
                .toList());
    }
}
