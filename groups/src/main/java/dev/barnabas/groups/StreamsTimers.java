package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.RevokeEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to a streams group when time passes, or members go. */
final class StreamsTimers {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsTimers.class);

    private StreamsTimers() {}

    /** After a reload: every session begins anew, and so does the time of those that have to give up tasks. */
    static Decision<GroupRecord, GroupChange, GroupTimer> loaded(GroupShard shard, StreamsGroup group, long nowMs) {
        StreamsDraft draft = new StreamsDraft(shard, group, nowMs).remember(StreamsMemory.ofNewLeader(nowMs));
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

    /** Nothing was heard of a member for its session timeout, or it has not given up its tasks in time. */
    static Decision<GroupRecord, GroupChange, GroupTimer> gone(
            GroupShard shard, StreamsGroup group, String memberId, long nowMs, String why) {
        return group.member(memberId).isEmpty()
                ? Decision.nothing()
                : left(new StreamsDraft(shard, group, nowMs), memberId, why);
    }

    /** The rest of the decision when a member goes: what it had is assigned to the others. */
    static Decision<GroupRecord, GroupChange, GroupTimer> left(StreamsDraft draft, String memberId, String why) {
        draft.remove(memberId);
        LOG.atInfo()
                .setMessage("a member leaves the streams group")
                .addKeyValue("group", draft.group().id())
                .addKeyValue("member", memberId)
                .addKeyValue("why", why)
                .log();
        draft.settle();
        draft.assign();
        return draft.decision();
    }

    /** The time that an assignment had to wait is over. */
    static Decision<GroupRecord, GroupChange, GroupTimer> assignDue(GroupShard shard, StreamsGroup group, long nowMs) {
        StreamsDraft draft = new StreamsDraft(shard, group, nowMs);
        draft.settle();
        draft.assign();
        return draft.decision();
    }
}
