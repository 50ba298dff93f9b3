package dev.barnabas.groups;

import static java.util.Objects.requireNonNullElse;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse.Assignment;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse.TopicPartitions;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A member of a share group joins (epoch 0), says that it is there, or leaves (-1), and learns what it may read
 * (KIP-932). What it does not say has not changed. A group is made by the first member that joins.
 */
record ShareHeartbeat(ShareGroupHeartbeatRequest request, Caller caller, Ticket<ShareGroupHeartbeatResponse> ticket)
        implements GroupOperation {
    private static final int JOIN = 0;
    private static final int LEAVE = -1;

    /** Why a request is not even put to the group. */
    static Optional<ShareGroupHeartbeatResponse> refusalOf(ShareGroupHeartbeatRequest request) {
        List<String> topics = request.subscribedTopicNames();
        String why = request.groupId().isEmpty()
                ? "GroupId can't be empty."
                : request.memberId().isEmpty()
                        ? "MemberId can't be empty."
                        : request.memberEpoch() < LEAVE
                                ? "MemberEpoch is invalid."
                                : "".equals(request.rackId())
                                        ? "RackId can't be empty."
                                        : request.memberEpoch() == JOIN && (topics == null || topics.isEmpty())
                                                ? "SubscribedTopicNames must be set in first request."
                                                : null;
        return why == null ? Optional.empty() : Optional.of(refusal(ErrorCode.INVALID_REQUEST, why));
    }

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<Group> existing = shard.group(request.groupId());
        Optional<ShareGroup> share = shard.share(request.groupId());
        if (share.isPresent()) {
            return onGroup(new ShareDraft(shard, share.get(), nowMs));
        }
        if (existing.isPresent()) {
            return refuse(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " is not a share group.");
        }
        return request.memberEpoch() == JOIN
                ? onGroup(new ShareDraft(shard, new ShareGroup(request.groupId()), nowMs))
                : refuse(ErrorCode.GROUP_ID_NOT_FOUND, "Share group " + request.groupId() + " not found.");
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> onGroup(ShareDraft draft) {
        String memberId = request.memberId();
        boolean joins = request.memberEpoch() == JOIN;
        Optional<ShareMember> before = draft.member(memberId);
        if (joins
                && before.isEmpty()
                && draft.group().members().size() >= draft.settings().maxSize()) {
            return refuse(
                    ErrorCode.GROUP_MAX_SIZE_REACHED,
                    "The share group has reached its maximum capacity of "
                            + draft.settings().maxSize() + " members.");
        }
        if (!joins && before.isEmpty()) {
            return refuse(
                    ErrorCode.UNKNOWN_MEMBER_ID,
                    "Member " + memberId + " is not a member of group " + request.groupId() + ".");
        }
        if (request.memberEpoch() == LEAVE) {
            return leave(draft);
        }
        ShareCurrent current = draft.current(memberId);
        if (!joins && request.memberEpoch() != current.epoch() && request.memberEpoch() != current.previousEpoch()) {
            return refuse(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "The share group member has another member epoch (" + request.memberEpoch()
                            + ") than the one known by the group coordinator (" + current.epoch()
                            + "). The member must abandon all its partitions and rejoin.");
        }
        draft.put(memberId, member(before.orElse(null)));
        draft.settle();
        draft.assign();
        draft.reconcile(memberId);
        draft.prolongSession(memberId);
        ShareCurrent next = draft.current(memberId);
        boolean tells = joins
                || request.subscribedTopicNames() != null
                || !next.assigned().equals(current.assigned());
        return draft.answer(ticket.with(ShareGroupHeartbeatResponse.builder()
                        .errorMessage(null)
                        .memberId(memberId)
                        .memberEpoch(next.epoch())
                        .heartbeatIntervalMs(draft.heartbeatIntervalMs(memberId))
                        .assignment(tells ? assignment(next.assigned()) : null)
                        .build()))
                .decision();
    }

    private ShareMember member(@Nullable ShareMember before) {
        List<String> names = request.subscribedTopicNames();
        NavigableSet<String> topics =
                names != null ? new TreeSet<>(names) : before == null ? new TreeSet<>() : before.topics();
        String rack = request.rackId() != null ? request.rackId() : before == null ? null : before.rackId();
        return new ShareMember(rack, caller.clientId(), caller.clientHost(), topics);
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> leave(ShareDraft draft) {
        draft.remove(request.memberId());
        draft.settle();
        draft.assign();
        return draft.answer(ticket.with(ShareGroupHeartbeatResponse.builder()
                        .errorMessage(null)
                        .memberId(request.memberId())
                        .memberEpoch(LEAVE)
                        .build()))
                .decision();
    }

    private static Assignment assignment(Partitions assigned) {
        return new Assignment(assigned.byTopic().entrySet().stream()
                .map(topic -> new TopicPartitions(topic.getKey(), List.copyOf(topic.getValue())))
                .toList());
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> refuse(ErrorCode error, String why) {
        return Decision.answer(ticket.with(refusal(error, why)));
    }

    static ShareGroupHeartbeatResponse refusal(ErrorCode error, @Nullable String why) {
        return ShareGroupHeartbeatResponse.builder()
                .errorCode(error.code())
                .errorMessage(requireNonNullElse(why, error.name()))
                .build();
    }
}
