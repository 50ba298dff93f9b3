package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The whole node and clients of ours in one thread under a seed: first with faults, when nothing that was promised may
 * be broken, then without, when everything has to get on by a deadline in virtual time.
 */
final class NodeSimulationTest {

    /** A single node cannot heal what its only disk destroys; everything else it has to survive. */
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

    private static final Duration FAULTS = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    @Test
    void nothingAcknowledgedIsLostDoubledOrReordered() {
        Seeds.check(200, simulation -> run(simulation, SURVIVABLE));
    }

    @Test
    void norIsItWithSeveralDirectories() {
        Seeds.check(60, simulation -> run(simulation, SURVIVABLE, "log.dirs=one,two,three"));
    }

    /** The canary: if this mistake were not found, nothing that the test above says could be believed. */
    @Test
    void aNodeThatAcknowledgesWhatIsNotStableIsCaught() {
        Set<Fault.Kind> powerLoss = EnumSet.of(Fault.Kind.POWER_LOSS, Fault.Kind.POWER_LOSS_IN_TASK);
        assertThatThrownBy(() ->
                        Seeds.check(200, simulation -> run(simulation, powerLoss, "barnabas.durability=after-write")))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining(Finding.Kind.LOST_WRITE.toString());
    }

    private static void run(Simulation simulation, Set<Fault.Kind> kinds, String... settings) {
        SimulatedCluster cluster = new SimulatedCluster(simulation, settings);
        StreamWorkload workload = new StreamWorkload(simulation, cluster);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(kinds, List.of(cluster.node()), 1, FAULTS));
        workload.start();
        plan.start();
        simulation.runFor(FAULTS);

        plan.stop();
        workload.stopSending();
        simulation.runUntil("every record has an answer", workload::allAnswered, DEADLINE);
        workload.readAll();
        simulation.runUntil("everything has been read", workload::allRead, DEADLINE);

        List<Finding> findings = Checks.all(workload.history());
        if (!findings.isEmpty()) {
            throw simulation.failure(findings.toString(), null);
        }
    }
}
