package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.GroupRecord.OffsetCommitted;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import java.util.List;
import java.util.Optional;

/**
 * A member stores how far it has come; or somebody who is no member does, if the group has none (generation -1).
 *
 * <ul>
 *   <li>Versions 2 to 4 may say how long the offsets are to be kept.
 *   <li>Version 6 adds the leader epoch, version 7 (KIP-345) the static instance.
 *   <li>Version 9 (KIP-848) may be sent by members of the consumer protocol; it answers GROUP_ID_NOT_FOUND where
 *       ILLEGAL_GENERATION was answered if there is no such group.
 *   <li>Version 10 (KIP-848) names topics by id only.
 * </ul>
 */
record OffsetCommit(OffsetCommitRequest request, Caller caller, Ticket<OffsetCommitResponse> ticket)
        implements GroupOperation {
    static final int TOPIC_IDS_SINCE = 10;
    private static final int GROUP_NOT_FOUND_SINCE = 9;
    private static final int MEMBER_EPOCH_SINCE = 9;
    private static final long NEVER = -1;

    /** Whatever is longer is for ever. */
    private static final long LONGEST_RETENTION_MS = Long.MAX_VALUE / 2;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        CommitTargets targets = new CommitTargets(
                request.topics(),
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
        Draft draft = shard.draft(
                shard.classic(request.groupId()).orElseGet(() -> ClassicGroup.created(request.groupId(), nowMs)),
                nowMs);
        commit(draft, targets);
        prolongSession(draft);
        return draft.answer(answer(targets.answer())).decision();
    }

    private Ticket.Answer answer(List<OffsetCommitResponseTopic> topics) {
        return ticket.with(OffsetCommitResponse.builder().topics(topics).build());
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

    private Optional<ErrorCode> refusalBy(ClassicGroup group) {
        int generation = request.generationIdOrMemberEpoch();
        if (generation < 0 && group.isEmpty()) {
            return Optional.empty();
        }
        boolean claimsMembership =
                generation >= 0 || !request.memberId().isEmpty() || request.groupInstanceId() != null;
        if (!claimsMembership) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        Optional<ErrorCode> unknown = group.refusalOf(request.memberId(), request.groupInstanceId());
        if (unknown.isPresent()) {
            return unknown;
        }
        if (generation != group.generation()) {
            return Optional.of(ErrorCode.ILLEGAL_GENERATION);
        }
        return switch (group.phase()) {
            // It knows the generation, but what it commits may be somebody else's now; it joins again.
            case Completing _ -> Optional.of(ErrorCode.REBALANCE_IN_PROGRESS);
            case Empty _, Preparing _, Stable _ -> Optional.empty();
        };
    }

    /**
     * A member of the consumer protocol says its epoch. If it is behind, it may still commit for what it has had all
     * the time since (KIP-1251).
     */
    private Optional<ErrorCode> refusalBy(ConsumerGroup group, CommitTargets targets) {
        int epoch = request.generationIdOrMemberEpoch();
        if (epoch < 0 && group.isEmpty()) {
            return Optional.empty();
        }
        Optional<ConsumerMember> member = group.member(request.memberId());
        if (member.isEmpty()) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        CurrentAssignment current = group.current(request.memberId());
        if (member.get().usesClassicProtocol()) {
            return epoch == current.epoch() ? Optional.empty() : Optional.of(ErrorCode.ILLEGAL_GENERATION);
        }
        if (caller.apiVersion() < MEMBER_EPOCH_SINCE) {
            return Optional.of(ErrorCode.UNSUPPORTED_VERSION);
        }
        boolean hasAll = epoch < current.epoch() && targets.areHeldBy(current, epoch);
        return epoch == current.epoch() || hasAll ? Optional.empty() : Optional.of(ErrorCode.STALE_MEMBER_EPOCH);
    }

    /** As for a member of the consumer protocol; what it has had since its epoch follows from its tasks. */
    private Optional<ErrorCode> refusalBy(StreamsGroup group, CommitTargets targets) {
        int epoch = request.generationIdOrMemberEpoch();
        String memberId = request.memberId();
        if (epoch < 0 && group.isEmpty()) {
            return Optional.empty();
        }
        if (group.member(memberId).isEmpty()) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        if (caller.apiVersion() < MEMBER_EPOCH_SINCE) {
            return Optional.of(ErrorCode.UNSUPPORTED_VERSION);
        }
        int current = group.current(memberId).epoch();
        boolean hasAll = epoch < current
                && targets.areHeld((topic, _, partition) -> group.since(memberId, topic, partition), epoch);
        return epoch == current || hasAll ? Optional.empty() : Optional.of(ErrorCode.STALE_MEMBER_EPOCH);
    }

    private void commit(Draft draft, CommitTargets targets) {
        boolean expires = request.retentionTimeMs() != NEVER;
        long expireMs = expires ? draft.nowMs() + Math.min(request.retentionTimeMs(), LONGEST_RETENTION_MS) : NEVER;
        targets.forEach((topic, topicId, partition, metadata) -> {
            CommittedOffset committed = new CommittedOffset(
                    partition.committedOffset(),
                    partition.committedLeaderEpoch(),
                    metadata,
                    draft.nowMs(),
                    expireMs,
                    // The format that has a time of expiry has no topic id.
                    expires ? Uuid.ZERO : topicId);
            draft.record(new OffsetCommitted(request.groupId(), topic, partition.partitionIndex(), committed));
        });
    }

    /** A member that commits is alive. */
    private void prolongSession(Draft draft) {
        draft.group().roster().member(request.memberId()).ifPresent(draft::prolongSession);
    }

    static OffsetCommitResponse refusal(OffsetCommitRequest request, ErrorCode error) {
        return OffsetCommitResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> CommitTargets.answer(topic, _ -> error))
                        .toList())
                .build();
    }
}
