package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.Member.Waiting.Nothing;
import dev.barnabas.groups.Member.Waiting.ToJoin;
import dev.barnabas.groups.Member.Waiting.ToSync;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A decision about one group in the making: the group as it is going to be, and what follows. It lives as long as the
 * decision takes and is not shared; the group that the shard has is not touched.
 */
final class Draft {
    private final GroupSettings settings;
    private final long nowMs;
    private final List<GroupRecord> records = new ArrayList<>();
    private final List<Ticket.Answer> answers = new ArrayList<>();
    private final List<TimerChange<GroupTimer>> timers = new ArrayList<>();
    private ClassicGroup group;
    private boolean changed;

    Draft(ClassicGroup group, GroupSettings settings, long nowMs) {
        this.group = group;
        this.settings = settings;
        this.nowMs = nowMs;
    }

    GroupSettings settings() {
        return settings;
    }

    long nowMs() {
        return nowMs;
    }

    /** The group as it is going to be, so far. */
    ClassicGroup group() {
        return group;
    }

    Draft become(ClassicGroup next) {
        group = next;
        changed = true;
        return this;
    }

    Draft answer(Ticket.Answer answer) {
        answers.add(answer);
        return this;
    }

    Draft record(GroupRecord record) {
        records.add(record);
        return this;
    }

    /** Stores the group as it is going to be. */
    Draft store() {
        return record(new GroupRecord.ClassicGroupStored(group.id(), StoredGroup.of(group)));
    }

    Draft start(GroupTimer timer, long delayMs) {
        timers.add(new TimerChange.Start<>(timer, delayMs));
        return this;
    }

    Draft cancel(GroupTimer timer) {
        timers.add(new TimerChange.Cancel<>(timer));
        return this;
    }

    /** The member was heard of: its session begins anew. */
    Draft prolongSession(Member member) {
        return start(new SessionEnd(group.id(), member.id()), member.timeouts().sessionMs());
    }

    /**
     * Takes a member, or an id that is pending, out of the group. Whatever it waits for is answered with
     * UNKNOWN_MEMBER_ID, so that it joins anew if it is still there.
     */
    Draft remove(String memberId) {
        Optional<Member> member = group.roster().member(memberId);
        member.ifPresent(gone -> refuseWhatItWaitsFor(gone, "", ErrorCode.UNKNOWN_MEMBER_ID));
        cancel(new SessionEnd(group.id(), memberId));
        become(group.with(group.roster().without(memberId)));
        Rebalance.synced(this, memberId);
        return this;
    }

    /** @param toldId the member id in the answer to a JoinGroup */
    Draft refuseWhatItWaitsFor(Member member, String toldId, ErrorCode error) {
        switch (member.waiting()) {
            case Nothing _ -> {}
            case ToJoin(var ticket, boolean _) -> answer(ticket.with(JoinGroup.refusal(toldId, error)));
            case ToSync(var ticket) -> answer(ticket.with(SyncGroup.refusal(error)));
        }
        return this;
    }

    Decision<GroupRecord, GroupChange, GroupTimer> decision() {
        List<GroupChange> changes = changed ? List.of(new GroupChange.Becomes(group)) : List.of();
        return new Decision<>(records, changes, answers, timers, false);
    }
}
