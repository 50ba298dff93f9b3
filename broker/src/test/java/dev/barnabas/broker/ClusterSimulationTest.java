package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.SimulationFailure;
import dev.barnabas.simulation.history.Checks;
import dev.barnabas.simulation.history.Finding;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
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

    /** A minority may fail in any of these ways at a time. */
    private static final Set<Fault.Kind> SURVIVABLE = EnumSet.of(
            Fault.Kind.CRASH,
            Fault.Kind.CRASH_IN_TASK,
            Fault.Kind.POWER_LOSS,
            Fault.Kind.POWER_LOSS_IN_TASK,
            Fault.Kind.PAUSE,
            Fault.Kind.CUT,
            Fault.Kind.HALF_CUT,
            Fault.Kind.ISOLATION,
            Fault.Kind.RESET,
            Fault.Kind.BAD_NETWORK,
            Fault.Kind.SLOW_DISK);

    private static final Duration STARTING = Duration.ofMinutes(1);
    private static final Duration FAULTS = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    @Test
    void threeNodesServeOneCluster() {
        Seeds.check(5, simulation -> run(simulation, 3, 0, EnumSet.noneOf(Fault.Kind.class), REPLICATED));
    }

    @Test
    void nothingAcknowledgedIsLostDoubledOrReorderedWhenOneOfThreeFails() {
        Seeds.check(60, simulation -> run(simulation, 3, 1, SURVIVABLE, REPLICATED));
    }

    @Test
    void norWhenAllFailAtOnce() {
        Seeds.check(30, simulation -> run(simulation, 3, 3, SURVIVABLE, REPLICATED));
    }

    @Test
    void norWhenTwoOfFiveFail() {
        Seeds.check(
                20,
                simulation -> run(
                        simulation,
                        5,
                        2,
                        SURVIVABLE,
                        "default.replication.factor=5",
                        "min.insync.replicas=3",
                        "offsets.topic.replication.factor=5"));
    }

    /** Any number of nodes, any settings, whatever can go wrong with a minority, and an operator. */
    @Test
    void norWhileAnOperatorMovesPartitionsAndRestartsNodes() {
        Seeds.check(40, ClusterSimulationTest::runRestless);
    }

    private static void runRestless(Simulation simulation) {
        Dice dice = simulation.dice("settings");
        int size = 3 + dice.nextInt(3);
        int factor = 3 + 2 * dice.nextInt((size - 1) / 2);
        EnumSet<Fault.Kind> kinds = EnumSet.copyOf(SURVIVABLE);
        kinds.add(Fault.Kind.FULL_DISK);
        kinds.add(Fault.Kind.CLOCK_JUMP);
        SimulatedCluster cluster = SimulatedCluster.of(
                simulation,
                size,
                "default.replication.factor=" + factor,
                "min.insync.replicas=" + (factor + 1) / 2,
                "offsets.topic.replication.factor=" + factor,
                "log.segment.bytes=" + dice.magnitude(1 << 20, 1 << 26),
                "replica.lag.time.max.ms=" + dice.magnitude(1_000, 30_000),
                "replica.fetch.max.bytes=" + dice.magnitude(1_000, 1 << 20),
                "broker.session.timeout.ms=" + dice.magnitude(1_000, 10_000));
        RestlessOperator operator = new RestlessOperator(simulation, cluster);
        run(simulation, cluster, (size - 1) / 2, kinds, Optional.of(operator));
    }

    /** The canary: who elects leaders that lack acknowledged records loses them, and that is found. */
    @Test
    void uncleanElectionsAreCaught() {
        assertThatThrownBy(() -> Seeds.check(
                        200,
                        simulation -> run(
                                simulation,
                                3,
                                2,
                                SURVIVABLE,
                                "default.replication.factor=3",
                                "min.insync.replicas=1",
                                "unclean.leader.election.enable=true",
                                "offsets.topic.replication.factor=3")))
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

    private static void run(
            Simulation simulation, int size, int mostImpaired, Set<Fault.Kind> kinds, String... settings) {
        run(simulation, SimulatedCluster.of(simulation, size, settings), mostImpaired, kinds, Optional.empty());
    }

    private static void run(
            Simulation simulation,
            SimulatedCluster cluster,
            int mostImpaired,
            Set<Fault.Kind> kinds,
            Optional<RestlessOperator> operator) {
        simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        ReplicaWatch watch = new ReplicaWatch(simulation, cluster);
        watch.start();
        StreamWorkload workload = new StreamWorkload(simulation, cluster);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(kinds, cluster.nodes(), mostImpaired, FAULTS));
        workload.start();
        plan.start();
        operator.ifPresent(RestlessOperator::start);
        simulation.runFor(FAULTS);

        operator.ifPresent(RestlessOperator::stop);
        plan.stop();
        workload.stopSending();
        simulation.runUntil(
                "the operator is done",
                () -> operator.map(RestlessOperator::isDone).orElse(true),
                DEADLINE);
        simulation.runUntil("all nodes serve again", cluster::isServing, DEADLINE);
        simulation.runUntil("every record has an answer", workload::allAnswered, DEADLINE);
        workload.readAll();
        simulation.runUntil("everything has been read", workload::allRead, DEADLINE);

        watch.stop();
        watch.checkEquality();
        List<Finding> findings = Checks.all(workload.history());
        if (!findings.isEmpty()) {
            throw simulation.failure(findings.toString(), null);
        }
    }
}
