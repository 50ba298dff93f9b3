package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Shard;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.TransactionEnd;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A shard that is watched: deciding must not change it, records must survive being stored, and another shard that gets
 * nothing but the records must be in the same state, as far as it is stored.
 */
final class CheckedShard implements Shard<GroupRecord, GroupChange, GroupTimer> {
    final GroupShard shard;
    private final GroupShard replica;

    CheckedShard(Supplier<GroupShard> newShard) {
        shard = newShard.get();
        replica = newShard.get();
    }

    /** A copy of all that there is in a shard. */
    private record State(
            Map<String, Object> groups,
            Map<String, NavigableMap<String, NavigableMap<Integer, CommittedOffset>>> offsets,
            Map<Long, Map<PendingOffsets.Place, String>> pending) {

        private static Object copy(Group group) {
            return switch (group) {
                case ClassicGroup classic -> classic;
                case ConsumerGroup consumers -> copyOf(consumers);
                case ShareGroup share -> copyOf(share);
                case StreamsGroup streams -> List.of(copyOf(streams), streams.memory());
            };
        }

        private static State of(GroupShard shard) {
            Map<String, Object> groups = shard.groups().stream()
                    .collect(Collectors.toMap(Group::id, State::copy, (a, b) -> a, TreeMap::new));
            Map<String, NavigableMap<String, NavigableMap<Integer, CommittedOffset>>> offsets = new TreeMap<>();
            for (String groupId : shard.offsets().groups()) {
                NavigableMap<String, NavigableMap<Integer, CommittedOffset>> topics = new TreeMap<>();
                shard.offsets()
                        .of(groupId)
                        .forEach((topic, partitions) -> topics.put(topic, new TreeMap<>(partitions)));
                offsets.put(groupId, topics);
            }
            return new State(groups, offsets, shard.pendingOffsets().all());
        }
    }

    /** What is stored of a consumer group is all there is of it; classic groups do not change. */
    private static Object copyOf(ConsumerGroup group) {
        Map<String, List<Object>> members = new TreeMap<>();
        group.members().forEach((id, member) -> members.put(id, List.of(member, group.current(id), group.target(id))));
        return List.of(
                members,
                new TreeMap<>(group.patterns()),
                new TreeMap<>(group.topicUses()),
                new TreeMap<>(group.patternUses()),
                group.epoch(),
                group.targetEpoch(),
                group.metadataHash(),
                group.assignedMs(),
                group.classicMembers());
    }

    private static Object copyOf(ShareGroup group) {
        Map<String, List<Object>> members = new TreeMap<>();
        group.members().forEach((id, member) -> members.put(id, List.of(member, group.current(id), group.target(id))));
        return List.of(
                members, group.states(), group.epoch(), group.targetEpoch(), group.metadataHash(), group.assignedMs());
    }

    private static Object copyOf(StreamsGroup group) {
        Map<String, List<Object>> members = new TreeMap<>();
        group.members().forEach((id, member) -> members.put(id, List.of(member, group.current(id), group.target(id))));
        return List.of(
                members,
                Optional.ofNullable(group.topology()),
                group.epoch(),
                group.targetEpoch(),
                group.metadataHash(),
                group.validatedTopologyEpoch(),
                group.settings(),
                group.assignedMs());
    }

    Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupOperation operation, long nowMs) {
        return unchanged(() -> operation.decide(shard, nowMs));
    }

    private <T> T unchanged(Supplier<T> decision) {
        State before = State.of(shard);
        T decided = decision.get();
        assertThat(State.of(shard)).isEqualTo(before);
        return decided;
    }

    /** The replica knows what is stored, and nothing else. */
    void checkReplica() {
        assertThat(State.of(replica).offsets()).isEqualTo(State.of(shard).offsets());
        assertThat(State.of(replica).pending()).isEqualTo(State.of(shard).pending());
        for (Group group : shard.groups()) {
            if (group instanceof ConsumerGroup consumers) {
                assertThat(copyOf(replica.consumers(group.id()).orElseThrow())).isEqualTo(copyOf(consumers));
                continue;
            }
            if (group instanceof StreamsGroup streams) {
                assertThat(copyOf(replica.streams(group.id()).orElseThrow())).isEqualTo(copyOf(streams));
                continue;
            }
            ClassicGroup live = (ClassicGroup) group;
            boolean stored = live.generation() > 0
                    && (live.phase() instanceof Phase.Empty || live.phase() instanceof Phase.Stable);
            if (stored) {
                assertThat(replica.group(live.id())).contains(live.settled());
            }
        }
        for (Group group : replica.groups()) {
            assertThat(shard.group(group.id())).isPresent();
        }
    }

    @Override
    public void apply(GroupRecord record) {
        Optional<GroupRecord> stored = replica.decode(encode(record));
        assertThat(stored).contains(record);
        shard.apply(record);
        replica.apply(stored.orElseThrow());
    }

    @Override
    public void transactionEnded(TransactionEnd end) {
        shard.transactionEnded(end);
        replica.transactionEnded(end);
    }

    @Override
    public void change(GroupChange change) {
        shard.change(change);
    }

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> loaded(long nowMs) {
        return unchanged(() -> shard.loaded(nowMs));
    }

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> expired(GroupTimer timer, long nowMs) {
        return unchanged(() -> shard.expired(timer, nowMs));
    }

    @Override
    public Optional<String> keyOf(GroupTimer timer) {
        return shard.keyOf(timer);
    }

    @Override
    public ShardRecord encode(GroupRecord record) {
        return shard.encode(record);
    }

    @Override
    public Optional<GroupRecord> decode(ShardRecord record) {
        return shard.decode(record);
    }
}
