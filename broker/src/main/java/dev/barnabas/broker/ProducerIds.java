package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.AllocateProducerIds;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Gives out producer ids from blocks that the controller allocates: an id is never given out twice, whatever happens to
 * this node. Owned by the first loop; may be asked on any.
 */
final class ProducerIds {

    private final Loop loop;
    private final ClusterMetadata metadata;
    private final int brokerId;
    private final long brokerEpoch;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean allocating;

    ProducerIds(Loop loop, ClusterMetadata metadata, int brokerId, long brokerEpoch) {
        this.loop = loop;
        this.metadata = metadata;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
    }

    /** One of the two is called, on {@code answerLoop}. */
    void next(Loop answerLoop, LongConsumer then, Consumer<ErrorCode> refused) {
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
            metadata.submit(new AllocateProducerIds(brokerId, brokerEpoch), loop, this::allocated);
        }
    }

    private void allocated(Answer<AllocateProducerIds.Block> answer) {
        allocating = false;
        switch (answer) {
            case Answer.Granted<AllocateProducerIds.Block>(AllocateProducerIds.Block block) -> {
                next = block.first();
                end = block.first() + block.count();
                serve();
            }
            case Answer.Refused<AllocateProducerIds.Block> _ -> {
                Waiting all;
                while ((all = waiting.poll()) != null) {
                    Waiting one = all;
                    // Retriable: the client asks again.
                    one.loop.execute(() -> one.refused.accept(ErrorCode.COORDINATOR_NOT_AVAILABLE));
                }
            }
        }
    }

    private record Waiting(Loop loop, LongConsumer then, Consumer<ErrorCode> refused) {}
}
