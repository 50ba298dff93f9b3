package dev.barnabas.client;

import dev.barnabas.host.Endpoint;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a cluster and how patient to be with it. The defaults are those of Kafka's clients where they have the
 * setting; its name is given with each.
 *
 * @param bootstrap where to ask first; at least one ({@code bootstrap.servers})
 * @param clientId how the client calls itself towards the brokers, in their logs and quotas ({@code client.id})
 * @param rack where the client runs, so that it may be sent to a near replica, or null ({@code client.rack})
 * @param timeouts how long to wait for what
 * @param retry between attempts of one operation ({@code retry.backoff.ms}, {@code retry.backoff.max.ms})
 * @param reconnect between attempts to reach one broker ({@code reconnect.backoff.ms},
 *     {@code reconnect.backoff.max.ms})
 * @param maxFrameBytes a larger response closes the connection; must be larger than what a fetch may return
 */
public record ClusterSettings(
        List<Endpoint> bootstrap,
        String clientId,
        @Nullable String rack,
        Timeouts timeouts,
        Backoff retry,
        Backoff reconnect,
        int maxFrameBytes) {

    /** 100 MB, as brokers accept by default ({@code socket.request.max.bytes}). */
    public static final int DEFAULT_MAX_FRAME_BYTES = 100 * 1024 * 1024;

    public ClusterSettings {
        bootstrap = List.copyOf(bootstrap);
        if (bootstrap.isEmpty()) {
            throw new IllegalArgumentException("no bootstrap server is given");
        }
        if (maxFrameBytes < 1024) {
            throw new IllegalArgumentException("the largest frame is too small: " + maxFrameBytes);
        }
    }

    public static ClusterSettings of(List<Endpoint> bootstrap) {
        return new ClusterSettings(
                bootstrap,
                "barnabas",
                null,
                Timeouts.DEFAULT,
                new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1)),
                new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1)),
                DEFAULT_MAX_FRAME_BYTES);
    }

    /**
     * The same from Kafka's notation: {@code host:port,host:port}, IPv6 addresses in brackets.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static ClusterSettings of(String bootstrapServers) {
        return of(BootstrapServers.parse(bootstrapServers));
    }

    public ClusterSettings withClientId(String id) {
        return new ClusterSettings(bootstrap, id, rack, timeouts, retry, reconnect, maxFrameBytes);
    }

    public ClusterSettings withRack(@Nullable String newRack) {
        return new ClusterSettings(bootstrap, clientId, newRack, timeouts, retry, reconnect, maxFrameBytes);
    }

    public ClusterSettings withTimeouts(Timeouts newTimeouts) {
        return new ClusterSettings(bootstrap, clientId, rack, newTimeouts, retry, reconnect, maxFrameBytes);
    }

    public ClusterSettings withBackoff(Backoff newRetry, Backoff newReconnect) {
        return new ClusterSettings(bootstrap, clientId, rack, timeouts, newRetry, newReconnect, maxFrameBytes);
    }

    /**
     * How long to wait for what.
     *
     * @param connect for a connection ({@code socket.connection.setup.timeout.ms})
     * @param request for the answer to one request; then the connection is given up ({@code request.timeout.ms})
     * @param operation for an operation with all its attempts ({@code default.api.timeout.ms})
     * @param metadataAge after which metadata is refreshed without need ({@code metadata.max.age.ms})
     */
    public record Timeouts(Duration connect, Duration request, Duration operation, Duration metadataAge) {

        public static final Timeouts DEFAULT = new Timeouts(
                Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofMinutes(5));

        public Timeouts {
            for (Duration each : List.of(connect, request, operation, metadataAge)) {
                if (each.isNegative() || each.isZero()) {
                    throw new IllegalArgumentException("a timeout must be positive: " + each);
                }
            }
        }

        public Timeouts withOperation(Duration newOperation) {
            return new Timeouts(connect, request, newOperation, metadataAge);
        }

        public Timeouts withRequest(Duration newRequest) {
            return new Timeouts(connect, newRequest, operation, metadataAge);
        }
    }
}
