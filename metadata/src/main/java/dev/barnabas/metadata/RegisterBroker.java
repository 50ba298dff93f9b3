package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A broker that has started. Answered with its registration, whose epoch is a new one. A new term begins for every
 * partition that it leads: if its last records were lost with its machine, nobody mistakes those it writes now for them
 * (KIP-320).
 *
 * @param incarnation what the broker's process calls itself: a new one after every start
 */
public record RegisterBroker(
        int id,
        Uuid incarnation,
        List<Broker.Endpoint> endpoints,
        @Nullable String rack) implements Wish<Broker> {

    public RegisterBroker {
        endpoints = List.copyOf(endpoints);
    }

    @Override
    public Plan<Broker> plan(ClusterImage image, Controller controller) {
        Optional<Broker> same =
                image.broker(id).filter(broker -> broker.incarnation().equals(incarnation));
        if (same.isPresent()) {
            return Plan.nothing(same.get());
        }
        Broker broker = new Broker(id, image.version() + 1, incarnation, endpoints, rack);
        return Plan.change(new Change.BrokerRegistered(broker), broker);
    }
}
