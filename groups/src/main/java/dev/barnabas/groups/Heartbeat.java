package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import java.util.Optional;

/** A member says that it is alive, and learns of a rebalance. Version 3 (KIP-345) names the static instance. */
record Heartbeat(HeartbeatRequest request, Ticket<HeartbeatResponse> ticket) implements GroupOperation {

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ConsumerGroup> consumers = shard.consumers(request.groupId());
        if (consumers.isPresent()) {
            return ClassicMembers.heartbeat(new ConsumerDraft(shard, consumers.get(), nowMs), request, ticket);
        }
        Optional<ClassicGroup> existing = shard.classic(request.groupId());
        if (existing.isEmpty()) {
            return Decision.answer(ticket.with(answer(ErrorCode.UNKNOWN_MEMBER_ID)));
        }
        ClassicGroup group = existing.get();
        Optional<ErrorCode> unknown = group.refusalOf(request.memberId(), request.groupInstanceId());
        if (unknown.isPresent()) {
            return Decision.answer(ticket.with(answer(unknown.get())));
        }
        if (request.generationId() != group.generation()) {
            return Decision.answer(ticket.with(answer(ErrorCode.ILLEGAL_GENERATION)));
        }
        ErrorCode error = switch (group.phase()) {
            case Empty _ -> ErrorCode.UNKNOWN_MEMBER_ID;
            case Preparing _ -> ErrorCode.REBALANCE_IN_PROGRESS;
            case Completing _, Stable _ -> ErrorCode.NONE;
        };
        return shard.draft(group, nowMs)
                .prolongSession(group.roster().member(request.memberId()).orElseThrow())
                .answer(ticket.with(answer(error)))
                .decision();
    }

    /** While the coordinator is loading, a member is better believed than told to look elsewhere. */
    static HeartbeatResponse refusal(ErrorCode error) {
        return answer(error == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error);
    }

    static HeartbeatResponse answer(ErrorCode error) {
        return HeartbeatResponse.builder().errorCode(error.code()).build();
    }
}
