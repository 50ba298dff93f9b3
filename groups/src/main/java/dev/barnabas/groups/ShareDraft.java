package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.GroupTimer.ShareStatesDue;
import dev.barnabas.groups.ShareRecord.ShareCurrentForgotten;
import dev.barnabas.groups.ShareRecord.ShareCurrentStored;
import dev.barnabas.groups.ShareRecord.ShareGroupStored;
import dev.barnabas.groups.ShareRecord.ShareMemberForgotten;
import dev.barnabas.groups.ShareRecord.ShareMemberStored;
import dev.barnabas.groups.ShareRecord.ShareMemberTargetForgotten;
import dev.barnabas.groups.ShareRecord.ShareMemberTargetStored;
import dev.barnabas.groups.ShareRecord.ShareTargetStored;
import dev.barnabas.groups.ShareRecord.ShareTopicsStored;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A decision about one share group in the making: what changes, beside the group as it is. It lives as long as the
 * decision takes; the group is not touched.
 */
final class ShareDraft {
    /** As in Kafka, the first assignment of a group is that of epoch 2. */
    private static final int FIRST_EPOCH = 1;

    private final GroupShard shard;
    private final ShareGroup group;
    private final ShareGroupSettings settings;
    private final long nowMs;
    private final List<GroupRecord> records = new ArrayList<>();
    private final List<GroupChange> changes = new ArrayList<>();
    private final List<Ticket.Answer> answers = new ArrayList<>();
    private final List<TimerChange<GroupTimer>> timers = new ArrayList<>();
    private final List<Runnable> whenCommitted = new ArrayList<>();

    /** Empty for who is gone. */
    private final Map<String, Optional<ShareMember>> members = new LinkedHashMap<>();

    private final Map<String, ShareCurrent> currents = new LinkedHashMap<>();
    private final Map<String, Partitions> targets = new LinkedHashMap<>();
    private ShareTopics states;
    private int epoch;
    private int targetEpoch;
    private long assignedMs;
    private boolean initializing;
    private boolean bump;

    ShareDraft(GroupShard shard, ShareGroup group, long nowMs) {
        this.shard = shard;
        this.group = group;
        this.nowMs = nowMs;
        this.settings = shard.shareSettings(group.id());
        this.states = group.states();
        this.epoch = Math.max(group.epoch(), FIRST_EPOCH);
        this.targetEpoch = group.targetEpoch();
        this.assignedMs = group.assignedMs();
        this.initializing = group.isInitializing();
    }

    ShareGroupSettings settings() {
        return settings;
    }

    ShareGroup group() {
        return group;
    }

    int epoch() {
        return epoch;
    }

    ShareTopics states() {
        return states;
    }

    Optional<ShareMember> member(String memberId) {
        Optional<ShareMember> changed = members.get(memberId);
        return changed == null ? group.member(memberId) : changed;
    }

    ShareCurrent current(String memberId) {
        ShareCurrent changed = currents.get(memberId);
        return changed == null ? group.current(memberId) : changed;
    }

    private Partitions target(String memberId) {
        Partitions changed = targets.get(memberId);
        return changed == null ? group.target(memberId) : changed;
    }

    /** The members as they are going to be, by id. */
    private NavigableMap<String, ShareMember> members() {
        if (members.isEmpty()) {
            return group.members();
        }
        NavigableMap<String, ShareMember> all = new TreeMap<>(group.members());
        members.forEach((id, member) -> member.ifPresentOrElse(changed -> all.put(id, changed), () -> all.remove(id)));
        return all;
    }

    ShareDraft answer(Ticket.Answer answer) {
        answers.add(answer);
        return this;
    }

    /** The member was heard of: its session begins anew. */
    ShareDraft prolongSession(String memberId) {
        timers.add(new TimerChange.Start<>(new SessionEnd(group.id(), memberId), settings.sessionTimeoutMs()));
        return this;
    }

    /** Adds a member, or takes over what it says now. */
    void put(String memberId, ShareMember member) {
        Optional<ShareMember> before = member(memberId);
        if (before.filter(member::equals).isPresent()) {
            return;
        }
        members.put(memberId, Optional.of(member));
        records.add(new ShareMemberStored(group.id(), memberId, member));
        bump |= before.isEmpty() || !before.get().topics().equals(member.topics());
    }

    /** Takes a member out. */
    void remove(String memberId) {
        members.put(memberId, Optional.empty());
        currents.put(memberId, ShareCurrent.NOTHING);
        targets.put(memberId, Partitions.NONE);
        records.add(new ShareCurrentForgotten(group.id(), memberId));
        records.add(new ShareMemberTargetForgotten(group.id(), memberId));
        records.add(new ShareMemberForgotten(group.id(), memberId));
        timers.add(new TimerChange.Cancel<>(new SessionEnd(group.id(), memberId)));
        bump = true;
    }

    /** Of other partitions there are states, or none any more. */
    void store(ShareTopics changed) {
        if (!changed.equals(states)) {
            states = changed;
            records.add(new ShareTopicsStored(group.id(), changed));
        }
    }

    /** The group is to be assigned anew. */
    void bump() {
        bump = true;
    }

    /** The group gets another epoch, for states that begin anew. */
    void nextEpoch() {
        epoch++;
        records.add(new ShareGroupStored(group.id(), epoch, group.metadataHash()));
    }

    /**
     * Whether the group may have to be assigned anew because of what has changed: then it gets another epoch. States of
     * partitions that it has not read yet are begun.
     */
    void settle() {
        boolean topicsChanged = shard.topics().version() != group.topicsSeen();
        if (!bump && !topicsChanged) {
            return;
        }
        NavigableSet<String> subscribed = new TreeSet<>();
        members().values().forEach(member -> subscribed.addAll(member.topics()));
        long hash = Subscription.hash(subscribed, shard.topics());
        if (bump || hash != group.metadataHash()) {
            epoch++;
            bump = false;
            records.add(new ShareGroupStored(group.id(), epoch, hash));
        }
        changes.add(new GroupChange.TopicsSeen(group.id(), shard.topics().version()));
        List<Uuid> gone = states.names().keySet().stream()
                .filter(topic -> shard.topics().nameOf(topic).isEmpty())
                .toList();
        ShareTopics next = states.without(gone);
        Partitions added = withoutStates(subscribed, next);
        store(added.isEmpty() ? next : next.beginning(added, shard.topics()::nameOf));
        initialize();
    }

    private Partitions withoutStates(NavigableSet<String> subscribed, ShareTopics known) {
        Partitions.Builder added = new Partitions.Builder();
        for (String name : subscribed) {
            shard.topics().idOf(name).ifPresent(id -> {
                for (int partition = 0; partition < shard.topics().partitionsOf(name); partition++) {
                    if (!known.isKnown(id, partition)) {
                        added.add(id, partition);
                    }
                }
            });
        }
        return added.build();
    }

    /** Asks the share coordinators to begin states, unless they are being asked: once at a time. */
    void initialize() {
        if (initializing || states.initializing().isEmpty()) {
            return;
        }
        initializing = true;
        int stateEpoch = epoch;
        NavigableMap<SharePlace, Long> starts = new TreeMap<>();
        states.initializing().forEach((topic, partition) -> {
            SharePlace place = new SharePlace(topic, partition);
            Long asked = group.statesAsked().get(place);
            // A partition that is added to a topic that the group reads is read from its start: nothing is left out.
            boolean added = states.initialized().byTopic().containsKey(topic);
            starts.put(place, asked != null ? asked : added ? 0 : ShareStates.Summary.NO_OFFSET);
        });
        changes.add(new GroupChange.ShareStatesAsked(group.id(), starts));
        whenCommitted.add(() -> shard.shareFollowUps().initialize(group.id(), stateEpoch, starts));
        timers.add(new TimerChange.Cancel<>(new ShareStatesDue(group.id())));
    }

    /** The share coordinators have answered: they may be asked again, or not before a while. */
    void answered(boolean mayAsk) {
        initializing = !mayAsk;
        changes.add(new GroupChange.ShareStatesAnswered(group.id(), mayAsk));
    }

    ShareDraft whenCommitted(Runnable task) {
        whenCommitted.add(task);
        return this;
    }

    ShareDraft start(GroupTimer timer, long delayMs) {
        timers.add(new TimerChange.Start<>(timer, delayMs));
        return this;
    }

    /** Works out new targets if the group has another epoch, but not more often than is set (KIP-1263). */
    void assign() {
        if (epoch <= targetEpoch) {
            return;
        }
        NavigableMap<String, ShareMember> all = members();
        long waitMs = assignedMs + settings.assignmentIntervalMs() - nowMs;
        // What has just got its states has had nothing to assign before.
        boolean isFirst = states.initialized().isEmpty() || !group.hasTargets();
        if (!all.isEmpty() && !isFirst && waitMs > 0 && waitMs <= settings.assignmentIntervalMs()) {
            start(new AssignDue(group.id()), waitMs);
            return;
        }
        Map<String, NavigableSet<Uuid>> topics = new TreeMap<>();
        Map<String, Partitions> before = new TreeMap<>();
        all.forEach((memberId, member) -> {
            NavigableSet<Uuid> ids = new TreeSet<>();
            member.topics().forEach(name -> shard.topics().idOf(name).ifPresent(ids::add));
            topics.put(memberId, ids);
            before.put(memberId, target(memberId));
        });
        ShareAssignment.of(topics, states.initialized(), before).forEach((memberId, target) -> {
            if (!target.equals(target(memberId))) {
                targets.put(memberId, target);
                records.add(new ShareMemberTargetStored(group.id(), memberId, target));
            }
        });
        targetEpoch = epoch;
        assignedMs = nowMs;
        records.add(new ShareTargetStored(group.id(), targetEpoch, assignedMs));
        timers.add(new TimerChange.Cancel<>(new AssignDue(group.id())));
    }

    /** Gives a member its target; what it has unsubscribed from it loses even if it is assigned anew only later. */
    void reconcile(String memberId) {
        ShareCurrent before = current(memberId);
        NavigableSet<String> wanted = member(memberId).orElseThrow().topics();
        Partitions has = target(memberId)
                .matching((topic, _) ->
                        shard.topics().nameOf(topic).filter(wanted::contains).isPresent());
        ShareCurrent next = before.epoch() == targetEpoch
                ? new ShareCurrent(before.epoch(), before.previousEpoch(), has)
                : new ShareCurrent(targetEpoch, before.epoch(), has);
        if (!next.equals(before)) {
            currents.put(memberId, next);
            records.add(new ShareCurrentStored(group.id(), memberId, next));
        }
    }

    int heartbeatIntervalMs(String memberId) {
        boolean settled = epoch == targetEpoch
                && current(memberId).epoch() == targetEpoch
                && states.initializing().isEmpty();
        int size = group.members().size() + (group.member(memberId).isPresent() ? 0 : 1);
        return HeartbeatPace.nextMs(nowMs - assignedMs, settled, size, settings.heartbeatIntervalMs());
    }

    Decision<GroupRecord, GroupChange, GroupTimer> decision() {
        return new Decision<>(records, changes, answers, timers, false, whenCommitted);
    }
}
