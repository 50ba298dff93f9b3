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
 * The whole node and clients of ours in one thread under a seed: first with faults, when nothing that was promised may
 * be broken, then without, when everything has to get on by a deadline in virtual time.
 */
final class NodeSimulationTest {

    @Test
    void nothingAcknowledgedIsLostDoubledOrReordered() {
        Seeds.check(200, simulation -> run(simulation, Fault.Kind.SURVIVABLE));
    }

    @Test
    void norIsItWithSeveralDirectories() {
        Seeds.check(60, simulation -> run(simulation, Fault.Kind.SURVIVABLE, "log.dirs=one,two,three"));
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
        new ClusterRun(simulation, new SimulatedCluster(simulation, settings)).play(kinds, 1);
    }
}
