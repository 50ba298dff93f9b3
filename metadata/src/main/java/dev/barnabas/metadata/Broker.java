package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A registered broker.
 *
 * <pre>
 *   registered -> fenced -> serving -> shutting down -> fenced
 *                   ^----------'
 * </pre>
 *
 * @param epoch grows with every registration, of any broker
 * @param incarnation what the broker's process calls itself: a new one after every start
 * @param rack or null
 * @param directories ids of the log directories that it can use; empty if it has not said
 * @param features the levels at which it can use features, by name
 * @param fenced whether it is kept out: it leads nothing, is in sync nowhere, and clients are not told of it (KIP-631)
 * @param shuttingDown whether it is handing over what it leads, since it wants to stop
 * @param fullDirectories ids of those log directories that have no room for more records; see {@link Replicas#hasRoom}
 */
public record Broker(
        int id,
        long epoch,
        Uuid incarnation,
        List<Endpoint> endpoints,
        @Nullable String rack,
        List<Uuid> directories,
        SortedMap<String, FeatureRange> features,
        boolean fenced,
        boolean shuttingDown,
        List<Uuid> fullDirectories) {

    public Broker {
        endpoints = List.copyOf(endpoints);
        directories = List.copyOf(directories);
        features = Collections.unmodifiableSortedMap(new TreeMap<>(features));
        fullDirectories = List.copyOf(fullDirectories);
    }

    /**
     * Where a broker can be reached.
     *
     * @param listener the name of the listener, in upper case
     * @param securityProtocol Kafka's number: 0 is PLAINTEXT
     */
    public record Endpoint(String listener, String host, int port, short securityProtocol) {}

    /** The levels at which a broker can use a feature. */
    public record FeatureRange(short lowest, short highest) {}

    /** The endpoint of a listener. Clients are told those of the listener they came in on. */
    public Optional<Endpoint> endpoint(String listener) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.listener().equals(listener))
                .findFirst();
    }

    /** Whether it may lead partitions and be in sync. */
    public boolean isServing() {
        return !fenced && !shuttingDown;
    }

    /** Whether a new replica could be put into one of its directories. */
    boolean hasRoom() {
        return directories.isEmpty() ? fullDirectories.isEmpty() : !fullDirectories.containsAll(directories);
    }

    /** The same registration in another state. */
    Broker in(boolean nowFenced, boolean nowShuttingDown, List<Uuid> usableDirectories, List<Uuid> nowFull) {
        return new Broker(
                id,
                epoch,
                incarnation,
                endpoints,
                rack,
                usableDirectories,
                features,
                nowFenced,
                nowShuttingDown,
                nowFull);
    }
}
