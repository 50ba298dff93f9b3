package dev.barnabas.groups;

import static java.util.Objects.requireNonNullElse;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse.Assignment;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse.TopicPartitions;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A member of a consumer group joins (epoch 0), says how far it has come, or leaves (-1, or -2 for a static member that
 * is going to come back), and learns its assignment (KIP-848). What it does not say has not changed.
 *
 * <ul>
 *   <li>Version 1 (KIP-1082) has member ids that the client has made, and regular expressions; in version 0 the
 *       coordinator makes the id of a member that joins without one.
 * </ul>
 */
record ConsumerHeartbeat(
        ConsumerGroupHeartbeatRequest request, Caller caller, Ticket<ConsumerGroupHeartbeatResponse> ticket)
        implements GroupOperation {
    private static final int JOIN = 0;
    private static final int LEAVE = -1;
    private static final int OWN_ID_SINCE = 1;

    /** Why a request is not even put to the group. */
    static Optional<ConsumerGroupHeartbeatResponse> refusalOf(
            ConsumerGroupHeartbeatRequest request, int version, List<String> assignors) {
        boolean joins = request.memberEpoch() == JOIN;
        String why = request.groupId().isEmpty()
                ? "GroupId can't be empty."
                : request.memberId().isEmpty() && (version >= OWN_ID_SINCE || !joins)
                        ? "MemberId can't be empty."
                        : "".equals(request.instanceId())
                                ? "InstanceId can't be empty."
                                : "".equals(request.rackId()) ? "RackId can't be empty." : whyNotEpoch(request);
        if (why != null) {
            return Optional.of(refusal(ErrorCode.INVALID_REQUEST, why));
        }
        String assignor = request.serverAssignor();
        return assignor == null || assignors.contains(assignor)
                ? Optional.empty()
                : Optional.of(refusal(
                        ErrorCode.UNSUPPORTED_ASSIGNOR,
                        "ServerAssignor " + assignor + " is not supported. Supported assignors: "
                                + String.join(", ", assignors) + "."));
    }

    private static @Nullable String whyNotEpoch(ConsumerGroupHeartbeatRequest request) {
        if (request.memberEpoch() == CurrentAssignment.LEFT_FOR_NOW) {
            return request.instanceId() == null ? "InstanceId can't be null." : null;
        }
        if (request.memberEpoch() < CurrentAssignment.LEFT_FOR_NOW) {
            return "MemberEpoch is invalid.";
        }
        if (request.memberEpoch() != JOIN) {
            return null;
        }
        List<?> owned = request.topicPartitions();
        return request.rebalanceTimeoutMs() == -1
                ? "RebalanceTimeoutMs must be provided in first request."
                : owned == null || !owned.isEmpty()
                        ? "TopicPartitions must be empty when (re-)joining."
                        : request.subscribedTopicNames() == null && request.subscribedTopicRegex() == null
                                ? "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when"
                                        + " (re-)joining."
                                : null;
    }

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        boolean joins = request.memberEpoch() == JOIN;
        String regex = request.subscribedTopicRegex();
        if (regex != null && !regex.isEmpty()) {
            try {
                Pattern.compile(regex);
            } catch (PatternSyntaxException invalid) {
                return refuse(
                        ErrorCode.INVALID_REGULAR_EXPRESSION,
                        "SubscribedTopicRegex `" + regex + "` is not a valid regular expression: "
                                + invalid.getMessage() + ".");
            }
        }
        Group existing = shard.group(request.groupId()).orElse(null);
        return switch (existing) {
            case ConsumerGroup group -> onGroup(new ConsumerDraft(shard, group, nowMs));
            case ClassicGroup group
            when joins && (group.isEmpty() || Migration.canUpgrade(shard, group)) ->
                onGroup(Migration.upgrade(shard, group, nowMs));
            case ClassicGroup group
            when joins -> refuse(ErrorCode.GROUP_ID_NOT_FOUND, Migration.whyNoUpgrade(shard, group));
            case ClassicGroup _, ShareGroup _, StreamsGroup _ ->
                refuse(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " is not a consumer group.");
            case null ->
                joins
                        ? onGroup(new ConsumerDraft(shard, new ConsumerGroup(request.groupId()), nowMs))
                        : refuse(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " not found.");
        };
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> onGroup(ConsumerDraft draft) {
        ConsumerGroup group = draft.group();
        boolean joins = request.memberEpoch() == JOIN;
        if (joins) {
            boolean returns = group.member(request.memberId()).isPresent()
                    || (request.instanceId() != null
                            && group.memberOf(request.instanceId()).isPresent());
            if (!returns && group.size() >= draft.settings().maxSize()) {
                return refuse(
                        ErrorCode.GROUP_MAX_SIZE_REACHED,
                        "The consumer group has reached its maximum capacity of "
                                + draft.settings().maxSize() + " members.");
            }
        }
        Optional<Decision<GroupRecord, GroupChange, GroupTimer>> refused = refusedBy(group);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (request.memberEpoch() < 0) {
            return leave(draft);
        }
        String memberId = request.memberId().isEmpty() ? draft.shard().newMemberId() : request.memberId();
        Partitions before = draft.current(memberId).partitions();
        boolean wantsOther = takeOver(draft, memberId);
        draft.settle();
        draft.assign();
        draft.reconcile(memberId, owned(), wantsOther);
        draft.prolongSession(memberId).noLongerAskedToJoin(memberId);
        CurrentAssignment current = draft.current(memberId);
        boolean tells = joins || isFull() || !current.partitions().equals(before);
        return draft.answer(ticket.with(ConsumerGroupHeartbeatResponse.builder()
                        .memberId(memberId)
                        .memberEpoch(current.epoch())
                        .heartbeatIntervalMs(draft.heartbeatIntervalMs(memberId))
                        .assignment(tells ? assignment(current) : null)
                        .build()))
                .decision();
    }

    /** Why it is not the member that it says it is, or not where the group has it. */
    private Optional<Decision<GroupRecord, GroupChange, GroupTimer>> refusedBy(ConsumerGroup group) {
        String memberId = request.memberId();
        String instanceId = request.instanceId();
        boolean joins = request.memberEpoch() == JOIN;
        if (instanceId != null) {
            Optional<String> owner = group.memberOf(instanceId);
            if (owner.isEmpty()) {
                return joins
                        ? Optional.empty()
                        : Optional.of(
                                refuse(ErrorCode.UNKNOWN_MEMBER_ID, "Instance id " + instanceId + " is unknown."));
            }
            boolean same = owner.get().equals(memberId);
            if (joins && !same) {
                boolean free = group.current(owner.get()).epoch() == CurrentAssignment.LEFT_FOR_NOW
                        || group.member(owner.get())
                                .filter(ConsumerMember::usesClassicProtocol)
                                .isPresent();
                return free
                        ? Optional.empty()
                        : Optional.of(refuse(
                                ErrorCode.UNRELEASED_INSTANCE_ID,
                                "Static member " + memberId + " with instance id " + instanceId
                                        + " cannot join the group because the instance id is owned by " + owner.get()
                                        + " member."));
            }
            if (!same) {
                return Optional.of(refuse(
                        ErrorCode.FENCED_INSTANCE_ID,
                        "Static member " + memberId + " with instance id " + instanceId + " was fenced by member "
                                + owner.get() + "."));
            }
        } else if (group.member(memberId).isEmpty()) {
            return joins
                    ? Optional.empty()
                    : Optional.of(refuse(
                            ErrorCode.UNKNOWN_MEMBER_ID,
                            "Member " + memberId + " is not a member of group " + group.id() + "."));
        }
        return request.memberEpoch() <= 0 ? Optional.empty() : fencedBy(group.current(memberId));
    }

    private Optional<Decision<GroupRecord, GroupChange, GroupTimer>> fencedBy(CurrentAssignment current) {
        int received = request.memberEpoch();
        if (received > current.epoch()) {
            return Optional.of(refuse(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "The consumer group member has a greater member epoch (" + received
                            + ") than the one known by the group coordinator (" + current.epoch()
                            + "). The member must abandon all its partitions and rejoin."));
        }
        // The answer with the newer epoch may have been lost; then it owns nothing that has come with it.
        Partitions owned = owned();
        boolean missedOne = received == current.previousEpoch()
                && owned != null
                && current.partitions().containsAll(owned);
        return received == current.epoch() || missedOne
                ? Optional.empty()
                : Optional.of(refuse(
                        ErrorCode.FENCED_MEMBER_EPOCH,
                        "The consumer group member has a smaller member epoch (" + received
                                + ") than the one known by the group coordinator (" + current.epoch()
                                + "). The member must abandon all its partitions and rejoin."));
    }

    /** @return whether it has just subscribed to something else */
    private boolean takeOver(ConsumerDraft draft, String memberId) {
        String instanceId = request.instanceId();
        if (instanceId != null) {
            draft.group()
                    .memberOf(instanceId)
                    .filter(owner -> !owner.equals(memberId))
                    .ifPresent(owner -> draft.rename(owner, memberId));
        }
        Optional<ConsumerMember> before = draft.member(memberId);
        List<String> names = request.subscribedTopicNames();
        NavigableSet<String> topics = names != null
                ? new TreeSet<>(names)
                : before.map(ConsumerMember::topics).orElseGet(TreeSet::new);
        String regex = request.subscribedTopicRegex();
        String pattern = regex != null
                ? (regex.isEmpty() ? null : regex)
                : before.map(ConsumerMember::pattern).orElse(null);
        ConsumerMember member = new ConsumerMember(
                instanceId != null
                        ? instanceId
                        : before.map(ConsumerMember::instanceId).orElse(null),
                request.rackId() != null
                        ? request.rackId()
                        : before.map(ConsumerMember::rackId).orElse(null),
                caller.clientId(),
                caller.clientHost(),
                topics,
                pattern,
                request.rebalanceTimeoutMs() == -1
                        ? before.map(ConsumerMember::rebalanceTimeoutMs).orElse(-1)
                        : request.rebalanceTimeoutMs(),
                request.serverAssignor() != null
                        ? request.serverAssignor()
                        : before.map(ConsumerMember::assignor).orElse(null),
                null);
        draft.put(memberId, member);
        return before.isPresent() && !before.get().wantsTheSameAs(member);
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> leave(ConsumerDraft draft) {
        String memberId = request.memberId();
        draft.answer(ticket.with(ConsumerGroupHeartbeatResponse.builder()
                .memberId(memberId)
                .memberEpoch(request.memberEpoch())
                .build()));
        if (request.memberEpoch() == LEAVE) {
            return Departure.of(draft, List.of(memberId), "it says so");
        }
        draft.store(memberId, draft.current(memberId).leftForNow());
        draft.cancel(new GroupTimer.RevokeEnd(draft.group().id(), memberId));
        return draft.decision();
    }

    /** Whether it says everything about itself, as it does when it is not sure what has arrived. */
    private boolean isFull() {
        return request.rebalanceTimeoutMs() != -1
                && (request.subscribedTopicNames() != null || request.subscribedTopicRegex() != null)
                && request.topicPartitions() != null;
    }

    private @Nullable Partitions owned() {
        var owned = request.topicPartitions();
        if (owned == null) {
            return null;
        }
        Partitions.Builder partitions = new Partitions.Builder();
        owned.forEach(topic -> topic.partitions().forEach(partition -> partitions.add(topic.topicId(), partition)));
        return partitions.build();
    }

    private static Assignment assignment(CurrentAssignment current) {
        return new Assignment(current.assigned().entrySet().stream()
                .map(topic -> new TopicPartitions(
                        topic.getKey(), List.copyOf(topic.getValue().keySet())))
                .toList());
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> refuse(ErrorCode error, String why) {
        return Decision.answer(ticket.with(refusal(error, why)));
    }

    static ConsumerGroupHeartbeatResponse refusal(ErrorCode error, @Nullable String why) {
        return ConsumerGroupHeartbeatResponse.builder()
                .errorCode(error.code())
                .errorMessage(requireNonNullElse(why, error.name()))
                .build();
    }
}
