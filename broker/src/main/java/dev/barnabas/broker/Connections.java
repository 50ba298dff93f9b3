package dev.barnabas.broker;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Connection;
import dev.barnabas.host.ConnectionHandler;
import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one loop, and the limits on them. What is counted over all loops is in {@link Totals}.
 *
 * <p>Owned by its loop.
 */
final class Connections {

    private static final Duration REAP_INTERVAL = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(Connections.class);

    private final Loop loop;
    private final Clock clock;
    private final Limits limits;
    private final Totals totals;
    private final RequestMetrics metrics;
    /** In the order in which they came, so that a simulation goes the same way again. */
    private final Set<ClientConnection> open = new LinkedHashSet<>();

    private boolean reaping;
    private boolean stopped;
    private @Nullable Apis apis;

    Connections(Loop loop, Limits limits, Totals totals, RequestMetrics metrics) {
        this.loop = loop;
        this.clock = loop.clock();
        this.limits = limits;
        this.totals = totals;
        this.metrics = metrics;
    }

    /** Takes a new connection, or refuses it with null when a limit is reached. */
    @Nullable
    ConnectionHandler accept(Connection connection, BrokerListener listener) {
        loop.requireCurrent();
        String address = connection.remote().host();
        if (stopped || !totals.tryAdd(address, limits)) {
            log.info(
                    "Refused a connection remote={} why={}",
                    connection.remote(),
                    stopped ? "stopping" : "limit reached");
            return null;
        }
        ClientConnection accepted = new ClientConnection(connection, listener, this, metrics);
        open.add(accepted);
        if (apis != null) {
            accepted.serve(apis);
        }
        if (!reaping) {
            reaping = true;
            loop.schedule(REAP_INTERVAL, this::reap);
        }
        return accepted;
    }

    /** The node is ready: requests are answered from now on. Until then connections are open and not read from. */
    void serve(Apis ready) {
        loop.requireCurrent();
        apis = ready;
        open.forEach(connection -> connection.serve(ready));
    }

    void remove(ClientConnection connection) {
        if (open.remove(connection)) {
            totals.remove(connection.remote().host());
        }
    }

    /** Closes all connections and accepts no more. */
    void stop() {
        stopped = true;
        List.copyOf(open).forEach(ClientConnection::close);
    }

    /** Closes what has been idle for too long. It costs nothing while there is no connection. */
    private void reap() {
        if (open.isEmpty() || stopped) {
            reaping = false;
            return;
        }
        long since = clock.nanos() - limits.maxIdle().toNanos();
        for (ClientConnection connection : new ArrayList<>(open)) {
            connection.closeIfIdleSince(since);
        }
        loop.schedule(REAP_INTERVAL, this::reap);
    }

    /**
     * How many connections there may be ({@code max.connections}, {@code max.connections.per.ip} and its overrides by
     * address) and how long one may be idle ({@code connections.max.idle.ms}).
     */
    record Limits(int max, int maxPerAddress, Map<String, Integer> maxByAddress, Duration maxIdle) {
        int maxOf(String address) {
            return maxByAddress.getOrDefault(address, maxPerAddress);
        }
    }

    /** Counts over all loops of the node; the one thing here that loops share. */
    static final class Totals {
        private final AtomicInteger all = new AtomicInteger();
        private final Map<String, Integer> byAddress = new HashMap<>();

        synchronized boolean tryAdd(String address, Limits limits) {
            int ofAddress = byAddress.getOrDefault(address, 0);
            if (all.get() >= limits.max() || ofAddress >= limits.maxOf(address)) {
                return false;
            }
            byAddress.put(address, ofAddress + 1);
            all.incrementAndGet();
            return true;
        }

        synchronized void remove(String address) {
            byAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
            all.decrementAndGet();
        }

        int count() {
            return all.get();
        }
    }
}
