package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.replication.Leadership;
import dev.barnabas.replication.Partition;
import dev.barnabas.simulation.SimulatedDrive;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.SimulationFailure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The watch sees what it is there for: what is wrong with a cluster although no client has noticed it yet. */
final class ReplicaWatchTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(3);
    private final SimulatedCluster cluster = SimulatedCluster.of(
            simulation,
            3,
            "default.replication.factor=3",
            "min.insync.replicas=2",
            "offsets.topic.replication.factor=3");
    private final ReplicaWatch watch = new ReplicaWatch(simulation, cluster);
    private final StreamWorkload workload = new StreamWorkload(simulation, cluster);

    @BeforeEach
    void writeForAWhile() {
        simulation.runUntil("all nodes serve", cluster::isServing, LIMIT);
        watch.start();
        workload.start();
        simulation.runFor(Duration.ofSeconds(5));
        workload.stopSending();
        simulation.runUntil("every record has an answer", workload::allAnswered, LIMIT);
    }

    @Test
    void nothingIsWrongWithAClusterThatIsLeftAlone() {
        watch.checkEquality();
    }

    @Test
    void aFollowerThatTakesItselfForTheLeaderIsCaught() {
        Broker broker = cluster.broker(cluster.nodes().getFirst()).orElseThrow();
        broker.parts()
                .node()
                .shares()
                .forEach(share -> share.loop()
                        .execute(() -> share.partitions().all().stream()
                                .filter(partition -> !partition.leads())
                                .forEach(ReplicaWatchTest::usurp)));

        assertThatThrownBy(() -> simulation.runFor(Duration.ofSeconds(1)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("two nodes lead in one term");
    }

    @Test
    void whatHasRottenIsHealedBeforeReplicasAreCompared() {
        SimulatedHost host = cluster.nodes().getFirst();
        SimulatedDrive drive = host.drives().iterator().next();
        simulation.runFor(Duration.ofSeconds(5));
        assertThat(drive.rot(path -> path.startsWith("events-") && path.endsWith(".log")))
                .isPresent();

        watch.checkEquality();
    }

    private static void usurp(Partition follower) {
        follower.lead(new Leadership(follower.leaderEpoch(), 1_000, List.of(1, 2, 3), List.of(1, 2, 3), false));
    }
}
