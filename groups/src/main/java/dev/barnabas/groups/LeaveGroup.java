package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupResponse.MemberResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A member leaves, or an operator removes members; the others are rebalanced at once.
 *
 * <ul>
 *   <li>Before version 3 there is one member, and its error is the error of the answer.
 *   <li>Version 3 (KIP-345) has a batch; a static member can be removed by its instance id alone.
 *   <li>Version 5 (KIP-800) has a reason for each.
 * </ul>
 */
record LeaveGroup(LeaveGroupRequest request, Caller caller, Ticket<LeaveGroupResponse> ticket)
        implements GroupOperation {
    private static final int BATCH_SINCE = 3;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ConsumerGroup> consumers = shard.consumers(request.groupId());
        if (consumers.isPresent()) {
            return leaveConsumers(new ConsumerDraft(shard, consumers.get(), nowMs));
        }
        Optional<ClassicGroup> existing = shard.classic(request.groupId());
        if (existing.isEmpty()) {
            return Decision.answer(ticket.with(answer(leaving().stream()
                    .map(identity -> answer(identity, ErrorCode.UNKNOWN_MEMBER_ID))
                    .toList())));
        }
        Draft draft = shard.draft(existing.get(), nowMs);
        List<MemberResponse> answers = new ArrayList<>();
        boolean somebodyLeft = false;
        for (MemberIdentity identity : leaving()) {
            ErrorCode error = leave(draft, identity);
            answers.add(answer(identity, error));
            somebodyLeft |= error == ErrorCode.NONE;
        }
        if (somebodyLeft) {
            Rebalance.memberGone(draft, "members leave" + reason());
        }
        return draft.answer(ticket.with(answer(answers))).decision();
    }

    /** Members of either protocol: an operator may remove any. */
    private Decision<GroupRecord, GroupChange, GroupTimer> leaveConsumers(ConsumerDraft draft) {
        ConsumerGroup group = draft.group();
        Set<String> leave = new LinkedHashSet<>();
        List<MemberResponse> answers = new ArrayList<>();
        for (MemberIdentity identity : leaving()) {
            String instanceId = identity.groupInstanceId();
            Optional<String> owner = instanceId == null ? Optional.empty() : group.memberOf(instanceId);
            String memberId = identity.memberId().isEmpty() ? owner.orElse("") : identity.memberId();
            boolean known = group.member(memberId).isPresent() && !leave.contains(memberId);
            ErrorCode error = instanceId != null
                            && owner.isPresent()
                            && !owner.get().equals(memberId)
                    ? ErrorCode.FENCED_INSTANCE_ID
                    : !known || (instanceId != null && owner.isEmpty()) ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
            answers.add(answer(identity, error));
            if (error == ErrorCode.NONE) {
                leave.add(memberId);
            }
        }
        draft.answer(ticket.with(answer(answers)));
        return leave.isEmpty() ? draft.decision() : Departure.of(draft, List.copyOf(leave), "members leave" + reason());
    }

    private static ErrorCode leave(Draft draft, MemberIdentity identity) {
        Roster roster = draft.group().roster();
        String instanceId = identity.groupInstanceId();
        if (identity.memberId().isEmpty()) {
            Optional<Member> member = instanceId == null ? Optional.empty() : roster.staticMember(instanceId);
            member.ifPresent(leaving -> draft.remove(leaving.id()));
            return member.isPresent() ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
        }
        if (roster.pending().contains(identity.memberId())) {
            draft.remove(identity.memberId());
            return ErrorCode.NONE;
        }
        Optional<ErrorCode> refused = draft.group().refusalOf(identity.memberId(), instanceId);
        if (refused.isEmpty()) {
            draft.remove(identity.memberId());
        }
        return refused.orElse(ErrorCode.NONE);
    }

    private List<MemberIdentity> leaving() {
        return caller.apiVersion() >= BATCH_SINCE
                ? request.members()
                : List.of(new MemberIdentity(request.memberId(), null, null));
    }

    private String reason() {
        return leaving().stream()
                .map(MemberIdentity::reason)
                .filter(reason -> reason != null && !reason.isEmpty())
                .findFirst()
                .map(reason -> ": " + reason)
                .orElse("");
    }

    private LeaveGroupResponse answer(List<MemberResponse> members) {
        return caller.apiVersion() >= BATCH_SINCE
                ? LeaveGroupResponse.builder().members(members).build()
                : LeaveGroupResponse.builder()
                        .errorCode(members.getFirst().errorCode())
                        .build();
    }

    private static MemberResponse answer(MemberIdentity identity, ErrorCode error) {
        return new MemberResponse(identity.memberId(), identity.groupInstanceId(), error.code());
    }

    static LeaveGroupResponse refusal(ErrorCode error) {
        return LeaveGroupResponse.builder().errorCode(error.code()).build();
    }
}
