package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.ConsumerMember.Classic;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Members that speak the classic protocol in a consumer group. Nobody leads: the coordinator assigns, a join brings the
 * member closer to its target and a sync tells it what it has; the generation is the member's epoch. When there is more
 * to do for it, its heartbeat is told that a rebalance is in progress, and it joins again.
 */
final class ClassicMembers {
    private static final int MEMBER_ID_REQUIRED_SINCE = 4;
    private static final int REBALANCE_TIMEOUT_SINCE = 1;

    private ClassicMembers() {}

    /** @param protocols what the member supports, detached from the frame */
    static Decision<GroupRecord, GroupChange, GroupTimer> join(
            ConsumerDraft draft,
            JoinGroupRequest request,
            List<Protocol> protocols,
            Caller caller,
            Ticket<JoinGroupResponse> ticket) {
        ConsumerGroup group = draft.group();
        Optional<EmbeddedProtocol.Says> says = protocols.isEmpty()
                ? Optional.empty()
                : EmbeddedProtocol.subscription(
                        protocols.getFirst().metadata(), draft.shard().topics());
        boolean fits = ClassicGroup.CONSUMER.equals(request.protocolType())
                && says.isPresent()
                && isSupported(group, protocols)
                && draft.settings().migration() != ConsumerSettings.Migration.DISABLED;
        if (!fits) {
            return refuse(ticket, request.memberId(), ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        }
        String instanceId = request.groupInstanceId();
        Optional<String> owner = instanceId == null ? Optional.empty() : group.memberOf(instanceId);
        boolean known = owner.isPresent() || group.member(request.memberId()).isPresent();
        if (!known && group.size() >= draft.settings().maxSize()) {
            return refuse(ticket, request.memberId(), ErrorCode.GROUP_MAX_SIZE_REACHED);
        }
        Optional<ErrorCode> refused = refusalToJoin(group, request, owner);
        if (refused.isPresent()) {
            return refuse(ticket, request.memberId(), refused.get());
        }
        String memberId = request.memberId();
        if (memberId.isEmpty()) {
            memberId = draft.shard().newMemberId(instanceId == null ? caller.clientId() : instanceId);
            if (instanceId == null && caller.apiVersion() >= MEMBER_ID_REQUIRED_SINCE) {
                return refuse(ticket, memberId, ErrorCode.MEMBER_ID_REQUIRED);
            }
            if (owner.isPresent()) {
                draft.rename(owner.get(), memberId);
            }
        }
        ConsumerMember member = new ConsumerMember(
                instanceId,
                says.get().rackId(),
                caller.clientId(),
                caller.clientHost(),
                says.get().topics(),
                null,
                caller.apiVersion() >= REBALANCE_TIMEOUT_SINCE
                        ? request.rebalanceTimeoutMs()
                        : request.sessionTimeoutMs(),
                null,
                new Classic(request.sessionTimeoutMs(), protocols));
        draft.put(memberId, member);
        draft.settle();
        draft.assign();
        draft.reconcile(memberId, says.get().owned(), true);
        draft.prolongSession(memberId).noLongerAskedToJoin(memberId);
        return draft.answer(ticket.with(JoinGroupResponse.builder()
                        .memberId(memberId)
                        .generationId(draft.current(memberId).epoch())
                        .protocolType(ClassicGroup.CONSUMER)
                        .protocolName(protocols.getFirst().name())
                        .leader("")
                        .members(List.of())
                        .build()))
                .decision();
    }

    /**
     * Whether a new member has a protocol that all classic members of the group have: they may be on their own again.
     */
    private static boolean isSupported(ConsumerGroup group, List<Protocol> protocols) {
        Set<String> common =
                new LinkedHashSet<>(protocols.stream().map(Protocol::name).toList());
        if (group.classicMembers() > 0) {
            for (ConsumerMember member : group.members().values()) {
                Classic classic = member.classic();
                if (classic != null) {
                    common.retainAll(
                            classic.protocols().stream().map(Protocol::name).toList());
                }
            }
        }
        return !common.isEmpty();
    }

    private static Optional<ErrorCode> refusalToJoin(
            ConsumerGroup group, JoinGroupRequest request, Optional<String> owner) {
        if (request.groupInstanceId() == null) {
            return Optional.empty();
        }
        if (owner.isEmpty()) {
            return request.memberId().isEmpty() ? Optional.empty() : Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        if (!request.memberId().isEmpty()) {
            return owner.get().equals(request.memberId())
                    ? Optional.empty()
                    : Optional.of(ErrorCode.FENCED_INSTANCE_ID);
        }
        // A consumer that is alive keeps its place; a classic one is replaced, as it is in a classic group.
        boolean isFree = group.current(owner.get()).epoch() == CurrentAssignment.LEFT_FOR_NOW
                || group.member(owner.get())
                        .filter(ConsumerMember::usesClassicProtocol)
                        .isPresent();
        return isFree ? Optional.empty() : Optional.of(ErrorCode.UNRELEASED_INSTANCE_ID);
    }

    static Decision<GroupRecord, GroupChange, GroupTimer> sync(
            ConsumerDraft draft, SyncGroupRequest request, Ticket<SyncGroupResponse> ticket) {
        String memberId = request.memberId();
        Optional<ErrorCode> refused =
                refusalOf(draft.group(), memberId, request.groupInstanceId(), request.generationId());
        if (refused.isPresent()) {
            return Decision.answer(ticket.with(SyncGroup.refusal(refused.get())));
        }
        List<Protocol> protocols = protocolsOf(draft.group(), memberId);
        String name = protocols.getFirst().name();
        boolean differs = (request.protocolType() != null
                        && !request.protocolType().equals(ClassicGroup.CONSUMER))
                || (request.protocolName() != null && !request.protocolName().equals(name));
        if (differs) {
            return Decision.answer(ticket.with(SyncGroup.refusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)));
        }
        CurrentAssignment current = draft.current(memberId);
        // Who has to give up partitions must first learn which.
        if (current.epoch() < draft.targetEpoch() && current.state() != State.UNREVOKED) {
            return draft.askToJoin(memberId)
                    .answer(ticket.with(SyncGroup.refusal(ErrorCode.REBALANCE_IN_PROGRESS)))
                    .decision();
        }
        ByteBuffer assignment = EmbeddedProtocol.assignment(
                current.partitions(),
                protocols.getFirst().metadata(),
                draft.shard().topics());
        return draft.prolongSession(memberId)
                .answer(ticket.with(SyncGroupResponse.builder()
                        .protocolType(ClassicGroup.CONSUMER)
                        .protocolName(name)
                        .assignment(assignment)
                        .build()))
                .decision();
    }

    static Decision<GroupRecord, GroupChange, GroupTimer> heartbeat(
            ConsumerDraft draft, HeartbeatRequest request, Ticket<HeartbeatResponse> ticket) {
        String memberId = request.memberId();
        Optional<ErrorCode> refused =
                refusalOf(draft.group(), memberId, request.groupInstanceId(), request.generationId());
        if (refused.isPresent()) {
            return Decision.answer(ticket.with(Heartbeat.answer(refused.get())));
        }
        draft.prolongSession(memberId);
        boolean hasToJoin = hasToJoin(draft, memberId);
        if (hasToJoin) {
            draft.askToJoin(memberId);
        }
        ErrorCode error = hasToJoin ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
        return draft.answer(ticket.with(Heartbeat.answer(error))).decision();
    }

    /** Whether a join would bring the member closer to its target. */
    private static boolean hasToJoin(ConsumerDraft draft, String memberId) {
        CurrentAssignment current = draft.current(memberId);
        return current.epoch() < draft.targetEpoch()
                || switch (current.state()) {
                    case STABLE -> false;
                    case UNREVOKED -> true;
                    case UNRELEASED ->
                        !draft.target(memberId)
                                .matching((topic, partition) ->
                                        !current.has(topic, partition) && draft.isFree(topic, partition, memberId))
                                .isEmpty();
                };
    }

    private static Optional<ErrorCode> refusalOf(
            ConsumerGroup group, String memberId, @Nullable String instanceId, int generation) {
        if (instanceId != null) {
            Optional<String> owner = group.memberOf(instanceId);
            if (owner.isEmpty()) {
                return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
            }
            if (!owner.get().equals(memberId)) {
                return Optional.of(ErrorCode.FENCED_INSTANCE_ID);
            }
        }
        boolean isClassic = group.member(memberId)
                .filter(ConsumerMember::usesClassicProtocol)
                .isPresent();
        if (!isClassic) {
            return Optional.of(ErrorCode.UNKNOWN_MEMBER_ID);
        }
        return group.current(memberId).epoch() == generation
                ? Optional.empty()
                : Optional.of(ErrorCode.ILLEGAL_GENERATION);
    }

    private static List<Protocol> protocolsOf(ConsumerGroup group, String memberId) {
        Classic classic = group.member(memberId).map(ConsumerMember::classic).orElse(null);
        return classic == null ? List.of() : classic.protocols();
    }

    private static Decision<GroupRecord, GroupChange, GroupTimer> refuse(
            Ticket<JoinGroupResponse> ticket, String memberId, ErrorCode error) {
        return Decision.answer(ticket.with(JoinGroup.refusal(memberId, error)));
    }
}
