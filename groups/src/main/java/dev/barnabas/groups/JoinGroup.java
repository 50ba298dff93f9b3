package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.Member.Client;
import dev.barnabas.groups.Member.Timeouts;
import dev.barnabas.groups.Member.Waiting.Nothing;
import dev.barnabas.groups.Member.Waiting.ToJoin;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Opening;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.JoinGroupResponse.JoinGroupResponseMember;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody wants to become, or to stay, a member of a group; answered when all members have joined.
 *
 * <ul>
 *   <li>Version 1 has a rebalance timeout of its own; before, it is the session timeout.
 *   <li>Version 4 (KIP-394): a new dynamic member is first given its id with MEMBER_ID_REQUIRED and joins again with
 *       it, so that a client that gives up and tries again does not leave members behind that nobody knows.
 *   <li>Version 5 (KIP-345) has static members: a member that comes back under its instance id takes its old place, and
 *       the one who had it is fenced.
 *   <li>Version 8 (KIP-800) has a reason.
 *   <li>Version 9: a static leader that comes back is told that it need not assign; before, it is told another leader.
 * </ul>
 */
record JoinGroup(JoinGroupRequest request, Caller caller, Ticket<JoinGroupResponse> ticket) implements GroupOperation {
    /** How long a new member that is parked counts as there. Its client may have given up without a trace. */
    static final int NEW_MEMBER_TIMEOUT_MS = 5 * 60 * 1_000;

    private static final int REBALANCE_TIMEOUT_SINCE = 1;
    private static final int MEMBER_ID_REQUIRED_SINCE = 4;
    private static final int SKIP_ASSIGNMENT_SINCE = 9;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<ConsumerGroup> consumers = shard.consumers(request.groupId());
        if (consumers.isPresent() && !consumers.get().isEmpty()) {
            ConsumerDraft draft = new ConsumerDraft(shard, consumers.get(), nowMs);
            return ClassicMembers.join(draft, request, protocols(), caller, ticket);
        }
        String memberId = request.memberId();
        Optional<StreamsGroup> streams = shard.streams(request.groupId());
        boolean isRunning =
                streams.filter(application -> !application.isEmpty()).isPresent();
        if (isRunning || shard.share(request.groupId()).isPresent()) {
            return Decision.answer(ticket.with(refusal(memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)));
        }
        Optional<ClassicGroup> existing = shard.classic(request.groupId());
        if (existing.isEmpty() && !memberId.isEmpty()) {
            return Decision.answer(ticket.with(refusal(memberId, ErrorCode.UNKNOWN_MEMBER_ID)));
        }
        ClassicGroup group = existing.orElseGet(() -> ClassicGroup.created(request.groupId(), nowMs));
        Draft draft = shard.draft(group, nowMs);
        consumers.ifPresent(
                empty -> Migration.tombstones(empty, empty.members()).forEach(draft::record));
        streams.ifPresent(empty -> empty.tombstones().forEach(draft::record));
        if (!hasRoom(group, shard.settings().maxSize())) {
            draft.remove(memberId).answer(ticket.with(refusal("", ErrorCode.GROUP_MAX_SIZE_REACHED)));
            Rebalance.placeGivenUp(draft);
        } else if (!group.accepts(request.protocolType(), protocols())) {
            draft.answer(ticket.with(refusal(memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL)));
        } else if (memberId.isEmpty()) {
            newMember(draft, shard.newMemberId(nameForId()));
        } else if (group.roster().pending().contains(memberId)) {
            add(draft, memberId);
        } else {
            knownMember(draft);
        }
        return draft.decision();
    }

    /**
     * Whether the group may keep or take this member. During a rebalance those who have joined count, not those who
     * were there: if the maximum has become smaller, the last to join again find no room.
     */
    private boolean hasRoom(ClassicGroup group, int maxSize) {
        Optional<Member> member = group.roster().member(request.memberId());
        return switch (group.phase()) {
            case Empty _ -> true;
            case Preparing _ ->
                member.filter(Member::isJoining).isPresent() || group.roster().joining() < maxSize;
            case Completing _, Stable _ -> member.isPresent() || group.roster().size() < maxSize;
        };
    }

    private void newMember(Draft draft, String newId) {
        String instanceId = request.groupInstanceId();
        Optional<Member> old =
                instanceId == null ? Optional.empty() : draft.group().roster().staticMember(instanceId);
        if (old.isPresent()) {
            comeBack(draft, old.get(), newId);
        } else if (instanceId == null && caller.apiVersion() >= MEMBER_ID_REQUIRED_SINCE) {
            draft.become(draft.group().with(draft.group().roster().withPending(newId)));
            draft.start(new SessionEnd(draft.group().id(), newId), request.sessionTimeoutMs());
            draft.answer(ticket.with(refusal(newId, ErrorCode.MEMBER_ID_REQUIRED)));
        } else {
            add(draft, newId);
        }
    }

    private void add(Draft draft, String memberId) {
        Client client = new Client(request.groupInstanceId(), caller.clientId(), caller.clientHost());
        Member member =
                new Member(memberId, client, timeouts(), protocols(), Member.NO_ASSIGNMENT, new ToJoin(ticket, true));
        if (draft.group().roster().isEmpty()) {
            draft.become(draft.group().withProtocolType(request.protocolType()));
        }
        draft.become(draft.group().with(member));
        if (draft.group().phase() instanceof Preparing(String reason, Opening opening) && opening != null) {
            Opening grown = new Opening(opening.delayMs(), opening.remainingMs(), true);
            draft.become(draft.group().with(new Preparing(reason, grown)));
        }
        draft.start(new SessionEnd(draft.group().id(), memberId), NEW_MEMBER_TIMEOUT_MS);
        Rebalance.membersChanged(draft, "member " + memberId + " joins" + reason());
    }

    private void knownMember(Draft draft) {
        ClassicGroup group = draft.group();
        String memberId = request.memberId();
        Optional<ErrorCode> refused = group.refusalOf(memberId, request.groupInstanceId());
        if (refused.isPresent()) {
            draft.answer(ticket.with(refusal(memberId, refused.get())));
            return;
        }
        Member member = group.roster().member(memberId).orElseThrow();
        boolean same = member.protocols().equals(protocols());
        boolean leads = group.roster().isLeader(memberId);
        switch (group.phase()) {
            case Empty _ -> draft.answer(ticket.with(refusal(memberId, ErrorCode.UNKNOWN_MEMBER_ID)));
            case Preparing _ -> rejoin(draft, member);
            case Completing _ -> {
                // It may not have got the answer to its first request: it gets it again.
                if (same) {
                    draft.answer(ticket.with(joined(group, memberId)));
                } else {
                    rejoin(draft, member);
                }
            }
            case Stable _ -> {
                // The leader joins again to make the group assign anew, because topics have changed for example.
                if (same && !leads) {
                    draft.answer(ticket.with(joined(group, memberId)));
                } else {
                    rejoin(draft, member);
                }
            }
        }
    }

    private void rejoin(Draft draft, Member member) {
        update(draft, member);
        Rebalance.membersChanged(draft, "member " + member.id() + " joins again" + reason());
    }

    /** Takes over what the member wants now, and lets it wait for the others. */
    private void update(Draft draft, Member member) {
        boolean first = member.waiting() instanceof ToJoin before && before.first();
        // A client that lost its connection asks again on another; the first request must not wait for ever.
        draft.refuseWhatItWaitsFor(member, member.id(), ErrorCode.REBALANCE_IN_PROGRESS);
        draft.become(draft.group().with(member.with(timeouts(), protocols()).waitingFor(new ToJoin(ticket, first))));
    }

    /** A static member comes back after a restart and takes its place under a new id. */
    private void comeBack(Draft draft, Member old, String newId) {
        ClassicGroup before = draft.group();
        draft.refuseWhatItWaitsFor(old, old.id(), ErrorCode.FENCED_INSTANCE_ID);
        draft.become(before.with(old.waitingFor(new Nothing())));
        Rebalance.renamed(draft, old.id(), newId);
        Member member = draft.group().roster().member(newId).orElseThrow();
        draft.prolongSession(member);
        draft.become(draft.group().with(member.with(timeouts(), protocols())));
        boolean protocolStays = before.phase() instanceof Stable stable
                && stable.protocol().equals(draft.group().roster().electProtocol());
        if (protocolStays) {
            // Nothing changes for the others, so they are left in peace; the new id has to survive, though.
            draft.become(draft.group().withSubscriptions()).store();
            draft.answer(ticket.with(cameBack(draft.group(), before, newId)));
        } else {
            update(draft, draft.group().roster().member(newId).orElseThrow());
            Rebalance.membersChanged(draft, "static member " + request.groupInstanceId() + " comes back" + reason());
        }
    }

    private JoinGroupResponse cameBack(ClassicGroup group, ClassicGroup before, String newId) {
        boolean leads = group.roster().isLeader(newId);
        if (caller.apiVersion() >= SKIP_ASSIGNMENT_SINCE) {
            return joined(group, newId).toBuilder().skipAssignment(leads).build();
        }
        // It would assign if it were told that it leads, so it is told the leader of before: itself, under its old id.
        String oldLeader = before.roster().leader();
        return joined(group, newId).toBuilder()
                .leader(oldLeader == null ? "" : oldLeader)
                .members(List.of())
                .build();
    }

    private Timeouts timeouts() {
        int rebalanceMs = caller.apiVersion() >= REBALANCE_TIMEOUT_SINCE
                ? request.rebalanceTimeoutMs()
                : request.sessionTimeoutMs();
        return new Timeouts(request.sessionTimeoutMs(), rebalanceMs);
    }

    /** Each name once. */
    private List<Protocol> protocols() {
        Map<String, Protocol> protocols = new LinkedHashMap<>();
        for (JoinGroupRequestProtocol protocol : request.protocols()) {
            protocols.putIfAbsent(protocol.name(), new Protocol(protocol.name(), protocol.metadata()));
        }
        return List.copyOf(protocols.values());
    }

    private String nameForId() {
        return request.groupInstanceId() == null ? caller.clientId() : request.groupInstanceId();
    }

    private String reason() {
        return request.reason() == null || request.reason().isEmpty() ? "" : ": " + request.reason();
    }

    /** The answer to a member of a generation; the leader is told who the members are. */
    static JoinGroupResponse joined(ClassicGroup group, String memberId) {
        Roster roster = group.roster();
        String protocol = group.protocol() == null ? "" : group.protocol();
        List<JoinGroupResponseMember> members = roster.isLeader(memberId)
                ? roster.all().stream()
                        .map(member -> new JoinGroupResponseMember(
                                member.id(), member.client().instanceId(), member.metadata(protocol)))
                        .toList()
                : List.of();
        return JoinGroupResponse.builder()
                .memberId(memberId)
                .generationId(group.generation())
                .protocolType(group.protocolType())
                .protocolName(protocol)
                .leader(roster.leader() == null ? "" : roster.leader())
                .members(members)
                .build();
    }

    static JoinGroupResponse refusal(String memberId, ErrorCode error) {
        return JoinGroupResponse.builder()
                .memberId(memberId)
                .protocolName(null)
                .errorCode(error.code())
                .build();
    }

    /** The request with copies of everything that points into the frame it came in. */
    static JoinGroupRequest detached(JoinGroupRequest request) {
        return request.toBuilder()
                .protocols(request.protocols().stream()
                        .map(protocol ->
                                new JoinGroupRequestProtocol(protocol.name(), Bytes.copyOf(protocol.metadata())))
                        .toList())
                .build();
    }
}
