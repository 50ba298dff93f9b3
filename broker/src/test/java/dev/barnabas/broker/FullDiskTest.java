package dev.barnabas.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.Delivered;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.LogDirs;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nodes of a cluster whose disks are full for a while. */
final class FullDiskTest {

    private static final long RESERVE = 10_000_000;
    private static final byte[] VALUE = new byte[100];

    private final Simulation simulation = new Simulation(11);
    private final SimulatedOperator operator = new SimulatedOperator(
            simulation,
            SimulatedCluster.of(
                    simulation,
                    3,
                    "default.replication.factor=3",
                    "min.insync.replicas=2",
                    "replica.lag.time.max.ms=5000",
                    "leader.imbalance.check.interval.seconds=10",
                    "barnabas.disk.reserve.bytes=" + RESERVE));

    FullDiskTest() {
        operator.create("t", Map.of(0, List.of(1, 2, 3)), Map.of());
        operator.sendAll("t", 0, 3, VALUE);
    }

    private void fillUp(int node, long left) {
        operator.host(node).drives().forEach(drive -> drive.fillUp(left));
    }

    private void makeRoom(int node) {
        operator.host(node).drives().forEach(drive -> drive.unlimited());
    }

    @Test
    void othersLeadUntilThereIsRoomAgain() {
        fillUp(1, RESERVE / 2);

        operator.await("another leader", "t", 0, state -> state.leader() == 2);
        operator.sendAll("t", 0, 10, VALUE);
        assertThat(operator.state("t", 0).inSync()).containsExactly(2, 3);
        assertThat(operator.observe(1).fullDirectories()).hasSize(1);
        assertThat(requireNonNull(operator.get(() ->
                                        operator.admin().describeLogDirs(Set.of(1), Set.of(new TopicPartition("t", 0))))
                                .get(1))
                        .orThrow())
                .singleElement()
                .extracting(LogDirs.Directory::cordoned)
                .isEqualTo(true);

        makeRoom(1);
        operator.await(
                "it leads again",
                "t",
                0,
                state -> state.leader() == 1 && state.inSync().size() == 3);
        assertThat(operator.observe(1).fullDirectories()).isEmpty();
        operator.sendAll("t", 0, 1, VALUE);
    }

    /** Not only when somebody sends: a leader that is full says so before it has to refuse anybody. */
    @Test
    void producersHardlyNotice() {
        fillUp(1, RESERVE / 2);
        simulation.runFor(Duration.ofSeconds(3));
        Duration before = simulation.now();

        operator.sendAll("t", 0, 1, VALUE);

        assertThat(simulation.now().minus(before)).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aFollowerWithoutRoomIsNotWaitedForAndCatchesUp() {
        fillUp(3, RESERVE / 2);
        operator.await("it is not in sync", "t", 0, state -> !state.inSync().contains(3));
        operator.sendAll("t", 0, 50, VALUE);
        assertThat(operator.state("t", 0).leader()).isEqualTo(1);

        makeRoom(3);

        operator.await("it is in sync again", "t", 0, state -> state.inSync().size() == 3);
        assertThat(operator.replica(3, "t", 0).orElseThrow().endOffset()).isEqualTo(53);
    }

    @Test
    void nothingMovesToAndFroWhereAllAreFull() {
        for (int node = 1; node <= 3; node++) {
            fillUp(node, RESERVE / 2);
        }
        simulation.runFor(Duration.ofSeconds(10));
        int epoch = operator.state("t", 0).leaderEpoch();
        Eventual<Delivered> sent = operator.send("t", 0, VALUE);

        simulation.runFor(Duration.ofSeconds(60));

        // One after the other finds out that it is full, so that the leadership is passed on twice at most: from 1 to
        // 2,
        // and to 3. When nobody has room all are in sync again, and it goes back to the preferred leader, once and for
        // all: nobody could take better care of it.
        assertThat(operator.state("t", 0).leaderEpoch()).isEqualTo(epoch).isLessThanOrEqualTo(3);
        assertThat(operator.state("t", 0).leader()).isEqualTo(1);
        assertThat(sent.isSettled()).isFalse();
        makeRoom(2);
        makeRoom(3);
        simulation.runUntil("it is acknowledged", sent::isSettled, SimulatedOperator.LIMIT);
        assertThat(sent.result().orElseThrow().orThrow().offset()).isEqualTo(3);
        assertThat(operator.state("t", 0).leader()).isNotEqualTo(1);
    }

    @Test
    void aLittleRoomIsNotEnoughToComeBack() {
        fillUp(1, RESERVE / 2);
        operator.await("another leader", "t", 0, state -> state.leader() == 2);

        fillUp(1, RESERVE + RESERVE / 10);
        simulation.runFor(Duration.ofSeconds(60));
        assertThat(operator.state("t", 0).inSync()).containsExactly(2, 3);

        fillUp(1, 2 * RESERVE);
        operator.await("it leads again", "t", 0, state -> state.leader() == 1);
    }
}
