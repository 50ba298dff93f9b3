package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.replication.Partition;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.transactions.Marker;
import dev.barnabas.transactions.MarkerSender;
import dev.barnabas.transactions.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Markers find the leaders of partitions, wherever they are and whatever happens to them. */
final class TransactionMarkersTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int PARTITIONS = 6;
    private static final long PRODUCER = 7;

    private static ReplicaWorld started(Simulation simulation) {
        ReplicaWorld world = new ReplicaWorld(simulation, 3, PARTITIONS);
        world.startAll();
        simulation.runUntil("started", () -> world.nodes().stream().allMatch(ReplicatingNode::isReady), LIMIT);
        return world;
    }

    /** What a coordinator hears. */
    private static final class Heard implements MarkerSender.Results {
        private final TreeSet<TopicPartition> settled = new TreeSet<>();
        private final Map<TopicPartition, ErrorCode> refused = new HashMap<>();
        private final Loop loop;

        Heard(Loop loop) {
            this.loop = loop;
        }

        @Override
        public void settled(Collection<TopicPartition> partitions) {
            loop.requireCurrent();
            for (TopicPartition partition : partitions) {
                assertThat(settled.add(partition))
                        .as("%s is settled once", partition)
                        .isTrue();
            }
        }

        @Override
        public void refused(TopicPartition partition, ErrorCode why) {
            loop.requireCurrent();
            assertThat(refused.put(partition, why)).isNull();
        }
    }

    private static List<TopicPartition> all() {
        List<TopicPartition> all = new ArrayList<>();
        for (int index = 0; index < PARTITIONS; index++) {
            all.add(new TopicPartition(ReplicaWorld.TOPIC, index));
        }
        return all;
    }

    private static Heard send(ReplicatingNode from, Marker marker, List<TopicPartition> partitions) {
        Loop loop = from.shares().getLast().loop();
        Heard heard = new Heard(loop);
        from.shares().getFirst().loop().execute(() -> from.markers().send(marker, partitions, loop, heard));
        return heard;
    }

    private static void begin(Simulation simulation, ReplicaWorld world, int epoch) {
        for (int index = 0; index < PARTITIONS; index++) {
            int partition = index;
            ReplicatingNode.Sent[] sent = {begin(world, partition, epoch)};
            simulation.runUntil(
                    "a transaction is open",
                    () -> {
                        if (sent[0].refused() != null) {
                            sent[0] = begin(world, partition, epoch);
                        }
                        return sent[0].isAcknowledged();
                    },
                    LIMIT);
        }
    }

    private static ReplicatingNode.Sent begin(ReplicaWorld world, int partition, int epoch) {
        return world.node(world.agreed(partition).leader()).begin(partition, PRODUCER, epoch, 0);
    }

    /** Nobody has an open transaction. */
    private static boolean allStable(ReplicaWorld world) {
        for (ReplicatingNode node : world.nodes()) {
            for (int index = 0; index < PARTITIONS; index++) {
                Partition partition = node.partition(index);
                if (partition == null
                        || partition.highWatermark() != partition.endOffset()
                        || partition.lastStableOffset() != partition.endOffset()) {
                    return false;
                }
            }
        }
        return true;
    }

    @Test
    void everyLeaderWritesTheMarkerOnce() {
        Seeds.check(20, simulation -> {
            ReplicaWorld world = started(simulation);
            begin(simulation, world, 0);

            Heard heard = send(world.node(1), new Marker(PRODUCER, (short) 1, true, 0, (short) 2), all());

            simulation.runUntil("settled", () -> heard.settled.size() == PARTITIONS, LIMIT);
            simulation.runUntil("stable everywhere", () -> allStable(world), LIMIT);
            for (int index = 0; index < PARTITIONS; index++) {
                assertThat(partition(world, index).endOffset()).isEqualTo(2);
            }
            assertThat(heard.refused).isEmpty();
        });
    }

    private static Partition partition(ReplicaWorld world, int index) {
        Partition partition = world.node(world.agreed(index).leader()).partition(index);
        assertThat(partition).isNotNull();
        return partition;
    }

    @Test
    void markersArriveWhileLeadersMoveAndNodesAreKilled() {
        Seeds.check(40, simulation -> {
            ReplicaWorld world = started(simulation);
            Dice dice = simulation.dice("test");
            for (int round = 0; round < 4; round++) {
                begin(simulation, world, round);
                Marker marker = new Marker(
                        PRODUCER, (short) (round + 1), dice.chance(0.5), 0, (short) (dice.chance(0.5) ? 2 : 1));
                Heard heard = send(world.node(1), marker, all());
                for (int i = 0; i < 5; i++) {
                    simulation.runFor(Duration.ofMillis(dice.nextInt(15)));
                    switch (dice.nextInt(3)) {
                        case 0 -> elect(world, dice.nextInt(PARTITIONS), dice);
                        case 1 -> cutOffForAMoment(simulation, world, 2 + dice.nextInt(2));
                        default -> kill(simulation, world, 2 + dice.nextInt(2));
                    }
                }
                simulation.runUntil("settled", () -> heard.settled.size() == PARTITIONS, LIMIT);
                simulation.runUntil("stable everywhere", () -> allStable(world), LIMIT);
                assertThat(heard.refused).isEmpty();
            }
        });
    }

    private static void cutOffForAMoment(Simulation simulation, ReplicaWorld world, int node) {
        simulation.network().isolate(world.node(node).host());
        simulation.runFor(Duration.ofMillis(50));
        simulation.network().rejoin(world.node(node).host());
    }

    /** One that has all that was acknowledged. */
    private static void elect(ReplicaWorld world, int partition, Dice dice) {
        world.elect(partition, dice.pick(world.agreed(partition).inSyncReplicas()));
    }

    private static void kill(Simulation simulation, ReplicaWorld world, int node) {
        world.node(node).host().powerLoss();
        simulation.runFor(Duration.ofMillis(1));
        world.node(node).host().restart();
        // Until then it looks as ready as it was.
        simulation.runFor(Duration.ofMillis(1));
        simulation.runUntil("started again", world.node(node)::isReady, LIMIT);
        for (int index = 0; index < PARTITIONS; index++) {
            if (world.agreed(index).leader() == node) {
                elect(world, index, simulation.dice("test"));
            }
        }
    }

    @Test
    void aCoordinatorThatWasReplacedIsTold() {
        Seeds.check(10, simulation -> {
            ReplicaWorld world = started(simulation);
            begin(simulation, world, 0);
            Heard present = send(world.node(1), new Marker(PRODUCER, (short) 0, true, 5, (short) 1), all());
            simulation.runUntil("settled", () -> present.settled.size() == PARTITIONS, LIMIT);

            Heard past = send(world.node(1), new Marker(PRODUCER, (short) 0, false, 4, (short) 1), all());
            simulation.runUntil("refused", () -> past.refused.size() == PARTITIONS, LIMIT);
            assertThat(past.refused.values()).containsOnly(ErrorCode.TRANSACTION_COORDINATOR_FENCED);

            Heard zombie = send(world.node(1), new Marker(PRODUCER, (short) -1, false, 6, (short) 1), all());
            simulation.runUntil("refused", () -> zombie.refused.size() == PARTITIONS, LIMIT);
            assertThat(zombie.refused.values()).containsOnly(ErrorCode.INVALID_PRODUCER_EPOCH);
        });
    }

    @Test
    void whereThereIsNoSuchPartitionNothingIsToBeDone() {
        Seeds.check(3, simulation -> {
            ReplicaWorld world = started(simulation);
            List<TopicPartition> gone =
                    List.of(new TopicPartition("deleted", 0), new TopicPartition(ReplicaWorld.TOPIC, PARTITIONS));

            Heard heard = send(world.node(1), new Marker(PRODUCER, (short) 0, true, 0, (short) 2), gone);

            simulation.runUntil("settled", () -> heard.settled.containsAll(gone), LIMIT);
        });
    }

    @Test
    void whatIsCancelledIsNotToldAnyMore() {
        Seeds.check(10, simulation -> {
            ReplicaWorld world = started(simulation);
            begin(simulation, world, 0);
            simulation.network().isolate(world.node(2).host());
            Loop loop = world.node(1).shares().getFirst().loop();
            Heard heard = new Heard(loop);
            loop.execute(() -> {
                MarkerSender.Sending sending = world.node(1)
                        .markers()
                        .send(new Marker(PRODUCER, (short) 1, true, 0, (short) 2), all(), loop, heard);
                loop.schedule(Duration.ofMillis(100), () -> {
                    sending.cancel();
                    heard.settled.clear();
                });
            });
            simulation.runFor(Duration.ofMillis(200));
            simulation.network().rejoin(world.node(2).host());
            simulation.runFor(Duration.ofSeconds(30));

            assertThat(heard.settled).isEmpty();
        });
    }
}
