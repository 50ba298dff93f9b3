package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.SimulatedDrive;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What rots on one disk is fetched from another. */
final class HealedReplicasTest {

    private static final Duration A_ROUND = Duration.ofMinutes(10);
    private static final byte[] VALUE = new byte[30_000];

    private final Simulation simulation = new Simulation(23);
    private final SimulatedOperator operator = new SimulatedOperator(
            simulation,
            SimulatedCluster.of(
                    simulation,
                    3,
                    "default.replication.factor=3",
                    "min.insync.replicas=2",
                    "log.segment.bytes=1048576"));

    HealedReplicasTest() {
        operator.create("t", Map.of(0, List.of(1, 2, 3)), Map.of());
        operator.sendAll("t", 0, 50, VALUE);
    }

    private SimulatedDrive drive(int node) {
        return operator.host(node).drives().iterator().next();
    }

    /** The first segment, as a node has it. */
    private String segment(int node) {
        return drive(node).files().keySet().stream()
                .filter(path -> path.startsWith("t-0-") && path.endsWith("/00000000000000000000.log"))
                .findFirst()
                .orElseThrow();
    }

    private byte[] content(int node) throws IOException {
        return drive(node).content(segment(node));
    }

    private long healed(int node) {
        return operator.observe(node).partitions().stream()
                .filter(partition -> partition.topic().equals("t"))
                .mapToLong(partition -> partition.scrub().healedSegments())
                .sum();
    }

    private long damaged(int node) {
        return operator.observe(node).partitions().stream()
                .mapToLong(partition -> partition.scrub().damagedBatches())
                .sum();
    }

    @Test
    void aFollowerIsHealedFromTheLeader() throws IOException {
        drive(3).rot(segment(3), 5_000);

        simulation.runFor(A_ROUND);

        assertThat(content(3)).isEqualTo(content(1));
        assertThat(healed(3)).isEqualTo(1);
        assertThat(damaged(3)).isZero();
    }

    @Test
    void aLeaderIsHealedFromAFollowerAndLeadsOn() throws IOException {
        int epoch = operator.state("t", 0).leaderEpoch();
        drive(1).rot(segment(1), 5_000);

        simulation.runFor(A_ROUND);

        assertThat(content(1)).isEqualTo(content(2));
        assertThat(healed(1)).isEqualTo(1);
        assertThat(operator.state("t", 0).leader()).isEqualTo(1);
        assertThat(operator.state("t", 0).leaderEpoch()).isEqualTo(epoch);
        assertThat(operator.state("t", 0).inSync()).hasSize(3);
    }

    @Test
    void replicasThatHaveEachLostSomethingElseHealEachOther() throws IOException {
        byte[] whole = content(1);
        drive(1).rot(segment(1), 1_000);
        drive(2).rot(segment(2), 70_000);
        drive(3).rot(segment(3), 130_000);

        simulation.runFor(A_ROUND);

        for (int node = 1; node <= 3; node++) {
            assertThat(content(node)).as("node " + node).isEqualTo(whole);
        }
    }

    @Test
    void whatNobodyHasIsHealedWhenSomebodyComesBackWhoHasIt() throws IOException {
        byte[] whole = content(3);
        operator.host(3).crash();
        drive(1).rot(segment(1), 5_000);
        drive(2).rot(segment(2), 5_001);
        simulation.runFor(A_ROUND);
        assertThat(damaged(1)).isEqualTo(1);
        assertThat(damaged(2)).isEqualTo(1);

        operator.host(3).restart();
        simulation.runFor(A_ROUND.multipliedBy(3));

        assertThat(content(1)).isEqualTo(whole);
        assertThat(content(2)).isEqualTo(whole);
    }

    @Test
    void aConsumerThatComesToDamagedRecordsGoesOnWhenTheyAreHealed() throws IOException {
        // Not in the page cache any more: what comes from the disk is checked.
        for (int node = 1; node <= 3; node++) {
            operator.host(node).powerLoss();
        }
        drive(1).rot(segment(1), 5_000);
        drive(2).rot(segment(2), 5_000 + 31_000);
        for (int node = 1; node <= 3; node++) {
            operator.host(node).restart();
        }
        operator.await("all are in sync", "t", 0, state -> state.inSync().size() == 3);

        assertThat(operator.readAll("t", 0, 50)).hasSize(50);
        simulation.runFor(A_ROUND);
        assertThat(content(1)).isEqualTo(content(2)).isEqualTo(content(3));
    }
}
