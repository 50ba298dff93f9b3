package dev.barnabas.broker;

import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.history.Checks;
import dev.barnabas.simulation.history.Finding;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
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
        Seeds.check(20, simulation -> run(simulation, 3, 0, EnumSet.noneOf(Fault.Kind.class)));
    }

    @Test
    void nothingAcknowledgedIsLostDoubledOrReorderedWhenOneOfThreeFails() {
        Seeds.check(100, simulation -> run(simulation, 3, 1, SURVIVABLE));
    }

    @Test
    void norWhenAllFailAtOnce() {
        Seeds.check(50, simulation -> run(simulation, 3, 3, SURVIVABLE));
    }

    private static void run(Simulation simulation, int size, int mostImpaired, Set<Fault.Kind> kinds) {
        SimulatedCluster cluster = SimulatedCluster.of(simulation, size, REPLICATED);
        simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        StreamWorkload workload = new StreamWorkload(simulation, cluster);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(kinds, cluster.nodes(), mostImpaired, FAULTS));
        workload.start();
        plan.start();
        simulation.runFor(FAULTS);

        plan.stop();
        workload.stopSending();
        simulation.runUntil("all nodes serve again", cluster::isServing, DEADLINE);
        simulation.runUntil("every record has an answer", workload::allAnswered, DEADLINE);
        workload.readAll();
        simulation.runUntil("everything has been read", workload::allRead, DEADLINE);

        List<Finding> findings = Checks.all(workload.history());
        if (!findings.isEmpty()) {
            throw simulation.failure(findings.toString(), null);
        }
    }
}
