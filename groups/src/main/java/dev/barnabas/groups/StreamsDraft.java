package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.GroupTimer.AssignDue;
import dev.barnabas.groups.GroupTimer.RevokeEnd;
import dev.barnabas.groups.GroupTimer.SessionEnd;
import dev.barnabas.groups.StreamsRecord.CurrentForgotten;
import dev.barnabas.groups.StreamsRecord.CurrentStored;
import dev.barnabas.groups.StreamsRecord.GroupStored;
import dev.barnabas.groups.StreamsRecord.MemberForgotten;
import dev.barnabas.groups.StreamsRecord.MemberStored;
import dev.barnabas.groups.StreamsRecord.MemberTargetForgotten;
import dev.barnabas.groups.StreamsRecord.MemberTargetStored;
import dev.barnabas.groups.StreamsRecord.TargetStored;
import dev.barnabas.groups.StreamsRecord.TopologyStored;
import dev.barnabas.groups.TaskAssignor.Applicant;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A decision about one streams group in the making: what changes, beside the group as it is. It lives as long as the
 * decision takes; the group is not touched.
 */
final class StreamsDraft {
    /** As in Kafka, the first assignment of a group is that of epoch 2. */
    static final int FIRST_EPOCH = 1;

    private static final int NOT_VALIDATED = -1;

    private final GroupShard shard;
    private final StreamsGroup group;
    private final StreamsSettings settings;
    private final long nowMs;
    private final List<GroupRecord> records = new ArrayList<>();
    private final List<Ticket.Answer> answers = new ArrayList<>();
    private final List<TimerChange<GroupTimer>> timers = new ArrayList<>();

    /** Empty for who is gone. */
    private final Map<String, Optional<StreamsMember>> members = new LinkedHashMap<>();

    private final Map<String, TaskAssignment> currents = new LinkedHashMap<>();
    private final Map<String, TaskRoles> targets = new LinkedHashMap<>();
    private @Nullable StreamsGroupTopologyValue topology;
    private StreamsMemory memory;
    private int epoch;
    private int targetEpoch;
    private long assignedMs;
    private boolean bump;

    StreamsDraft(GroupShard shard, StreamsGroup group, long nowMs) {
        this.shard = shard;
        this.group = group;
        this.nowMs = nowMs;
        this.settings = shard.streamsSettings(group.id());
        this.topology = group.topology();
        this.memory = group.memory();
        this.epoch = Math.max(group.epoch(), FIRST_EPOCH);
        this.targetEpoch = group.targetEpoch();
        this.assignedMs = group.assignedMs();
    }

    StreamsSettings settings() {
        return settings;
    }

    StreamsGroup group() {
        return group;
    }

    GroupShard shard() {
        return shard;
    }

    @Nullable
    StreamsGroupTopologyValue topology() {
        return topology;
    }

    StreamsMemory memory() {
        return memory;
    }

    Optional<StreamsMember> member(String memberId) {
        Optional<StreamsMember> changed = members.get(memberId);
        return changed == null ? group.member(memberId) : changed;
    }

    TaskAssignment current(String memberId) {
        TaskAssignment changed = currents.get(memberId);
        return changed == null ? group.current(memberId) : changed;
    }

    TaskRoles target(String memberId) {
        TaskRoles changed = targets.get(memberId);
        return changed == null ? group.target(memberId) : changed;
    }

    /** The members as they are going to be, by id. */
    NavigableMap<String, StreamsMember> members() {
        if (members.isEmpty()) {
            return group.members();
        }
        NavigableMap<String, StreamsMember> all = new TreeMap<>(group.members());
        members.forEach((id, member) -> member.ifPresentOrElse(changed -> all.put(id, changed), () -> all.remove(id)));
        return all;
    }

    StreamsDraft record(GroupRecord record) {
        records.add(record);
        return this;
    }

    StreamsDraft answer(Ticket.Answer answer) {
        answers.add(answer);
        return this;
    }

    StreamsDraft start(GroupTimer timer, long delayMs) {
        timers.add(new TimerChange.Start<>(timer, delayMs));
        return this;
    }

    StreamsDraft cancel(GroupTimer timer) {
        timers.add(new TimerChange.Cancel<>(timer));
        return this;
    }

    StreamsDraft remember(StreamsMemory next) {
        memory = next;
        return this;
    }

    /** The member was heard of: its session begins anew. */
    StreamsDraft prolongSession(String memberId) {
        return start(new SessionEnd(group.id(), memberId), settings.sessionTimeoutMs());
    }

    /** The first member of an empty group waits for more. */
    void beginDelay() {
        if (group.isEmpty() && settings.initialDelayMs() > 0 && memory.delayedUntilMs() <= nowMs) {
            memory = memory.delayedUntil(nowMs + settings.initialDelayMs());
        }
    }

    /** The group has a topology now. */
    void adopt(StreamsGroupTopologyValue first) {
        topology = first;
        memory = memory.withConfigured(-1, null);
        bump = true;
        record(new TopologyStored(group.id(), first));
    }

    /** Adds a member, or takes over what it says now. */
    void put(String memberId, StreamsMember member) {
        Optional<StreamsMember> before = member(memberId);
        if (before.filter(member::equals).isPresent()) {
            return;
        }
        store(memberId, member);
        bump |= before.isEmpty() || !before.get().wantsTheSameAs(member);
        if (member.endpoint() != null || before.map(StreamsMember::endpoint).isPresent()) {
            endpointsChange();
        }
    }

    private void store(String memberId, StreamsMember member) {
        members.put(memberId, Optional.of(member));
        record(new MemberStored(group.id(), memberId, member));
    }

    /** Takes a member out; what it had is free. */
    void remove(String memberId) {
        if (member(memberId).map(StreamsMember::endpoint).isPresent()) {
            endpointsChange();
        }
        forget(memberId);
        bump = true;
    }

    private void forget(String memberId) {
        members.put(memberId, Optional.empty());
        currents.put(memberId, TaskAssignment.NOTHING);
        targets.put(memberId, TaskRoles.NONE);
        memory = memory.withOffsets(memberId, TaskOffsets.NONE);
        record(new CurrentForgotten(group.id(), memberId));
        record(new MemberTargetForgotten(group.id(), memberId));
        record(new MemberForgotten(group.id(), memberId));
        cancel(new SessionEnd(group.id(), memberId));
        cancel(new RevokeEnd(group.id(), memberId));
    }

    /** A static member goes on under another id; nothing changes for the others. */
    void rename(String oldId, String newId) {
        StreamsMember member = member(oldId).orElseThrow();
        TaskAssignment current = current(oldId).cameBack();
        TaskRoles target = target(oldId);
        forget(oldId);
        store(newId, member);
        targets.put(newId, target);
        record(new MemberTargetStored(group.id(), newId, target));
        store(newId, current);
    }

    void store(String memberId, TaskAssignment current) {
        TaskAssignment before = current(memberId);
        currents.put(memberId, current);
        record(new CurrentStored(group.id(), memberId, current));
        boolean answersQuestions = member(memberId).map(StreamsMember::endpoint).isPresent();
        if (answersQuestions && !current.tasks().equals(before.tasks())) {
            endpointsChange();
        }
    }

    private void endpointsChange() {
        if (memory.endpointEpoch() == group.memory().endpointEpoch()) {
            memory = memory.withEndpointEpoch((group.memory().endpointEpoch() + 1) & Integer.MAX_VALUE);
        }
    }

    /** The topology beside the topics that there are now. */
    ConfiguredTopology configured() {
        ConfiguredTopology known = memory.configured();
        long version = shard.topics().version();
        if (known != null && memory.topicsSeen() == version) {
            return known;
        }
        StreamsGroupTopologyValue stored = topology;
        if (stored == null) {
            throw new IllegalStateException("a streams group without a topology: " + group.id());
        }
        ConfiguredTopology configured = ConfiguredTopology.of(stored, shard.topics());
        memory = memory.withConfigured(version, configured);
        return configured;
    }

    /** Whether the group may have to be assigned anew because of what has changed: then it gets another epoch. */
    void settle() {
        StreamsGroupTopologyValue stored = topology;
        if (stored == null) {
            return;
        }
        boolean topicsChanged = memory.topicsSeen() != shard.topics().version();
        ConfiguredTopology configured = configured();
        long hash = topicsChanged
                ? Subscription.hash(ConfiguredTopology.requiredTopics(stored), shard.topics())
                : group.metadataHash();
        int validated = configured.isReady() ? configured.epoch() : NOT_VALIDATED;
        boolean changed = bump
                || hash != group.metadataHash()
                || validated != group.validatedTopologyEpoch()
                || !settings.ofAssignment().equals(group.settings());
        if (changed) {
            epoch++;
            bump = false;
            memory = memory.changedAt(nowMs);
            record(new GroupStored(group.id(), epoch, hash, validated, settings.ofAssignment()));
        }
    }

    /**
     * Works out new targets if the group has another epoch: not while a new group waits for more members, and not more
     * often than is set (KIP-1263). A timer sees to it that it is done then.
     *
     * @return whether it has to wait
     */
    boolean assign() {
        if (epoch <= targetEpoch || topology == null) {
            return false;
        }
        NavigableMap<String, StreamsMember> all = members();
        if (!all.isEmpty()) {
            long waitMs = Math.max(memory.delayedUntilMs() - nowMs, intervalLeftMs());
            if (waitMs > 0) {
                start(new AssignDue(group.id()), waitMs);
                return true;
            }
        }
        List<Applicant> applicants = new ArrayList<>();
        all.forEach((memberId, member) -> applicants.add(
                new Applicant(memberId, member.processId(), member.tags(), has(memberId), memory.offsetsOf(memberId))));
        TaskAssignor.assign(applicants, configured(), settings.standbyReplicas(), settings.rackTags())
                .forEach((memberId, target) -> {
                    if (!target.equals(target(memberId))) {
                        targets.put(memberId, target);
                        record(new MemberTargetStored(group.id(), memberId, target));
                    }
                });
        targetEpoch = epoch;
        assignedMs = nowMs;
        record(new TargetStored(group.id(), targetEpoch, assignedMs));
        cancel(new AssignDue(group.id()));
        return false;
    }

    /**
     * What a member has of each task, be it on its way out: what it was to get, and has not yet, it has no state of.
     */
    private TaskRoles has(String memberId) {
        TaskAssignment current = current(memberId);
        return new TaskRoles(StreamsGroup.processed(current), StreamsGroup.kept(current), Tasks.NONE);
    }

    private long intervalLeftMs() {
        long waitMs = assignedMs + settings.assignmentIntervalMs() - nowMs;
        // An empty group is assigned at once; a clock that was set back does not count.
        return group.isEmpty() || waitMs > settings.assignmentIntervalMs() ? 0 : waitMs;
    }

    /**
     * Lets a member come closer to its target.
     *
     * @param owned what it says that it owns; null if it does not say
     */
    void reconcile(String memberId, @Nullable TaskRoles owned) {
        TaskAssignment before = current(memberId);
        TaskAssignment next = before.towards(
                Math.max(targetEpoch, FIRST_EPOCH), target(memberId), owned, new OtherMembers(this, memberId));
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

    int heartbeatIntervalMs(String memberId) {
        TaskAssignment current = current(memberId);
        boolean settled = epoch == targetEpoch && current.epoch() == targetEpoch && current.state() == State.STABLE;
        int size = group.size() + (group.member(memberId).isPresent() ? 0 : 1);
        long quietMs = nowMs - Math.max(assignedMs, memory.changedMs());
        return HeartbeatPace.nextMs(quietMs, settled, size, settings.heartbeatIntervalMs());
    }

    Decision<GroupRecord, GroupChange, GroupTimer> decision() {
        StreamsMemory last = members().isEmpty() ? memory.withShutdownBy(null).delayedUntil(0) : memory;
        List<GroupChange> changes =
                last.equals(group.memory()) ? List.of() : List.of(new GroupChange.StreamsRemembered(group.id(), last));
        return new Decision<>(records, changes, answers, timers, false);
    }
}
