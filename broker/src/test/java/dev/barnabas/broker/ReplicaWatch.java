package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.metadata.Topic;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What no client can see: that no two nodes lead a partition in the same term, ever, and that in the end all replicas
 * hold the same bytes up to the high watermark.
 */
final class ReplicaWatch {

    private static final Duration INTERVAL = Duration.ofMillis(20);
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration HEALING = Duration.ofSeconds(1);
    private static final int CHUNK_BYTES = 1 << 20;

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Map<Term, String> leaders = new HashMap<>();
    private boolean stopped;

    private record Term(PartitionId partition, int leaderEpoch) {}

    ReplicaWatch(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
    }

    void start() {
        look();
    }

    void stop() {
        stopped = true;
    }

    /** How many terms there were, of all partitions. */
    int terms() {
        return leaders.size();
    }

    private void look() {
        if (stopped) {
            return;
        }
        forEachShare((name, share) -> {
            for (Partition partition : share.partitions().all()) {
                if (partition.leads()) {
                    led(new Term(partition.id(), partition.leaderEpoch()), name);
                }
            }
        });
        simulation.later(INTERVAL, this::look);
    }

    private void led(Term term, String by) {
        String before = leaders.putIfAbsent(term, by);
        if (before != null && !before.equals(by)) {
            throw simulation.failure("two nodes lead in one term: " + before + " and " + by + " " + term, null);
        }
    }

    private interface Look {
        void at(String node, LoopShare share);
    }

    private void forEachShare(Look look) {
        cluster.nodes().stream()
                .filter(node -> node.isUp())
                .forEach(node -> cluster.broker(node)
                        .ifPresent(broker -> broker.parts()
                                .node()
                                .shares()
                                .forEach(share -> share.loop().execute(() -> look.at(node.name(), share)))));
    }

    /** A replica, as it is at one moment. */
    private record Replica(String node, Partition partition) {
        Loop loop() {
            return partition.loop();
        }
    }

    /** Waits until the followers have all that the leaders have, and compares what they hold. */
    void checkEquality() {
        awaitSettled();
        // What has left a node is closed there a moment later.
        simulation.runFor(Duration.ofSeconds(5));
        Map<String, List<Replica>> byPartition = replicas();
        await(
                "all replicas are at the same end",
                () -> byPartition.values().stream()
                        .filter(replicas -> !agree(replicas))
                        .map(ReplicaWatch::ends)
                        .toList());
        byPartition.forEach((partition, replicas) -> {
            List<ByteBuffer> contents = new ArrayList<>();
            for (Replica replica : replicas) {
                contents.add(load(replica));
            }
            for (int i = 1; i < contents.size(); i++) {
                boolean equal = partition.startsWith("__consumer_offsets")
                        ? ReplicaContents.areEqualWhenCompacted(contents.get(i), contents.getFirst())
                        : ReplicaContents.areEqual(contents.get(i), contents.getFirst());
                if (!equal) {
                    throw simulation.failure(
                            "replicas of " + partition + " differ: " + replicas.getFirst().node + " and "
                                    + replicas.get(i).node + ": "
                                    + ReplicaContents.difference(
                                            contents.getFirst(),
                                            contents.get(i),
                                            partition.startsWith("__consumer_offsets")),
                            null);
                }
            }
        });
    }

    /** Waits until every replica is where it shall be, and in sync. */
    void awaitSettled() {
        await("no partition is on the move", this::unsettled);
    }

    /** @param left what it is not true of yet */
    private void await(String what, Supplier<List<String>> left) {
        Duration end = simulation.now().plus(LIMIT);
        for (List<String> now = left.get(); !now.isEmpty(); now = left.get()) {
            if (simulation.now().compareTo(end) > 0) {
                throw simulation.failure("not within " + LIMIT + ": " + what + ": " + now, null);
            }
            simulation.runFor(LOOK_AGAIN);
        }
    }

    /** What nodes do not know to be where it shall be, and in sync. */
    private List<String> unsettled() {
        List<String> found = new ArrayList<>();
        for (SimulatedHost node : cluster.nodes()) {
            Optional<Broker> broker = node.isUp() ? cluster.broker(node) : Optional.empty();
            if (broker.isEmpty()) {
                found.add(node.name() + " does not serve");
                continue;
            }
            for (Topic topic : broker.get().parts().node().image().topics()) {
                for (dev.barnabas.metadata.Partition partition : topic.partitions()) {
                    if (partition.isBeingReassigned()
                            || partition.inSyncReplicas().size()
                                    != partition.replicas().size()) {
                        found.add(node.name() + " knows " + topic.name() + ": " + partition);
                    }
                }
            }
        }
        return found;
    }

    private static String ends(List<Replica> replicas) {
        return replicas.stream()
                .map(replica -> replica.node + " has " + replica.partition.id() + " to "
                        + replica.partition.highWatermark() + " of " + replica.partition.endOffset())
                .collect(Collectors.joining(", "));
    }

    private Map<String, List<Replica>> replicas() {
        Map<String, List<Replica>> byPartition = new TreeMap<>();
        int[] left = {0};
        cluster.nodes()
                .forEach(node -> cluster.broker(node)
                        .ifPresent(broker ->
                                left[0] += broker.parts().node().shares().size()));
        forEachShare((name, share) -> {
            left[0]--;
            for (Partition partition : share.partitions().all()) {
                byPartition
                        .computeIfAbsent(partition.id().toString(), absent -> new ArrayList<>())
                        .add(new Replica(name, partition));
            }
        });
        simulation.runUntil("all replicas are known", () -> left[0] == 0, LIMIT);
        return byPartition;
    }

    private static boolean agree(List<Replica> replicas) {
        long end = replicas.getFirst().partition.endOffset();
        return replicas.stream()
                .allMatch(replica -> replica.partition.endOffset() == end && replica.partition.highWatermark() == end);
    }

    private ByteBuffer load(Replica replica) {
        List<ByteBuffer> chunks = new ArrayList<>();
        boolean[] done = {false};
        Duration end = simulation.now().plus(LIMIT.dividedBy(2));
        replica.loop()
                .execute(() -> load(
                        replica, replica.partition.logStartOffset(), replica.partition.endOffset(), chunks, done, end));
        simulation.runUntil("the replica on " + replica.node + " is read", () -> done[0], LIMIT);
        int size = chunks.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer all = ByteBuffer.allocate(size);
        chunks.forEach(all::put);
        return all.flip();
    }

    private void load(
            Replica replica, long from, long endOffset, List<ByteBuffer> chunks, boolean[] done, Duration end) {
        if (from >= endOffset) {
            done[0] = true;
            return;
        }
        replica.partition.log().load(from, CHUNK_BYTES, endOffset, new LogAnswer<>() {
            @Override
            public void done(ByteBuffer batches) {
                chunks.add(batches.duplicate());
                long next = dev.barnabas.protocol.record.RecordBatches.of(batches.duplicate())
                                .iterator()
                                .hasNext()
                        ? endOf(batches.duplicate())
                        : endOffset;
                load(replica, next, endOffset, chunks, done, end);
            }

            @Override
            public void refused(LogRefusal refusal) {
                // Damage that was found just now is healed from another replica.
                if (simulation.now().compareTo(end) > 0) {
                    throw simulation.failure("a replica cannot be read: " + refusal, null);
                }
                replica.loop().schedule(HEALING, () -> load(replica, from, endOffset, chunks, done, end));
            }
        });
    }

    private static long endOf(ByteBuffer batches) {
        long end = 0;
        for (dev.barnabas.protocol.record.RecordBatch batch : dev.barnabas.protocol.record.RecordBatches.of(batches)) {
            end = batch.endOffset();
        }
        return end;
    }
}
