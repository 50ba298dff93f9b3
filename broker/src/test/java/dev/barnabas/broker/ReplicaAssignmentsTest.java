package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.metadata.ReplicaDirectory;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ReplicaAssignmentsTest {

    private static final Uuid TOPIC = new Uuid(1, 1);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(1);
    private final Loop loop = simulation.addHost("node", 1).loops().getFirst();
    private final AssigningController controller = new AssigningController();
    private final List<Optional<String>> outcomes = new ArrayList<>();
    private final ReplicaAssignments assignments = new ReplicaAssignments(controller, loop, 1, 100);

    @Test
    void whatIsStoredIsDone() {
        assign();

        controller.answer(ErrorCode.NONE);
        simulation.runFor(LONG);

        assertThat(outcomes).containsExactly(Optional.empty());
        assertThat(controller.requests()).hasSize(1);
    }

    /** A controller that loses its quorum says so; a replica that gave up would be offline until the next start. */
    @Test
    void withoutADecisionTheSameIsToldAgain() {
        assign();

        controller.answer(ErrorCode.REQUEST_TIMED_OUT);
        simulation.runFor(LONG);
        controller.answerNothing();
        simulation.runFor(LONG);
        assertThat(outcomes).isEmpty();
        controller.answer(ErrorCode.NONE);
        simulation.runFor(LONG);

        assertThat(outcomes).containsExactly(Optional.empty());
        assertThat(controller.requests())
                .hasSize(3)
                .containsOnly(controller.requests().getFirst());
    }

    @Test
    void aRefusalIsFinal() {
        assign();

        controller.answer(ErrorCode.LOG_DIR_NOT_FOUND);
        simulation.runFor(LONG);

        assertThat(outcomes).singleElement().satisfies(why -> assertThat(why).isPresent());
        assertThat(controller.requests()).hasSize(1);
    }

    @Test
    void aNodeThatStopsTellsNothingMore() {
        assign();

        assignments.stop();
        controller.answerNothing();
        simulation.runFor(LONG);

        assertThat(outcomes).containsExactly(Optional.of("the node stops"));
        assertThat(controller.requests()).hasSize(1);
    }

    private void assign() {
        ReplicaDirectory directory = new ReplicaDirectory(new Uuid(2, 2), "two");
        assignments.assign(List.of(new ReplicaAssignment(directory, TOPIC, List.of(0, 1))), loop, outcomes::add);
        simulation.runFor(Duration.ofMillis(1));
    }
}
