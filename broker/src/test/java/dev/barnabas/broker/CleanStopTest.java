package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.Replicas;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Where records are acknowledged before they are on stable storage, a replica counts only if it is known to have lost
 * none of them: its node has stopped in order (KIP-966).
 */
final class CleanStopTest {

    private static final byte[] VALUE = new byte[100];

    private final Simulation simulation = new Simulation(5);
    private final SimulatedOperator operator =
            new SimulatedOperator(simulation, SimulatedCluster.of(simulation, 5, "min.insync.replicas=2"));

    CleanStopTest() {
        operator.create("t", Map.of(0, List.of(1, 2)), Map.of("barnabas.durability", "after-write"));
        operator.sendAll("t", 0, 5, VALUE);
    }

    private void stopInOrder(int node) {
        boolean[] stopped = {false};
        operator.broker(node).stop(() -> stopped[0] = true);
        simulation.runUntil("stopped", () -> stopped[0], SimulatedOperator.LIMIT);
        operator.host(node).powerLoss();
    }

    private Replicas.State withoutLeader() {
        operator.await("nobody leads", "t", 0, state -> state.leader() < 0);
        return operator.state("t", 0);
    }

    @Test
    void whoeverStoppedInOrderLeadsAgain() {
        stopInOrder(2);
        operator.host(1).crash();
        assertThat(withoutLeader().eligible()).containsExactlyInAnyOrder(1, 2);

        operator.host(2).restart();

        operator.await("it leads", "t", 0, state -> state.leader() == 2);
        assertThat(operator.readAll("t", 0, 5)).hasSize(5);
    }

    @Test
    void whoeverDidNotIsNoLongerEligible() {
        losesPowerAndIsNoLongerEligible();
    }

    private void losesPowerAndIsNoLongerEligible() {
        operator.host(2).powerLoss();
        operator.await("it is gone", "t", 0, state -> state.inSync().equals(List.of(1)));
        operator.host(1).crash();
        withoutLeader();

        operator.host(2).restart();

        simulation.runFor(Duration.ofSeconds(30));
        assertThat(operator.state("t", 0).leader()).isNegative();
        assertThat(operator.state("t", 0).eligible()).containsExactly(1);
    }

    /** What was noted of one life says nothing about the next. */
    @Test
    void aStopInOrderCountsOnce() {
        stopInOrder(2);
        operator.host(2).restart();
        operator.await("it is in sync", "t", 0, state -> state.inSync().size() == 2);

        losesPowerAndIsNoLongerEligible();
    }
}
