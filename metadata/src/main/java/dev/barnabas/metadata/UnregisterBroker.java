package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A broker does not belong to the cluster any more, as in an UnregisterBroker request. Others lead what it led; it
 * remains a replica of its partitions until they are reassigned. One that is running registers again. Answered with the
 * registration that has ended.
 */
public record UnregisterBroker(int id) implements Wish<Broker> {

    @Override
    public Plan<Broker> plan(ClusterImage image, Controller controller) {
        Optional<Broker> registered = image.broker(id);
        if (registered.isEmpty()) {
            return Plan.refuse(ErrorCode.BROKER_ID_NOT_REGISTERED, "Broker ID " + id + " is not currently registered");
        }
        Broker broker = registered.get();
        List<Change> changes = new ArrayList<>();
        // Else nothing would tell, if it comes back with another directory, that its replicas are not in that.
        Replicas.inOnlyDirectory(image, broker).ifPresent(changes::add);
        changes.add(new Change.BrokerUnregistered(id, broker.epoch()));
        ClusterImage after = image.apply(Change.Together.of(changes), image.lastOffset() + 1);
        new PartitionSweep(after, controller).settleAllOn(id).change().ifPresent(changes::add);
        return Plan.change(Change.Together.of(changes), broker);
    }
}
