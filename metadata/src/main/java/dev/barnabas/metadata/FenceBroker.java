package dev.barnabas.metadata;

import java.util.Optional;

/**
 * A broker has not been heard of for too long, or its process is known to be gone: it is kept out, and others lead what
 * it led. Answered with the registration of then.
 *
 * @param epoch that of the registration whose session is over: one that has registered since is not meant
 */
public record FenceBroker(int id, long epoch) implements Wish<Broker> {

    @Override
    public Plan<Broker> plan(ClusterImage image, Controller controller) {
        Optional<Refusal> refusal = Replicas.refusalOfSender(image, id, epoch);
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        Broker broker = image.broker(id).orElseThrow();
        if (broker.fenced()) {
            return Plan.nothing(broker);
        }
        Change fenced =
                new Change.BrokerStateChanged(id, epoch, true, false, broker.directories(), broker.fullDirectories());
        PartitionSweep sweep =
                new PartitionSweep(image.apply(fenced, image.lastOffset() + 1), controller).settleAllOn(id);
        return Plan.change(sweep.with(fenced), broker.in(true, false, broker.directories(), broker.fullDirectories()));
    }
}
