package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.Member.Waiting;
import dev.barnabas.groups.Member.Waiting.ToSync;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member asks for its assignment, and the leader brings those of all; answered when the leader's is stored.
 *
 * <ul>
 *   <li>Version 3 (KIP-345) names the instance of a static member.
 *   <li>Version 5 (KIP-559) has to name the protocol, and it has to be the group's.
 * </ul>
 */
record SyncGroup(SyncGroupRequest request, Ticket<SyncGroupResponse> ticket) implements GroupOperation {
    private static final int PROTOCOL_REQUIRED_SINCE = 5;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ConsumerGroup> consumers = shard.consumers(request.groupId());
        if (consumers.isPresent()) {
            return ClassicMembers.sync(new ConsumerDraft(shard, consumers.get(), nowMs), request, ticket);
        }
        Optional<ClassicGroup> existing = shard.classic(request.groupId());
        if (existing.isEmpty()) {
            return Decision.answer(ticket.with(refusal(ErrorCode.UNKNOWN_MEMBER_ID)));
        }
        ClassicGroup group = existing.get();
        Optional<ErrorCode> refused = refusalBy(group);
        if (refused.isPresent()) {
            return Decision.answer(ticket.with(refusal(refused.get())));
        }
        Draft draft = shard.draft(group, nowMs);
        Member member = group.roster().member(request.memberId()).orElseThrow();
        switch (group.phase()) {
            case Empty _ -> draft.answer(ticket.with(refusal(ErrorCode.UNKNOWN_MEMBER_ID)));
            case Preparing _ -> draft.answer(ticket.with(refusal(ErrorCode.REBALANCE_IN_PROGRESS)));
            case Completing _ -> {
                waitForAssignment(draft, member);
                if (group.roster().isLeader(member.id())) {
                    assign(draft);
                }
            }
            case Stable _ -> {
                Rebalance.synced(draft, member.id());
                draft.answer(ticket.with(assigned(group, member)));
            }
        }
        return draft.decision();
    }

    private Optional<ErrorCode> refusalBy(ClassicGroup group) {
        Optional<ErrorCode> unknown = group.refusalOf(request.memberId(), request.groupInstanceId());
        if (unknown.isPresent()) {
            return unknown;
        }
        if (request.generationId() != group.generation()) {
            return Optional.of(ErrorCode.ILLEGAL_GENERATION);
        }
        return differs(request.protocolType(), group.protocolType())
                        || differs(request.protocolName(), group.protocol())
                ? Optional.of(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
                : Optional.empty();
    }

    private static boolean differs(@Nullable String said, @Nullable String is) {
        return said != null && is != null && !said.equals(is);
    }

    private void waitForAssignment(Draft draft, Member member) {
        draft.refuseWhatItWaitsFor(member, member.id(), ErrorCode.REBALANCE_IN_PROGRESS);
        draft.become(draft.group().with(member.waitingFor(new ToSync(ticket))));
        Rebalance.synced(draft, member.id());
    }

    /** The leader has assigned: this is stored, and everybody who waits gets its own. */
    private void assign(Draft draft) {
        Map<String, ByteBuffer> assignments = new LinkedHashMap<>();
        request.assignments().forEach(each -> assignments.put(each.memberId(), each.assignment()));
        ClassicGroup group = draft.group();
        Roster roster = group.roster()
                .each(member -> member.withAssignment(assignments.getOrDefault(member.id(), Member.NO_ASSIGNMENT)));
        draft.become(group.with(roster)).store();
        for (Member member : roster.all()) {
            if (member.waiting() instanceof ToSync(var waiting)) {
                draft.answer(waiting.with(assigned(group, member)));
                draft.prolongSession(member);
            }
        }
        if (group.phase() instanceof Completing(var protocol, var unsynced)) {
            draft.become(draft.group()
                    .with(roster.each(member -> member.waitingFor(Waiting.NOTHING)))
                    .with(new Stable(protocol, unsynced)));
        }
    }

    private static SyncGroupResponse assigned(ClassicGroup group, Member member) {
        return SyncGroupResponse.builder()
                .protocolType(group.protocolType())
                .protocolName(group.protocol())
                .assignment(member.assignment())
                .build();
    }

    static boolean namesProtocolAsVersionDemands(SyncGroupRequest request, int version) {
        return version < PROTOCOL_REQUIRED_SINCE || (request.protocolType() != null && request.protocolName() != null);
    }

    static SyncGroupResponse refusal(ErrorCode error) {
        return SyncGroupResponse.builder().errorCode(error.code()).build();
    }

    /** The request with copies of everything that points into the frame it came in. */
    static SyncGroupRequest detached(SyncGroupRequest request) {
        return request.toBuilder()
                .assignments(request.assignments().stream()
                        .map(each -> new SyncGroupRequestAssignment(each.memberId(), Bytes.copyOf(each.assignment())))
                        .toList())
                .build();
    }
}
