package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.RevokeEnd;
import java.util.List;

/** What happens to a consumer group when time passes. */
final class ConsumerTimers {

    private ConsumerTimers() {}

    /** After a reload: every session begins anew, and so does the time of those that have to give up partitions. */
    static Decision<GroupRecord, GroupChange, GroupTimer> loaded(GroupShard shard, ConsumerGroup group, long nowMs) {
        ConsumerDraft draft = new ConsumerDraft(shard, group, nowMs);
        group.members().forEach((memberId, member) -> {
            draft.prolongSession(memberId);
            if (group.current(memberId).state() == State.UNREVOKED) {
                draft.start(new RevokeEnd(group.id(), memberId), member.rebalanceTimeoutMs());
            }
        });
        if (group.epoch() > group.targetEpoch() && !group.isEmpty()) {
            draft.start(new AssignDue(group.id()), 0);
        }
        return draft.decision();
    }

    /** Nothing was heard of a member for its session timeout: it is taken for gone. */
    static Decision<GroupRecord, GroupChange, GroupTimer> sessionEnded(
            GroupShard shard, ConsumerGroup group, String memberId, long nowMs) {
        if (group.member(memberId).isEmpty()) {
            return Decision.nothing();
        }
        ConsumerDraft draft = new ConsumerDraft(shard, group, nowMs);
        return Departure.of(draft, List.of(memberId), "the session of member " + memberId + " ended");
    }

    /**
     * A member has not given up its partitions in time, or a classic one has not joined again: the others must not wait
     * for it any longer.
     */
    static Decision<GroupRecord, GroupChange, GroupTimer> revokeEnded(
            GroupShard shard, ConsumerGroup group, String memberId, long nowMs) {
        if (group.member(memberId).isEmpty()) {
            return Decision.nothing();
        }
        ConsumerDraft draft = new ConsumerDraft(shard, group, nowMs);
        return Departure.of(draft, List.of(memberId), "member " + memberId + " was too slow in a rebalance");
    }

    /** The time between two assignments is over. */
    static Decision<GroupRecord, GroupChange, GroupTimer> assignDue(GroupShard shard, ConsumerGroup group, long nowMs) {
        ConsumerDraft draft = new ConsumerDraft(shard, group, nowMs);
        draft.assign();
        return draft.decision();
    }
}
