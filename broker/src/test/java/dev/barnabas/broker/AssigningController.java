package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest;
import dev.barnabas.protocol.message.AssignReplicasToDirsResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A controller that is told where replicas are, and answers what a test says. */
final class AssigningController implements ControllerChannel {

    private final List<AssignReplicasToDirsRequest> requests = new ArrayList<>();
    private final Queue<Consumer<Optional<ErrorCode>>> unanswered = new ArrayDeque<>();

    @Override
    public <R extends Response> void ask(
            Request request, Class<R> type, Predicate<R> moved, Duration limit, Loop asker, Reply<R> then) {
        requests.add((AssignReplicasToDirsRequest) request);
        unanswered.add(error -> asker.execute(() -> error.map(code -> AssignReplicasToDirsResponse.builder()
                        .errorCode(code.code())
                        .build())
                .map(type::cast)
                .ifPresentOrElse(then::answered, () -> then.unanswered("nobody answers"))));
    }

    /** All that it was asked. */
    List<AssignReplicasToDirsRequest> requests() {
        return requests;
    }

    void answer(ErrorCode error) {
        unanswered.remove().accept(Optional.of(error));
    }

    /** The time that an answer may take is over. */
    void answerNothing() {
        unanswered.remove().accept(Optional.empty());
    }
}
