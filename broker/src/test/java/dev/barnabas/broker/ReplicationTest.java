package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.replication.Partition;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Followers and leaders on several simulated machines, without the rest of the broker. */
final class ReplicationTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int IDLE = 600;

    @Test
    void followersHaveWhatTheirLeadersAcknowledged() {
        Seeds.check(20, simulation -> {
            ReplicaWorld world = started(simulation, 3, 6);

            List<ReplicatingNode.Sent> sent = appendEverywhere(world, 20);

            simulation.runUntil("all is acknowledged", () -> allAcknowledged(sent), LIMIT);
            simulation.runUntil("all replicas are equal", () -> allEqual(world), LIMIT);
            assertNoFrameIsKept(world);
        });
    }

    private static void assertNoFrameIsKept(ReplicaWorld world) {
        world.simulation().runFor(Duration.ofSeconds(5));
        for (ReplicatingNode node : world.nodes()) {
            assertThat(node.host().unreleasedFrames())
                    .as("frames kept by node " + node.id())
                    .isZero();
        }
    }

    @Test
    void aFollowerThatWasCutOffCatchesUpAndIsInSyncAgain() {
        Seeds.check(20, simulation -> {
            ReplicaWorld world = started(simulation, 3, 6);
            simulation.network().isolate(world.node(3).host());
            List<ReplicatingNode.Sent> sent = new ArrayList<>();
            for (int partition = 0; partition < 6; partition++) {
                if (world.agreed(partition).leader() != 3) {
                    sent.add(world.node(world.agreed(partition).leader()).append(partition, "while it was away"));
                }
            }
            simulation.runUntil("those in sync acknowledge", () -> allAcknowledged(sent), LIMIT);

            simulation.network().rejoin(world.node(3).host());

            simulation.runUntil("all replicas are equal", () -> allEqual(world), LIMIT);
            simulation.runUntil("all are in sync", () -> allInSync(world), LIMIT);
        });
    }

    @Test
    void aFollowerThatWasKilledCatchesUp() {
        Seeds.check(20, simulation -> {
            ReplicaWorld world = started(simulation, 3, 6);
            world.node(2).host().powerLoss();
            List<ReplicatingNode.Sent> sent = new ArrayList<>();
            for (int partition = 0; partition < 6; partition++) {
                if (world.agreed(partition).leader() != 2) {
                    sent.add(world.node(world.agreed(partition).leader()).append(partition, "while it was down"));
                }
            }
            simulation.runUntil("those in sync acknowledge", () -> allAcknowledged(sent), LIMIT);

            world.node(2).host().restart();

            simulation.runUntil("started", world.node(2)::isReady, LIMIT);
            for (int partition = 0; partition < 6; partition++) {
                if (world.agreed(partition).leader() == 2) {
                    world.elect(partition, 2);
                }
            }
            simulation.runUntil("all replicas are equal", () -> allEqual(world), LIMIT);
            simulation.runUntil("all are in sync", () -> allInSync(world), LIMIT);
        });
    }

    @Test
    void followersGoOverToANewLeader() {
        Seeds.check(20, simulation -> {
            ReplicaWorld world = started(simulation, 3, 6);
            for (int round = 0; round < 5; round++) {
                appendEverywhere(world, 5);
                simulation.runFor(Duration.ofMillis(simulation.dice("test").nextInt(20)));
                for (int partition = 0; partition < 6; partition++) {
                    world.elect(partition, 1 + simulation.dice("test").nextInt(3));
                }
            }
            simulation.runFor(Duration.ofMillis(50));

            List<ReplicatingNode.Sent> sent = appendEverywhere(world, 3);

            simulation.runUntil("all is acknowledged", () -> allAcknowledged(sent), LIMIT);
            simulation.runUntil("all replicas are equal", () -> allEqual(world), LIMIT);
        });
    }

    @Test
    void leadersGoOnWhenTheControllerWasAway() {
        Seeds.check(10, simulation -> {
            ReplicaWorld world = started(simulation, 3, 6);
            world.controllerIsAway(true);
            simulation.network().isolate(world.node(3).host());
            simulation.runFor(Duration.ofSeconds(10));
            simulation.network().rejoin(world.node(3).host());

            world.controllerIsAway(false);

            simulation.runUntil("all are in sync", () -> allInSync(world), LIMIT);
            List<ReplicatingNode.Sent> sent = appendEverywhere(world, 3);
            simulation.runUntil("all is acknowledged", () -> allAcknowledged(sent), LIMIT);
        });
    }

    /** Each is looked at every ten seconds, a third of what a follower may lag: 5,000 of them 500 times a second. */
    @Test
    void idlePartitionsAreHardlyLookedAt() {
        Simulation simulation = new Simulation(7);
        ReplicaWorld world = started(simulation, 2, IDLE, "replica.lag.time.max.ms=30000");
        simulation.runFor(Duration.ofSeconds(20));
        long before = partitionsRead(world);

        simulation.runFor(Duration.ofSeconds(60));

        long perSecond = (partitionsRead(world) - before) / 60;
        assertThat(perSecond).as("partitions looked at in a second").isLessThanOrEqualTo(IDLE / 9);
        assertThat(allInSync(world)).isTrue();
    }

    private static long partitionsRead(ReplicaWorld world) {
        long read = 0;
        for (ReplicatingNode node : world.nodes()) {
            for (LoopShare share : node.shares()) {
                read += share.fetchSessions().replicaReads();
            }
        }
        return read;
    }

    private static ReplicaWorld started(Simulation simulation, int brokers, int partitions, String... settings) {
        ReplicaWorld world = new ReplicaWorld(simulation, brokers, partitions, settings);
        world.startAll();
        simulation.runUntil("all are open", () -> world.nodes().stream().allMatch(ReplicatingNode::isReady), LIMIT);
        return world;
    }

    private static List<ReplicatingNode.Sent> appendEverywhere(ReplicaWorld world, int records) {
        List<ReplicatingNode.Sent> sent = new ArrayList<>();
        for (int record = 0; record < records; record++) {
            for (int partition = 0; partition < world.partitionCount(); partition++) {
                sent.add(world.node(world.agreed(partition).leader()).append(partition, "record " + record));
            }
        }
        return sent;
    }

    private static boolean allAcknowledged(List<ReplicatingNode.Sent> sent) {
        return sent.stream().allMatch(ReplicatingNode.Sent::isAcknowledged);
    }

    private static boolean allInSync(ReplicaWorld world) {
        for (int partition = 0; partition < world.partitionCount(); partition++) {
            if (world.agreed(partition).inSyncReplicas().size() < world.nodes().size()) {
                return false;
            }
        }
        return true;
    }

    /** By their ends and watermarks. */
    private static boolean allEqual(ReplicaWorld world) {
        for (int index = 0; index < world.partitionCount(); index++) {
            Partition first = world.node(1).partition(index);
            for (ReplicatingNode node : world.nodes()) {
                Partition other = node.partition(index);
                if (other == null
                        || first == null
                        || other.endOffset() != first.endOffset()
                        || other.highWatermark() != first.endOffset()) {
                    return false;
                }
            }
        }
        return true;
    }
}
