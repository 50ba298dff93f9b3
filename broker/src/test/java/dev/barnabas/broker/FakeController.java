package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterPartitionResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A controller that decides on in-sync replicas only, as a test does.
 *
 * @param decide gets a request, and who is to be called with the answer; with nothing if there is none in time
 */
record FakeController(BiConsumer<AlterPartitionRequest, Consumer<Optional<AlterPartitionResponse>>> decide)
        implements ControllerChannel {

    @Override
    public <R extends Response> void ask(
            Request request, Class<R> type, Predicate<R> moved, Duration limit, Loop asker, Reply<R> then) {
        decide.accept(
                (AlterPartitionRequest) request,
                answer -> asker.execute(() -> answer.map(type::cast)
                        .ifPresentOrElse(then::answered, () -> then.unanswered("nobody answers"))));
    }
}
