package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AllocateProducerIdsRequest;
import dev.barnabas.protocol.message.AllocateProducerIdsResponse;
import dev.barnabas.transactions.ProducerIdSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Gives out producer ids from blocks that the controller allocates: an id is never given out twice, whatever happens to
 * this node. Owned by the first loop; may be asked on any.
 */
final class ProducerIds implements ProducerIdSource {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Loop loop;
    private final ActiveController controller;
    private final int brokerId;
    private final long brokerEpoch;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean allocating;

    ProducerIds(Loop loop, ActiveController controller, int brokerId, long brokerEpoch) {
        this.loop = loop;
        this.controller = controller;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
    }

    @Override
    public void next(Loop answerLoop, LongConsumer then, Consumer<ErrorCode> refused) {
        loop.execute(() -> {
            waiting.add(new Waiting(answerLoop, then, refused));
            serve();
        });
    }

    private void serve() {
        while (!waiting.isEmpty() && next < end) {
            Waiting first = waiting.remove();
            long id = next++;
            first.loop.execute(() -> first.then.accept(id));
        }
        if (!waiting.isEmpty() && !allocating) {
            allocating = true;
            controller.ask(
                    new AllocateProducerIdsRequest(brokerId, brokerEpoch),
                    AllocateProducerIdsResponse.class,
                    response -> response.errorCode() == ErrorCode.NOT_CONTROLLER.code(),
                    LIMIT,
                    loop,
                    new ControllerChannel.Reply<>() {
                        @Override
                        public void answered(AllocateProducerIdsResponse response) {
                            allocated(response);
                        }

                        @Override
                        public void unanswered(String why) {
                            refuseAll();
                        }
                    });
        }
    }

    private void allocated(AllocateProducerIdsResponse response) {
        if (response.errorCode() == ErrorCode.NONE.code()) {
            allocating = false;
            next = response.producerIdStart();
            end = next + response.producerIdLen();
            serve();
        } else {
            refuseAll();
        }
    }

    private void refuseAll() {
        allocating = false;
        Waiting all;
        while ((all = waiting.poll()) != null) {
            Waiting one = all;
            // Retriable: the client asks again.
            one.loop.execute(() -> one.refused.accept(ErrorCode.COORDINATOR_NOT_AVAILABLE));
        }
    }

    private record Waiting(Loop loop, LongConsumer then, Consumer<ErrorCode> refused) {}
}
