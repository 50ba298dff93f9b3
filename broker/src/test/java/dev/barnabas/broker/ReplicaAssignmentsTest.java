package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.metadata.ReplicaDirectory;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AssignReplicasToDirsResponse;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class ReplicaAssignmentsTest {

    private static final Uuid TOPIC = new Uuid(1, 1);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Simulation simulation = new Simulation(1);
    private final Loop loop = simulation.addHost("node", 1).loops().getFirst();
    private final List<Request> requests = new ArrayList<>();
    private final Queue<Consumer<Optional<ErrorCode>>> unanswered = new ArrayDeque<>();
    private final List<Optional<String>> outcomes = new ArrayList<>();
    private final ReplicaAssignments assignments = new ReplicaAssignments(new Controller(), loop, 1, 100);

    @Test
    void whatIsStoredIsDone() {
        assign();

        answer(Optional.of(ErrorCode.NONE));

        assertThat(outcomes).containsExactly(Optional.empty());
        assertThat(requests).hasSize(1);
    }

    /** A controller that loses its quorum says so; a replica that gave up would be offline until the next start. */
    @Test
    void withoutADecisionTheSameIsToldAgain() {
        assign();

        answer(Optional.of(ErrorCode.REQUEST_TIMED_OUT));
        answer(Optional.empty());
        assertThat(outcomes).isEmpty();
        answer(Optional.of(ErrorCode.NONE));

        assertThat(outcomes).containsExactly(Optional.empty());
        assertThat(requests).hasSize(3).containsOnly(requests.getFirst());
    }

    @Test
    void aRefusalIsFinal() {
        assign();

        answer(Optional.of(ErrorCode.LOG_DIR_NOT_FOUND));

        assertThat(outcomes).singleElement().satisfies(why -> assertThat(why).isPresent());
        assertThat(requests).hasSize(1);
    }

    @Test
    void aNodeThatStopsTellsNothingMore() {
        assign();

        assignments.stop();
        answer(Optional.empty());

        assertThat(outcomes).containsExactly(Optional.of("the node stops"));
        assertThat(requests).hasSize(1);
    }

    private void assign() {
        ReplicaDirectory directory = new ReplicaDirectory(new Uuid(2, 2), "two");
        assignments.assign(
                List.of(new ReplicaAssignment(directory, TOPIC, List.of(0, 1))), loop, outcomes::add);
        simulation.runFor(Duration.ofMillis(1));
    }

    private void answer(Optional<ErrorCode> error) {
        unanswered.remove().accept(error);
        simulation.runFor(LONG);
    }

    /** Answers as the test does; not at all without an error code. */
    private final class Controller implements ControllerChannel {

        @Override
        public <R extends Response> void ask(
                Request request, Class<R> type, Predicate<R> moved, Duration limit, Loop asker, Reply<R> then) {
            requests.add(request);
            unanswered.add(error -> asker.execute(() -> error.map(code -> AssignReplicasToDirsResponse.builder()
                            .errorCode(code.code())
                            .build())
                    .map(type::cast)
                    .ifPresentOrElse(then::answered, () -> then.unanswered("nobody answers"))));
        }
    }
}
