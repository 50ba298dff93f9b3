package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import java.util.Optional;

/** Where other brokers are, as far as is known now. */
@FunctionalInterface
interface BrokerAddresses {

    Optional<Endpoint> addressOf(int broker);

    /**
     * Out of the newest image of a node.
     *
     * @param listener the name of the listeners on which brokers talk to each other
     */
    static BrokerAddresses of(Node node, String listener) {
        return broker -> node.image()
                .broker(broker)
                .flatMap(registered -> registered.endpoint(listener))
                .map(endpoint -> new Endpoint(endpoint.host(), endpoint.port()));
    }
}
