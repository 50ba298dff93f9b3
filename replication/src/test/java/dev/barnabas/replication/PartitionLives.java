package dev.barnabas.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.replication.TestBatches.Seen;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A partition lives on a few machines that crash, lose power, are cut off and fenced, while producers and consumers use
 * it and its leader moves; messages come late, twice or never. Leaders are elected from the in-sync replicas only, so
 * nothing may be lost. Then everything is whole again, and all replicas must become equal.
 */
final class PartitionLives implements Scenario {
    private static final int STEPS = 250;
    private static final Duration RECOVERY = Duration.ofMinutes(2);

    private final TestCluster.Bug bug;

    PartitionLives(TestCluster.Bug bug) {
        this.bug = bug;
    }

    @Override
    public void run(Simulation simulation) {
        TestCluster cluster = new TestCluster(simulation, bug);
        Dice dice = cluster.dice;
        simulation.runFor(Duration.ofMillis(50));
        double trouble = dice.pick(List.of(0.02, 0.05, 0.15));
        for (int step = 0; step < STEPS; step++) {
            act(cluster, trouble);
            simulation.runFor(Duration.ofNanos(dice.magnitude(100_000, 60_000_000)));
        }
        end(simulation, cluster);
    }

    private static void act(TestCluster cluster, double trouble) {
        Dice dice = cluster.dice;
        int id = dice.pick(cluster.ids());
        if (!dice.chance(trouble)) {
            int leader = cluster.controller().image().leader();
            for (long left = dice.magnitude(1, 5); left > 0; left--) {
                cluster.produce(
                        leader > 0 && dice.chance(0.8) ? leader : id, dice.chance(0.8) ? Acks.ALL : Acks.LEADER);
            }
            cluster.consume(id);
            if (dice.chance(0.1)) {
                cluster.remind();
            }
            return;
        }
        SimulatedHost host = cluster.host(id);
        switch (dice.nextInt(9)) {
            case 0, 1 -> host.powerLoss();
            case 2 -> host.crash();
            case 3 -> host.crashAtDiskOperation(dice.between(0, 30), SimulatedHost.Crash.POWER);
            case 4 -> cluster.wire().cutOff(id);
            case 5 -> cluster.ids().forEach(cluster.wire()::join);
            case 6 -> {
                cluster.controller().fence(id);
                cluster.wire()
                        .after(
                                dice.between(Duration.ofMillis(1), Duration.ofMillis(800)),
                                () -> cluster.controller().unfence(id));
            }
            case 7 -> cluster.controller().elect();
            default -> {
                host.drive("data").faults(DiskFaults.NONE.withSlowness(Duration.ofMillis(dice.magnitude(1, 200))));
                TestNode node = cluster.node(id);
                if (node != null) {
                    node.loop()
                            .execute(() -> node.deleteRecords(dice.between(
                                    0, node.partition().orElseThrow().highWatermark())));
                }
            }
        }
        for (int other : cluster.ids()) {
            if (!cluster.host(other).isUp()) {
                restartLater(cluster, other);
            }
        }
    }

    private static void restartLater(TestCluster cluster, int id) {
        Dice dice = cluster.dice;
        if (dice.chance(0.5)) {
            // The controller notices only when it has not been heard of for a while; or it is back before.
            cluster.wire().after(dice.between(Duration.ofMillis(1), Duration.ofMillis(300)), () -> {
                if (!cluster.host(id).isUp()) {
                    cluster.controller().fence(id);
                }
            });
        }
        cluster.wire().after(dice.between(Duration.ofMillis(1), Duration.ofMillis(600)), () -> {
            if (!cluster.host(id).isUp()) {
                cluster.host(id).restart();
            }
        });
    }

    private static void end(Simulation simulation, TestCluster cluster) {
        cluster.wire().repair();
        for (int id : cluster.ids()) {
            cluster.host(id).cancelPlannedCrash();
            cluster.host(id).drive("data").faults(DiskFaults.NONE);
            if (!cluster.host(id).isUp()) {
                cluster.host(id).restart();
            }
        }
        simulation.runFor(Duration.ofSeconds(2));
        cluster.ids().forEach(cluster.controller()::unfence);
        cluster.remind();
        simulation.runFor(Duration.ofSeconds(2));
        int before = cluster.ledger.acknowledgedCount();
        simulation.runUntil("a leader knows that it leads", () -> leads(cluster), RECOVERY);
        for (int second = 0; second < RECOVERY.toSeconds() && !isWhole(cluster, before); second++) {
            if (cluster.ledger.acknowledgedCount() == before) {
                cluster.produce(cluster.controller().image().leader(), Acks.ALL);
            }
            simulation.runFor(Duration.ofSeconds(1));
        }
        if (!isWhole(cluster, before)) {
            throw simulation.failure("not all replicas are in sync and equal: " + describe(cluster), null);
        }
        List<Seen> first = null;
        long deletedBefore = 0;
        for (int id : cluster.ids()) {
            deletedBefore = Math.max(deletedBefore, partition(cluster, id).logStartOffset());
        }
        for (int id : cluster.ids()) {
            List<Seen> all = all(simulation, cluster, id);
            cluster.ledger.compare(partition(cluster, id).logStartOffset(), all);
            long from = deletedBefore;
            List<Seen> common =
                    all.stream().filter(each -> each.offset() >= from).toList();
            if (first == null) {
                first = common;
            }
            assertThat(common).as("n%s", id).isEqualTo(first);
        }
    }

    private static boolean leads(TestCluster cluster) {
        int leader = cluster.controller().image().leader();
        TestNode node = leader < 0 ? null : cluster.node(leader);
        return node != null && node.partition().orElseThrow().leads();
    }

    private static String describe(TestCluster cluster) {
        StringBuilder text = new StringBuilder(cluster.controller().image().toString());
        for (int id : cluster.ids()) {
            TestNode node = cluster.node(id);
            text.append("\nn").append(id).append(' ');
            if (node == null) {
                text.append("is not up");
                continue;
            }
            Partition partition = node.partition().orElseThrow();
            text.append(partition.leads() ? "leads" : "follows")
                    .append(" in epoch ")
                    .append(partition.leaderEpoch())
                    .append(", has ")
                    .append(partition.logStartOffset())
                    .append(" to ")
                    .append(partition.endOffset())
                    .append(", stable to ")
                    .append(partition.log().stableEndOffset())
                    .append(", high watermark ")
                    .append(partition.highWatermark())
                    .append(' ')
                    .append(partition.followers());
        }
        return text.toString();
    }

    private static boolean isWhole(TestCluster cluster, int acknowledgedBefore) {
        if (cluster.ledger.acknowledgedCount() == acknowledgedBefore
                || cluster.controller().image().inSync().size() < cluster.ids().size()) {
            return false;
        }
        int leader = cluster.controller().image().leader();
        if (leader < 0 || cluster.node(leader) == null) {
            return false;
        }
        long end = partition(cluster, leader).endOffset();
        return cluster.ids().stream()
                .allMatch(id -> cluster.node(id) != null
                        && partition(cluster, id).endOffset() == end
                        && partition(cluster, id).highWatermark() == end);
    }

    private static Partition partition(TestCluster cluster, int id) {
        TestNode node = cluster.node(id);
        if (node == null) {
            throw new AssertionError("n" + id + " is not up");
        }
        return node.partition().orElseThrow();
    }

    private static List<Seen> all(Simulation simulation, TestCluster cluster, int id) {
        Partition partition = partition(cluster, id);
        List<Seen> found = new ArrayList<>();
        boolean[] done = {false};
        partition.loop().execute(() -> load(partition, partition.logStartOffset(), found, done));
        simulation.runUntil("all of n" + id + " is read", () -> done[0], RECOVERY);
        return found;
    }

    private static void load(Partition partition, long from, List<Seen> found, boolean[] done) {
        partition.log().load(from, 1 << 20, partition.endOffset(), new LogAnswer<>() {
            @Override
            public void done(ByteBuffer bytes) {
                List<Seen> some = TestBatches.seen(bytes);
                found.addAll(some);
                if (some.isEmpty()) {
                    done[0] = true;
                } else {
                    load(partition, some.getLast().offset() + 1, found, done);
                }
            }

            @Override
            public void refused(LogRefusal refusal) {
                throw new AssertionError(refusal.toString());
            }
        });
    }
}
