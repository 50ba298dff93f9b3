package dev.barnabas.groups;

import dev.barnabas.groups.GroupTimer.JoinEnd;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.GroupTimer.SyncEnd;
import dev.barnabas.groups.Member.Waiting;
import dev.barnabas.groups.Member.Waiting.ToJoin;
import dev.barnabas.groups.Member.Waiting.ToSync;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Empty;
import dev.barnabas.groups.Phase.Opening;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.ErrorCode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The transitions of a classic group; {@link Phase} has the picture. */
final class Rebalance {
    private Rebalance() {}

    /**
     * The members have changed, or one of them wants something else: the group is rebalanced, or if it is already
     * waiting for its members, goes on if all of them are there.
     */
    static void membersChanged(Draft draft, String reason) {
        switch (draft.group().phase()) {
            case Empty _, Completing _, Stable _ -> prepare(draft, reason);
            case Preparing _ -> completeIfAllJoined(draft);
        }
    }

    /** Somebody for whom the group may have waited is not expected any more. */
    static void memberGone(Draft draft, String reason) {
        switch (draft.group().phase()) {
            case Empty _ -> {}
            case Completing _, Stable _ -> prepare(draft, reason);
            case Preparing _ -> completeIfAllJoined(draft);
        }
    }

    /** Somebody who was not a member, or found no room in a rebalance, is not expected any more. */
    static void placeGivenUp(Draft draft) {
        if (draft.group().phase() instanceof Preparing) {
            completeIfAllJoined(draft);
        }
    }

    /** Asks all members to join. */
    static void prepare(Draft draft, String reason) {
        ClassicGroup group = draft.group();
        boolean opens = group.isEmpty();
        if (group.phase() instanceof Completing) {
            takeBackAssignments(draft);
        }
        draft.cancel(new SyncEnd(group.id()));
        if (opens) {
            int delayMs = draft.settings().initialRebalanceDelayMs();
            int remainingMs = Math.max(group.roster().rebalanceTimeoutMs() - delayMs, 0);
            draft.become(draft.group()
                    .enters(new Preparing(reason, new Opening(delayMs, remainingMs, false)), draft.nowMs()));
            draft.start(new JoinEnd(group.id()), delayMs);
            return;
        }
        draft.become(draft.group().enters(new Preparing(reason, null), draft.nowMs()));
        if (draft.group().roster().allJoined()) {
            complete(draft);
        } else {
            draft.start(new JoinEnd(group.id()), group.roster().rebalanceTimeoutMs());
        }
    }

    /** A group that was empty waits its time for more members; others only for those that there are. */
    private static void completeIfAllJoined(Draft draft) {
        boolean waitsForMore = draft.group().phase() instanceof Preparing preparing && preparing.opening() != null;
        if (!waitsForMore && draft.group().roster().allJoined()) {
            complete(draft);
        }
    }

    /** The time to join is over. */
    static void joinEnded(Draft draft) {
        if (!(draft.group().phase() instanceof Preparing preparing)) {
            return;
        }
        Opening opening = preparing.opening();
        if (opening != null && opening.grew() && opening.remainingMs() > 0) {
            int delayMs = Math.min(draft.settings().initialRebalanceDelayMs(), opening.remainingMs());
            int remainingMs = Math.max(opening.remainingMs() - opening.delayMs(), 0);
            Preparing extended = new Preparing(preparing.reason(), new Opening(delayMs, remainingMs, false));
            draft.become(draft.group().with(extended));
            draft.start(new JoinEnd(draft.group().id()), delayMs);
        } else {
            complete(draft);
        }
    }

    /**
     * Begins the next generation with those that have joined. Static members keep their place although they have not,
     * unless nobody at all has.
     */
    private static void complete(Draft draft) {
        draft.cancel(new JoinEnd(draft.group().id()));
        for (Member member : draft.group().roster().all()) {
            if (!member.isStatic() && !member.isJoining()) {
                draft.remove(member.id());
            }
        }
        Roster roster = draft.group().roster();
        if (!roster.isEmpty() && roster.joining() == 0) {
            draft.start(new JoinEnd(draft.group().id()), roster.rebalanceTimeoutMs());
            return;
        }
        electLeaderThatIsThere(draft);
        draft.become(draft.group().nextGeneration(draft.nowMs()));
        if (draft.group().isEmpty()) {
            draft.store();
        } else {
            announceGeneration(draft);
        }
    }

    private static void electLeaderThatIsThere(Draft draft) {
        Roster roster = draft.group().roster();
        String leader = roster.leader();
        if (leader != null && !roster.member(leader).orElseThrow().isJoining()) {
            roster.all().stream()
                    .filter(Member::isJoining)
                    .findFirst()
                    .ifPresent(member -> draft.become(draft.group().with(roster.ledBy(member.id()))));
        }
    }

    private static void announceGeneration(Draft draft) {
        ClassicGroup group = draft.group();
        for (Member member : group.roster().all()) {
            if (member.waiting() instanceof ToJoin(var ticket, boolean _)) {
                draft.answer(ticket.with(JoinGroup.joined(group, member.id())));
            }
            draft.prolongSession(member);
        }
        draft.become(group.with(group.roster().each(member -> member.waitingFor(Waiting.NOTHING))));
        draft.start(new SyncEnd(group.id()), group.roster().rebalanceTimeoutMs());
    }

    /** The members that wait for an assignment do not get one any more. */
    private static void takeBackAssignments(Draft draft) {
        ClassicGroup group = draft.group();
        for (Member member : group.roster().all()) {
            if (member.waiting() instanceof ToSync(var ticket)) {
                draft.answer(ticket.with(SyncGroup.refusal(ErrorCode.REBALANCE_IN_PROGRESS)));
                draft.prolongSession(member);
            }
        }
        draft.become(group.with(group.roster().each(Rebalance::withoutAssignment)));
    }

    private static Member withoutAssignment(Member member) {
        Member without = member.withAssignment(Member.NO_ASSIGNMENT);
        return member.waiting() instanceof ToSync ? without.waitingFor(Waiting.NOTHING) : without;
    }

    /** A member has asked for its assignment, or does not need it any more. */
    static void synced(Draft draft, String memberId) {
        ClassicGroup group = draft.group();
        switch (group.phase()) {
            case Empty _, Preparing _ -> {}
            case Completing(String protocol, Set<String> unsynced) ->
                draft.become(group.with(new Completing(protocol, without(unsynced, memberId))));
            case Stable(String protocol, Set<String> unsynced) ->
                draft.become(group.with(new Stable(protocol, without(unsynced, memberId))));
        }
        if (unsynced(draft.group()).isEmpty()) {
            draft.cancel(new SyncEnd(group.id()));
        }
    }

    /** The time to ask for the assignment is over: who has not, goes. */
    static void syncEnded(Draft draft) {
        Set<String> unsynced = unsynced(draft.group());
        if (!unsynced.isEmpty()) {
            unsynced.forEach(draft::remove);
            prepare(draft, "members did not ask for their assignment in time");
        }
    }

    /** Nothing was heard of a member, or of somebody who was given a member id, for its session timeout. */
    static void sessionEnded(Draft draft, String memberId) {
        Roster roster = draft.group().roster();
        if (roster.pending().contains(memberId)) {
            draft.remove(memberId);
            placeGivenUp(draft);
            return;
        }
        Optional<Member> member = roster.member(memberId);
        if (member.isPresent() && isMissed(member.get())) {
            draft.remove(memberId);
            memberGone(draft, "the session of member " + memberId + " ended");
        }
    }

    /** Who waits for the group is not missed, except somebody new, whose client may have given up meanwhile. */
    private static boolean isMissed(Member member) {
        return switch (member.waiting()) {
            case Waiting.Nothing _ -> true;
            case ToJoin toJoin -> toJoin.first();
            case ToSync _ -> false;
        };
    }

    /** After a reload: every member's session begins anew, and a group that has become too large is rebalanced. */
    static void loaded(Draft draft) {
        draft.group().roster().all().forEach(draft::prolongSession);
        if (draft.group().roster().size() > draft.settings().maxSize()) {
            prepare(draft, "the group has more members than group.max.size");
        }
    }

    /** A static member goes on under another id. It is not waited for; it has learnt of the generation just now. */
    static void renamed(Draft draft, String oldId, String newId) {
        draft.cancel(new SessionEnd(draft.group().id(), oldId));
        draft.become(draft.group().with(draft.group().roster().renamed(oldId, newId)));
        synced(draft, oldId);
    }

    private static Set<String> unsynced(ClassicGroup group) {
        return switch (group.phase()) {
            case Empty _, Preparing _ -> Set.of();
            case Completing completing -> completing.unsynced();
            case Stable stable -> stable.unsynced();
        };
    }

    private static Set<String> without(Set<String> ids, String id) {
        Set<String> changed = new LinkedHashSet<>(ids);
        changed.remove(id);
        return changed;
    }
}
