package dev.barnabas.groups;

import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.StreamsRecord.CurrentForgotten;
import dev.barnabas.groups.StreamsRecord.CurrentStored;
import dev.barnabas.groups.StreamsRecord.GroupForgotten;
import dev.barnabas.groups.StreamsRecord.GroupStored;
import dev.barnabas.groups.StreamsRecord.MemberForgotten;
import dev.barnabas.groups.StreamsRecord.MemberStored;
import dev.barnabas.groups.StreamsRecord.MemberTargetForgotten;
import dev.barnabas.groups.StreamsRecord.MemberTargetStored;
import dev.barnabas.groups.StreamsRecord.TargetForgotten;
import dev.barnabas.groups.StreamsRecord.TargetStored;
import dev.barnabas.groups.StreamsRecord.TopologyForgotten;
import dev.barnabas.groups.StreamsRecord.TopologyStored;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A streams application whose tasks the coordinator assigns (KIP-1071). Part of the state of a {@link GroupShard}: it
 * changes by records only, but for what {@link StreamsMemory} holds. {@link StreamsDraft} decides. The epochs are those
 * of a {@link ConsumerGroup}.
 */
final class StreamsGroup implements Group {
    static final String TYPE = "streams";

    private final String id;
    private final NavigableMap<String, StreamsMember> members = new TreeMap<>();
    private final NavigableMap<String, TaskRoles> targets = new TreeMap<>();
    private final NavigableMap<String, TaskAssignment> currents = new TreeMap<>();
    private @Nullable StreamsGroupTopologyValue topology;

    // What follows from the rest, kept so that nobody has to look at all of it.
    private final Map<String, String> byInstance = new HashMap<>();
    private final Map<String, String> subtopologyOf = new HashMap<>();
    private final Map<String, Map<Integer, NavigableSet<String>>> active = new HashMap<>();
    private final Map<String, Map<Integer, NavigableSet<String>>> copies = new HashMap<>();

    private int epoch;
    private long metadataHash;
    private int validatedTopologyEpoch = -1;
    private Map<String, String> settings = Map.of();
    private int targetEpoch;
    private long assignedMs;
    private StreamsMemory memory = StreamsMemory.NOTHING;

    StreamsGroup(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public String shownProtocolType() {
        return TYPE;
    }

    @Override
    public String state() {
        if (members.isEmpty()) {
            return "Empty";
        }
        if (topology == null || topology.epoch() != validatedTopologyEpoch) {
            return "NotReady";
        }
        if (epoch > targetEpoch) {
            return "Assigning";
        }
        boolean settled = members.keySet().stream()
                .map(this::current)
                .allMatch(current -> current.state() == State.STABLE && current.epoch() == targetEpoch);
        return settled ? "Stable" : "Reconciling";
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public boolean isSubscribedTo(String topic) {
        return !members.isEmpty() && subtopologyOf.containsKey(topic);
    }

    @Override
    public int size() {
        return members.size();
    }

    int epoch() {
        return epoch;
    }

    long metadataHash() {
        return metadataHash;
    }

    int validatedTopologyEpoch() {
        return validatedTopologyEpoch;
    }

    /** Those that the assignment of the group's epoch depends on. */
    Map<String, String> settings() {
        return settings;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    /** When the targets were worked out last, in milliseconds since the epoch; 0 if they never were. */
    long assignedMs() {
        return assignedMs;
    }

    @Nullable
    StreamsGroupTopologyValue topology() {
        return topology;
    }

    StreamsMemory memory() {
        return memory;
    }

    void remember(StreamsMemory next) {
        memory = next;
    }

    NavigableMap<String, StreamsMember> members() {
        return Collections.unmodifiableNavigableMap(members);
    }

    Optional<StreamsMember> member(String memberId) {
        return Optional.ofNullable(members.get(memberId));
    }

    /** The id of the member that has an instance id now. */
    Optional<String> memberOf(String instanceId) {
        return Optional.ofNullable(byInstance.get(instanceId));
    }

    TaskAssignment current(String memberId) {
        return currents.getOrDefault(memberId, TaskAssignment.NOTHING);
    }

    TaskRoles target(String memberId) {
        return targets.getOrDefault(memberId, TaskRoles.NONE);
    }

    /** Since which member epoch a member has the task that reads a topic's partition; -1 if it has not. */
    int since(String memberId, String topic, int partition) {
        String subtopology = subtopologyOf.get(topic);
        return subtopology == null ? -1 : current(memberId).since(subtopology, partition);
    }

    /** Those that process a task, or have not confirmed yet that they have stopped to. */
    NavigableSet<String> processors(String subtopology, int partition) {
        return holders(active, subtopology, partition);
    }

    /** Those that have a task as standby or warm-up, or have not confirmed yet that they have given it up. */
    NavigableSet<String> keepers(String subtopology, int partition) {
        return holders(copies, subtopology, partition);
    }

    private static NavigableSet<String> holders(
            Map<String, Map<Integer, NavigableSet<String>>> of, String subtopology, int partition) {
        Map<Integer, NavigableSet<String>> partitions = of.get(subtopology);
        NavigableSet<String> holders = partitions == null ? null : partitions.get(partition);
        return holders == null ? Collections.emptyNavigableSet() : holders;
    }

    void apply(StreamsRecord record) {
        switch (record) {
            case GroupStored it -> {
                epoch = it.epoch();
                metadataHash = it.metadataHash();
                validatedTopologyEpoch = it.validatedTopologyEpoch();
                settings = it.settings();
            }
            case GroupForgotten _ -> {}
            case TopologyStored it -> topology(it.topology());
            case TopologyForgotten _ -> topology(null);
            case MemberStored it -> member(it.memberId(), it.member());
            case MemberForgotten it -> member(it.memberId(), null);
            case TargetStored it -> {
                targetEpoch = it.epoch();
                assignedMs = it.assignedMs();
            }
            case TargetForgotten _ -> targetEpoch = 0;
            case MemberTargetStored it -> targets.put(it.memberId(), it.target());
            case MemberTargetForgotten it -> targets.remove(it.memberId());
            case CurrentStored it -> current(it.memberId(), it.current());
            case CurrentForgotten it -> current(it.memberId(), null);
        }
    }

    private void topology(@Nullable StreamsGroupTopologyValue stored) {
        topology = stored;
        subtopologyOf.clear();
        if (stored != null) {
            stored.subtopologies()
                    .forEach(subtopology -> PartitionCounts.sourcesOf(subtopology)
                            .forEach(topic -> subtopologyOf.put(topic, subtopology.subtopologyId())));
        }
    }

    private void member(String memberId, @Nullable StreamsMember member) {
        StreamsMember before = member == null ? members.remove(memberId) : members.put(memberId, member);
        if (before != null && before.instanceId() != null) {
            byInstance.remove(before.instanceId(), memberId);
        }
        if (member != null && member.instanceId() != null) {
            byInstance.put(member.instanceId(), memberId);
        }
    }

    private void current(String memberId, @Nullable TaskAssignment current) {
        TaskAssignment before = current == null ? currents.remove(memberId) : currents.put(memberId, current);
        if (before != null) {
            processed(before).forEach((subtopology, partition) -> release(active, subtopology, partition, memberId));
            kept(before).forEach((subtopology, partition) -> release(copies, subtopology, partition, memberId));
        }
        if (current != null) {
            processed(current).forEach((subtopology, partition) -> hold(active, subtopology, partition, memberId));
            kept(current).forEach((subtopology, partition) -> hold(copies, subtopology, partition, memberId));
        }
    }

    static Tasks processed(TaskAssignment current) {
        return current.activeTasks().or(current.revoking().active());
    }

    static Tasks kept(TaskAssignment current) {
        return current.standby()
                .or(current.warmup())
                .or(current.revoking().standby())
                .or(current.revoking().warmup());
    }

    private static void hold(
            Map<String, Map<Integer, NavigableSet<String>>> in, String subtopology, int partition, String memberId) {
        in.computeIfAbsent(subtopology, _ -> new HashMap<>())
                .computeIfAbsent(partition, _ -> new TreeSet<>())
                .add(memberId);
    }

    private static void release(
            Map<String, Map<Integer, NavigableSet<String>>> in, String subtopology, int partition, String memberId) {
        Map<Integer, NavigableSet<String>> partitions = in.get(subtopology);
        if (partitions != null) {
            partitions.computeIfPresent(partition, (_, holders) -> {
                holders.remove(memberId);
                return holders.isEmpty() ? null : holders;
            });
        }
    }

    /** Forgets the group with the members that are left in it. */
    List<GroupRecord> tombstones() {
        List<GroupRecord> records = new ArrayList<>();
        members.keySet().forEach(memberId -> {
            records.add(new CurrentForgotten(id, memberId));
            records.add(new MemberTargetForgotten(id, memberId));
            records.add(new MemberForgotten(id, memberId));
        });
        records.add(new TargetForgotten(id));
        records.add(new TopologyForgotten(id));
        records.add(new GroupForgotten(id));
        return records;
    }
}
