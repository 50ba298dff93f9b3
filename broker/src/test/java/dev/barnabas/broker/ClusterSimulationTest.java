package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.SimulationFailure;
import dev.barnabas.simulation.history.Finding;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters and clients of ours in one thread under a seed: first with faults, when nothing that was promised may
 * be broken, then without, when everything has to get on by a deadline in virtual time.
 */
final class ClusterSimulationTest {

    private static final String[] REPLICATED = {
        "default.replication.factor=3", "min.insync.replicas=2", "offsets.topic.replication.factor=3"
    };

    private static final String[] UNCLEAN = {
        "default.replication.factor=3",
        "min.insync.replicas=1",
        "unclean.leader.election.enable=true",
        "offsets.topic.replication.factor=3"
    };

    @Test
    void threeNodesServeOneCluster() {
        Seeds.check(5, simulation -> run(simulation, 3, 0, EnumSet.noneOf(Fault.Kind.class), REPLICATED));
    }

    @Test
    void nothingAcknowledgedIsLostDoubledOrReorderedWhenOneOfThreeFails() {
        Seeds.check(45, simulation -> run(simulation, 3, 1, Fault.Kind.SURVIVABLE, REPLICATED));
    }

    @Test
    void norWhenAllFailAtOnce() {
        Seeds.check(20, simulation -> run(simulation, 3, 3, Fault.Kind.SURVIVABLE, REPLICATED));
    }

    @Test
    void norWhenTwoOfFiveFail() {
        Seeds.check(
                15,
                simulation -> run(
                        simulation,
                        5,
                        2,
                        Fault.Kind.SURVIVABLE,
                        "default.replication.factor=5",
                        "min.insync.replicas=3",
                        "offsets.topic.replication.factor=5"));
    }

    /** Any number of nodes, any settings, whatever can go wrong with a minority, and an operator. */
    @Test
    void norWhileAnOperatorMovesPartitionsAndRestartsNodes() {
        Seeds.check(40, new RestlessCluster());
    }

    /** Nothing is missing but where somebody was elected who did not have it, and the cluster gets on in any case. */
    @Test
    void uncleanElectionsCostNothingWhereTheyDoNotHappen() {
        Seeds.check(
                12,
                simulation -> new ClusterRun(simulation, SimulatedCluster.of(simulation, 3, UNCLEAN))
                        .admittingUncleanElections()
                        .play(EnumSet.complementOf(EnumSet.of(Fault.Kind.BIT_ROT)), 2));
    }

    /** The canary: who elects leaders that lack acknowledged records loses them, and that is found. */
    @Test
    void uncleanElectionsAreCaught() {
        assertThatThrownBy(() -> Seeds.check(200, simulation -> run(simulation, 3, 2, Fault.Kind.SURVIVABLE, UNCLEAN)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining(Finding.Kind.LOST_WRITE.toString());
    }

    /** The canary for durability: with what is only in the page cache of all, a loss of power is found. */
    @Test
    void acknowledgingWhatIsNotStableIsCaught() {
        Set<Fault.Kind> powerLoss = EnumSet.of(Fault.Kind.POWER_LOSS, Fault.Kind.POWER_LOSS_IN_TASK);
        assertThatThrownBy(() -> Seeds.check(
                        200,
                        simulation -> run(
                                simulation,
                                3,
                                3,
                                powerLoss,
                                "default.replication.factor=3",
                                "min.insync.replicas=2",
                                "barnabas.durability=after-write",
                                "offsets.topic.replication.factor=3")))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining(Finding.Kind.LOST_WRITE.toString());
    }

    /** The canary for rot: who sends what he has without a look at it, and looks for no damage, is found. */
    @Test
    void servingRottenRecordsIsCaught() {
        assertThatThrownBy(() -> Seeds.check(
                        200,
                        simulation -> run(
                                simulation,
                                3,
                                1,
                                EnumSet.of(Fault.Kind.BIT_ROT),
                                "default.replication.factor=3",
                                "min.insync.replicas=2",
                                "barnabas.hot.bytes=1000000000",
                                "barnabas.scrub.bytes.per.second=0",
                                "offsets.topic.replication.factor=3")))
                .isInstanceOf(SimulationFailure.class);
    }

    private static void run(
            Simulation simulation, int size, int mostImpaired, Set<Fault.Kind> kinds, String... settings) {
        new ClusterRun(simulation, SimulatedCluster.of(simulation, size, settings)).play(kinds, mostImpaired);
    }
}
