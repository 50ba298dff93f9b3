package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A registered broker.
 *
 * @param epoch grows with every registration, of any broker
 * @param incarnation what the broker's process calls itself: a new one after every start
 * @param rack or null
 */
public record Broker(
        int id,
        long epoch,
        Uuid incarnation,
        List<Endpoint> endpoints,
        @Nullable String rack) {

    public Broker {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * Where a broker can be reached.
     *
     * @param listener the name of the listener, in upper case
     * @param securityProtocol Kafka's number: 0 is PLAINTEXT
     */
    public record Endpoint(String listener, String host, int port, short securityProtocol) {}

    /** The endpoint of a listener. Clients are told those of the listener they came in on. */
    public Optional<Endpoint> endpoint(String listener) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.listener().equals(listener))
                .findFirst();
    }
}
