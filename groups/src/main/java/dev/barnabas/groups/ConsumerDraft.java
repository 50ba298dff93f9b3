package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.groups.ConsumerRecord.CurrentForgotten;
import dev.barnabas.groups.ConsumerRecord.CurrentStored;
import dev.barnabas.groups.ConsumerRecord.GroupStored;
import dev.barnabas.groups.ConsumerRecord.MemberForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberStored;
import dev.barnabas.groups.ConsumerRecord.MemberTargetForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberTargetStored;
import dev.barnabas.groups.ConsumerRecord.TargetStored;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.RevokeEnd;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A decision about one consumer group in the making: what changes, beside the group as it is. It lives as long as the
 * decision takes; the group is not touched. It costs what it changes, but for a new assignment, which looks at all
 * members.
 */
final class ConsumerDraft {
    /** As in Kafka, the first assignment of a group is that of epoch 2. */
    private static final int FIRST_EPOCH = 1;

    private final GroupShard shard;
    private final ConsumerGroup group;
    private final ConsumerSettings settings;
    private final long nowMs;
    private final List<GroupRecord> records = new ArrayList<>();
    private final List<GroupChange> changes = new ArrayList<>();
    private final List<Ticket.Answer> answers = new ArrayList<>();
    private final List<TimerChange<GroupTimer>> timers = new ArrayList<>();

    /** Empty for who is gone. */
    private final Map<String, Optional<ConsumerMember>> members = new LinkedHashMap<>();

    private final Map<String, CurrentAssignment> currents = new LinkedHashMap<>();
    private final Map<String, Partitions> targets = new LinkedHashMap<>();
    private final Subscription subscription;
    private int epoch;
    private int targetEpoch;
    private long assignedMs;
    private boolean bump;

    ConsumerDraft(GroupShard shard, ConsumerGroup group, long nowMs) {
        this.shard = shard;
        this.group = group;
        this.nowMs = nowMs;
        this.settings = shard.consumerSettings(group.id());
        this.subscription = new Subscription(group, shard.topics(), nowMs);
        this.epoch = Math.max(group.epoch(), FIRST_EPOCH);
        this.targetEpoch = group.targetEpoch();
        this.assignedMs = group.assignedMs();
    }

    ConsumerSettings settings() {
        return settings;
    }

    ConsumerGroup group() {
        return group;
    }

    Subscription subscription() {
        return subscription;
    }

    Optional<ConsumerMember> member(String memberId) {
        Optional<ConsumerMember> changed = members.get(memberId);
        return changed == null ? group.member(memberId) : changed;
    }

    CurrentAssignment current(String memberId) {
        CurrentAssignment changed = currents.get(memberId);
        return changed == null ? group.current(memberId) : changed;
    }

    Partitions target(String memberId) {
        Partitions changed = targets.get(memberId);
        return changed == null ? group.target(memberId) : changed;
    }

    int epoch() {
        return epoch;
    }

    /** The members as they are going to be, by id. */
    NavigableMap<String, ConsumerMember> members() {
        if (members.isEmpty()) {
            return group.members();
        }
        NavigableMap<String, ConsumerMember> all = new TreeMap<>(group.members());
        members.forEach((id, member) -> member.ifPresentOrElse(changed -> all.put(id, changed), () -> all.remove(id)));
        return all;
    }

    ConsumerDraft record(GroupRecord record) {
        records.add(record);
        return this;
    }

    ConsumerDraft answer(Ticket.Answer answer) {
        answers.add(answer);
        return this;
    }

    ConsumerDraft start(GroupTimer timer, long delayMs) {
        timers.add(new TimerChange.Start<>(timer, delayMs));
        return this;
    }

    ConsumerDraft cancel(GroupTimer timer) {
        timers.add(new TimerChange.Cancel<>(timer));
        return this;
    }

    /** The member was heard of: its session begins anew. */
    ConsumerDraft prolongSession(String memberId) {
        ConsumerMember.Classic classic =
                member(memberId).map(ConsumerMember::classic).orElse(null);
        int sessionMs = classic == null ? settings.sessionTimeoutMs() : classic.sessionTimeoutMs();
        return start(new SessionEnd(group.id(), memberId), sessionMs);
    }

    /** Adds a member, or takes over what it says now. */
    void put(String memberId, ConsumerMember member) {
        Optional<ConsumerMember> before = member(memberId);
        if (before.filter(member::equals).isPresent()) {
            return;
        }
        store(memberId, member);
        bump |= before.isEmpty() || !before.get().wantsTheSameAs(member);
    }

    private void store(String memberId, ConsumerMember member) {
        subscription.replace(member(memberId).orElse(null), member);
        members.put(memberId, Optional.of(member));
        record(new MemberStored(group.id(), memberId, member));
    }

    /** Takes a member out; what it had is free. */
    void remove(String memberId) {
        forget(memberId);
        bump = true;
    }

    private void forget(String memberId) {
        subscription.replace(member(memberId).orElse(null), null);
        members.put(memberId, Optional.empty());
        currents.put(memberId, CurrentAssignment.NOTHING);
        targets.put(memberId, Partitions.NONE);
        record(new CurrentForgotten(group.id(), memberId));
        record(new MemberTargetForgotten(group.id(), memberId));
        record(new MemberForgotten(group.id(), memberId));
        cancel(new SessionEnd(group.id(), memberId));
        cancel(new RevokeEnd(group.id(), memberId));
    }

    /** A static member goes on under another id; nothing changes for the others. */
    void rename(String oldId, String newId) {
        ConsumerMember member = member(oldId).orElseThrow();
        CurrentAssignment current = current(oldId).cameBack();
        Partitions target = target(oldId);
        forget(oldId);
        store(newId, member);
        targets.put(newId, target);
        record(new MemberTargetStored(group.id(), newId, target));
        store(newId, current);
    }

    void store(String memberId, CurrentAssignment current) {
        currents.put(memberId, current);
        record(new CurrentStored(group.id(), memberId, current));
    }

    /** Whether the group may have to be assigned anew because of what has changed: then it gets another epoch. */
    void settle() {
        boolean topicsChanged = shard.topics().version() != group.topicsSeen();
        if (!bump && !topicsChanged) {
            return;
        }
        subscription.matchPatterns(topicsChanged).forEach(this::record);
        long hash = subscription.hash(topicsChanged);
        if (bump || hash != group.metadataHash()) {
            epoch++;
            bump = false;
            record(new GroupStored(group.id(), epoch, hash));
        }
        changes.add(new GroupChange.TopicsSeen(group.id(), shard.topics().version()));
    }

    /**
     * Works out new targets if the group has another epoch. Not more often than is set: a mass of members that join one
     * after the other is assigned together (KIP-1263), and a timer sees to it that they are.
     */
    void assign() {
        if (epoch <= targetEpoch) {
            return;
        }
        long waitMs = assignedMs + settings.assignmentIntervalMs() - nowMs;
        boolean tooSoon = !group.isEmpty() && !isEmptied() && waitMs > 0 && waitMs <= settings.assignmentIntervalMs();
        if (tooSoon) {
            start(new AssignDue(group.id()), waitMs);
            return;
        }
        NavigableMap<String, ConsumerMember> all = members();
        // An empty group is assigned as well, to nobody: that tells since when it is empty.
        subscription.assign(all, this::target, settings.assignors()).forEach((memberId, target) -> {
            if (!target.equals(target(memberId))) {
                targets.put(memberId, target);
                record(new MemberTargetStored(group.id(), memberId, target));
            }
        });
        targetEpoch = epoch;
        assignedMs = nowMs;
        record(new TargetStored(group.id(), targetEpoch, assignedMs));
        cancel(new AssignDue(group.id()));
    }

    private boolean isEmptied() {
        return members.size() >= group.size() && members().isEmpty();
    }

    /**
     * Lets a member come closer to its target.
     *
     * @param owned what it says that it owns; null if it does not say
     * @param wantsOther it has just subscribed to something else
     */
    void reconcile(String memberId, @Nullable Partitions owned, boolean wantsOther) {
        CurrentAssignment before = current(memberId);
        Partitions target = target(memberId);
        Partitions stillWanted = null;
        if (wantsOther) {
            ConsumerMember member = member(memberId).orElseThrow();
            stillWanted = subscription.wanted(member, before.partitions());
            // If it is assigned anew only later, what it has unsubscribed from does not wait so long.
            target = subscription.wanted(member, target);
        }
        CurrentAssignment next = before.towards(
                targetEpoch, target, owned, (topic, partition) -> isFree(topic, partition, memberId), stillWanted);
        if (next.equals(before)) {
            return;
        }
        store(memberId, next);
        if (next.state() != State.UNREVOKED) {
            cancel(new RevokeEnd(group.id(), memberId));
        } else if (before.state() != State.UNREVOKED || !next.revoking().equals(before.revoking())) {
            start(
                    new RevokeEnd(group.id(), memberId),
                    member(memberId).orElseThrow().rebalanceTimeoutMs());
        }
    }

    /** A classic member is told to join again; if it does not in time, it is taken for gone. */
    ConsumerDraft askToJoin(String memberId) {
        if (!group.isAskedToJoin(memberId) && current(memberId).state() != State.UNREVOKED) {
            changes.add(new GroupChange.AskedToJoin(group.id(), memberId, true));
            start(
                    new RevokeEnd(group.id(), memberId),
                    member(memberId).orElseThrow().rebalanceTimeoutMs());
        }
        return this;
    }

    ConsumerDraft noLongerAskedToJoin(String memberId) {
        if (group.isAskedToJoin(memberId)) {
            changes.add(new GroupChange.AskedToJoin(group.id(), memberId, false));
            if (current(memberId).state() != State.UNREVOKED) {
                cancel(new RevokeEnd(group.id(), memberId));
            }
        }
        return this;
    }

    /** Whether no other member has a partition. */
    boolean isFree(Uuid topic, int partition, String memberId) {
        String holder = group.holder(topic, partition);
        if (holder == null || holder.equals(memberId)) {
            return true;
        }
        CurrentAssignment changed = currents.get(holder);
        return changed != null
                && !changed.has(topic, partition)
                && !changed.revoking().contains(topic, partition);
    }

    /** Whether a member has all that it is to have, as far as one knows. */
    boolean isSettled(String memberId) {
        CurrentAssignment current = current(memberId);
        return epoch == targetEpoch && current.epoch() == targetEpoch && current.state() == State.STABLE;
    }

    int heartbeatIntervalMs(String memberId) {
        int size = group.size() + (group.member(memberId).isPresent() ? 0 : 1);
        int resting = HeartbeatPace.restingMs(shard.consumerMembers(), settings.heartbeatIntervalMs());
        return HeartbeatPace.nextMs(nowMs - assignedMs, isSettled(memberId), size, resting);
    }

    long nowMs() {
        return nowMs;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    GroupShard shard() {
        return shard;
    }

    Decision<GroupRecord, GroupChange, GroupTimer> decision() {
        return new Decision<>(records, changes, answers, timers, false);
    }
}
