package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.Optional;

/** Producer ids for a broker to give out, as in an AllocateProducerIds request. */
public record AllocateProducerIds(int brokerId, long brokerEpoch) implements Wish<AllocateProducerIds.Block> {

    /** How many ids a broker gets at a time. */
    public static final int BLOCK_SIZE = 1000;

    /** Ids that belong to a broker: {@code first}, {@code first + 1}, and so on, {@code count} of them. */
    public record Block(long first, int count) {}

    @Override
    public Plan<Block> plan(ClusterImage image, Controller controller) {
        Optional<Refusal> refusal = Replicas.refusalOfSender(image, brokerId, brokerEpoch);
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        long first = image.nextProducerId();
        if (first > Long.MAX_VALUE - BLOCK_SIZE) {
            return Plan.refuse(ErrorCode.UNKNOWN_SERVER_ERROR, "There are no producer ids left.");
        }
        return Plan.change(new Change.ProducerIdsAllocated(brokerId, first, BLOCK_SIZE), new Block(first, BLOCK_SIZE));
    }
}
