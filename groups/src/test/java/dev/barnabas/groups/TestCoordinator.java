package dev.barnabas.groups;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.VirtualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A group coordinator on partitions in memory, whose time passes when the test says so. */
final class TestCoordinator {
    static final int PARTITIONS = 3;

    final VirtualLoop loop = new VirtualLoop();
    final MemoryTopics topics = new MemoryTopics();
    final GroupCoordinator groups;
    private final TreeMap<Integer, MemoryShardLog> logs = new TreeMap<>();

    TestCoordinator(GroupSettings settings, long seed) {
        groups = new GroupCoordinator(settings, topics, new SeededEntropy(seed), () -> PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            elect(partition, List.of(), true);
        }
        loop.turn();
    }

    /** The coordinator moves: another leader starts from the logs. */
    void reload() {
        startReload();
        finishReload();
    }

    /** As {@link #reload}, but nothing is read yet. */
    void startReload() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            elect(partition, log(partition).records(), false);
        }
        loop.turn();
    }

    void finishReload() {
        eachLog(log -> log.reads(true));
        loop.turn();
    }

    private void elect(int partition, List<ShardRecord> records, boolean reads) {
        MemoryShardLog log = new MemoryShardLog(loop, records);
        log.reads(reads);
        logs.put(partition, log);
        groups.elected(partition, log);
    }

    MemoryShardLog log(int partition) {
        return Objects.requireNonNull(logs.get(partition));
    }

    MemoryShardLog logOf(String groupId) {
        return log(GroupCoordinator.partitionOf(groupId, PARTITIONS));
    }

    void eachLog(Consumer<MemoryShardLog> action) {
        logs.values().forEach(action);
    }

    GroupShard shardOf(String groupId) {
        int partition = GroupCoordinator.partitionOf(groupId, PARTITIONS);
        return List.copyOf(groups.hosts()).get(partition).shard();
    }

    void pass(Duration time) {
        loop.advance(time);
    }

    /** Sends a request and returns the answer, which has to come at once. */
    <A> A ask(BiConsumer<VirtualLoop, Consumer<A>> request) {
        List<A> answers = new ArrayList<>();
        request.accept(loop, answers::add);
        loop.turn();
        if (answers.size() != 1) {
            throw new AssertionError("answers: " + answers);
        }
        return answers.getFirst();
    }
}
