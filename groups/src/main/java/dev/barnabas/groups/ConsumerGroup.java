package dev.barnabas.groups;

import dev.barnabas.groups.ConsumerRecord.CurrentForgotten;
import dev.barnabas.groups.ConsumerRecord.CurrentStored;
import dev.barnabas.groups.ConsumerRecord.GroupForgotten;
import dev.barnabas.groups.ConsumerRecord.GroupStored;
import dev.barnabas.groups.ConsumerRecord.MemberForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberStored;
import dev.barnabas.groups.ConsumerRecord.MemberTargetForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberTargetStored;
import dev.barnabas.groups.ConsumerRecord.PatternForgotten;
import dev.barnabas.groups.ConsumerRecord.PatternStored;
import dev.barnabas.groups.ConsumerRecord.TargetForgotten;
import dev.barnabas.groups.ConsumerRecord.TargetStored;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A group whose partitions the coordinator assigns (KIP-848). Part of the state of a {@link GroupShard}: it changes by
 * records only, so that a heartbeat costs what it changes and not what the group has. {@link ConsumerDraft} decides.
 *
 * <p>Three epochs: the group's grows when the partitions may have to be assigned anew; the target's is the group epoch
 * that the targets were worked out for; a member's is the one of the target that it has come to. None goes back.
 */
final class ConsumerGroup implements Group {
    private final String id;
    private final NavigableMap<String, ConsumerMember> members = new TreeMap<>();
    private final NavigableMap<String, Partitions> targets = new TreeMap<>();
    private final NavigableMap<String, CurrentAssignment> currents = new TreeMap<>();
    private final NavigableMap<String, PatternStored> patterns = new TreeMap<>();

    // What follows from the members, kept so that nobody has to look at all of them.
    private final Map<String, String> byInstance = new HashMap<>();
    private final NavigableMap<String, Integer> topicUses = new TreeMap<>();
    private final NavigableMap<String, Integer> patternUses = new TreeMap<>();
    private final Map<Uuid, Map<Integer, String>> holders = new HashMap<>();
    private int classicMembers;

    private int epoch;
    private long metadataHash;
    private int targetEpoch;
    private long assignedMs;
    private long topicsSeen = -1;
    private final Set<String> askedToJoin = new HashSet<>();

    ConsumerGroup(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String type() {
        return "consumer";
    }

    @Override
    public String shownProtocolType() {
        return ClassicGroup.CONSUMER;
    }

    @Override
    public String state() {
        if (members.isEmpty()) {
            return "Empty";
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
    public int size() {
        return members.size();
    }

    int classicMembers() {
        return classicMembers;
    }

    int epoch() {
        return epoch;
    }

    int targetEpoch() {
        return targetEpoch;
    }

    /** When the targets were worked out last, in milliseconds since the epoch; 0 if they never were. */
    long assignedMs() {
        return assignedMs;
    }

    long metadataHash() {
        return metadataHash;
    }

    /** The version of the topics that the hash has been compared with. Known to the leader only. */
    long topicsSeen() {
        return topicsSeen;
    }

    void topicsSeen(long version) {
        topicsSeen = version;
    }

    /** Whether a classic member was told to join again and has not yet. Known to the leader only. */
    boolean isAskedToJoin(String memberId) {
        return askedToJoin.contains(memberId);
    }

    void askedToJoin(String memberId, boolean asked) {
        if (asked) {
            askedToJoin.add(memberId);
        } else {
            askedToJoin.remove(memberId);
        }
    }

    NavigableMap<String, ConsumerMember> members() {
        return Collections.unmodifiableNavigableMap(members);
    }

    Optional<ConsumerMember> member(String memberId) {
        return Optional.ofNullable(members.get(memberId));
    }

    /** The id of the member that has an instance id now. */
    Optional<String> memberOf(String instanceId) {
        return Optional.ofNullable(byInstance.get(instanceId));
    }

    CurrentAssignment current(String memberId) {
        return currents.getOrDefault(memberId, CurrentAssignment.NOTHING);
    }

    Partitions target(String memberId) {
        return targets.getOrDefault(memberId, Partitions.NONE);
    }

    /** The member that has a partition, or has not yet given it up; null if it is free. */
    @Nullable
    String holder(Uuid topic, int partition) {
        Map<Integer, String> ofTopic = holders.get(topic);
        return ofTopic == null ? null : ofTopic.get(partition);
    }

    /** How many members have subscribed to each topic by name. */
    NavigableMap<String, Integer> topicUses() {
        return Collections.unmodifiableNavigableMap(topicUses);
    }

    NavigableMap<String, Integer> patternUses() {
        return Collections.unmodifiableNavigableMap(patternUses);
    }

    NavigableMap<String, PatternStored> patterns() {
        return Collections.unmodifiableNavigableMap(patterns);
    }

    @Override
    public boolean isSubscribedTo(String topic) {
        return topicUses.containsKey(topic)
                || patternUses.keySet().stream()
                        .anyMatch(pattern -> patterns.containsKey(pattern)
                                && patterns.get(pattern).topics().contains(topic));
    }

    void apply(ConsumerRecord record) {
        switch (record) {
            case GroupStored it -> {
                epoch = it.epoch();
                metadataHash = it.metadataHash();
            }
            case GroupForgotten _ -> {}
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
            case PatternStored it -> patterns.put(it.pattern(), it);
            case PatternForgotten it -> patterns.remove(it.pattern());
        }
    }

    private void member(String memberId, @Nullable ConsumerMember member) {
        ConsumerMember before = member == null ? members.remove(memberId) : members.put(memberId, member);
        if (member == null) {
            askedToJoin.remove(memberId);
        }
        if (before != null) {
            count(before, -1);
            if (before.instanceId() != null) {
                byInstance.remove(before.instanceId(), memberId);
            }
        }
        if (member != null) {
            count(member, 1);
            if (member.instanceId() != null) {
                byInstance.put(member.instanceId(), memberId);
            }
        }
    }

    private void count(ConsumerMember member, int by) {
        member.topics().forEach(topic -> count(topicUses, topic, by));
        if (member.pattern() != null) {
            count(patternUses, member.pattern(), by);
        }
        classicMembers += member.usesClassicProtocol() ? by : 0;
    }

    static void count(Map<String, Integer> uses, String what, int by) {
        uses.merge(what, by, (before, more) -> before + more == 0 ? null : before + more);
    }

    private void current(String memberId, @Nullable CurrentAssignment current) {
        CurrentAssignment before = current == null ? currents.remove(memberId) : currents.put(memberId, current);
        if (before != null) {
            before.partitions().forEach((topic, partition) -> release(topic, partition, memberId));
            before.revoking().forEach((topic, partition) -> release(topic, partition, memberId));
        }
        if (current != null) {
            current.partitions().forEach((topic, partition) -> hold(topic, partition, memberId));
            current.revoking().forEach((topic, partition) -> hold(topic, partition, memberId));
        }
    }

    private void hold(Uuid topic, int partition, String memberId) {
        holders.computeIfAbsent(topic, _ -> new HashMap<>()).put(partition, memberId);
    }

    private void release(Uuid topic, int partition, String memberId) {
        Map<Integer, String> ofTopic = holders.get(topic);
        if (ofTopic != null) {
            ofTopic.remove(partition, memberId);
            if (ofTopic.isEmpty()) {
                holders.remove(topic);
            }
        }
    }
}
