package dev.barnabas.broker;

import dev.barnabas.peer.PeerSettings;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.ReplicationSettings;
import dev.barnabas.settings.Settings;
import java.time.Duration;

/**
 * How followers fetch.
 *
 * @param partitionMaxBytes of one partition in an answer
 * @param responseMaxBytes of all partitions in an answer
 * @param minBytes for which the leader waits
 * @param maxWait how long it does
 * @param timeout after which the connection counts as broken
 * @param mostBackoff the longest time between two tries
 */
record FetcherSettings(
        PeerSettings peer,
        int partitionMaxBytes,
        int responseMaxBytes,
        int minBytes,
        Duration maxWait,
        Duration timeout,
        Duration mostBackoff) {

    /** One request that waits at the leader, and one that ends the wait. */
    static final int MAX_IN_FLIGHT = 2;

    /** A leader that has just been elected and answers so much later than it should sits at another connection. */
    static final Duration SILENCE = Duration.ofSeconds(1);

    /** What does not answer by then is tried again, so that a leader that comes back is found soon. */
    private static final Duration LONGEST_CONNECTING = Duration.ofSeconds(3);

    static FetcherSettings of(Settings settings, String softwareVersion) {
        int responseMaxBytes = settings.get(ReplicationSettings.REPLICA_FETCH_RESPONSE_MAX_BYTES);
        // The first batch is sent whole, however large; none is larger than what a producer could send.
        long maxFrameBytes = (long) responseMaxBytes + settings.get(BrokerSettings.SOCKET_REQUEST_MAX_BYTES);
        Duration timeout = Duration.ofMillis(settings.get(ReplicationSettings.REPLICA_SOCKET_TIMEOUT_MS));
        return new FetcherSettings(
                new PeerSettings(
                        "barnabas-follower-" + settings.get(BrokerSettings.NODE_ID),
                        "barnabas",
                        softwareVersion,
                        shorter(timeout, LONGEST_CONNECTING),
                        shorter(timeout, LONGEST_CONNECTING),
                        MAX_IN_FLIGHT,
                        (int) Math.min(maxFrameBytes, Integer.MAX_VALUE)),
                settings.get(ReplicationSettings.REPLICA_FETCH_MAX_BYTES),
                responseMaxBytes,
                settings.get(ReplicationSettings.REPLICA_FETCH_MIN_BYTES),
                Duration.ofMillis(settings.get(ReplicationSettings.REPLICA_FETCH_WAIT_MAX_MS)),
                timeout,
                Duration.ofMillis(settings.get(ReplicationSettings.REPLICA_FETCH_BACKOFF_MS)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
