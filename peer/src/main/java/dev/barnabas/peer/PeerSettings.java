package dev.barnabas.peer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to talk to a peer.
 *
 * @param clientId how this side calls itself in every request, or null
 * @param softwareName of this side (KIP-511): letters, digits, dots and dashes
 * @param softwareVersion likewise
 * @param connectTimeout for the connection
 * @param negotiationTimeout for the answer to ApiVersions
 * @param maxInFlight requests that are sent and not answered; more wait on this side
 * @param maxFrameBytes a larger response is a violation
 */
public record PeerSettings(
        @Nullable String clientId,
        String softwareName,
        String softwareVersion,
        Duration connectTimeout,
        Duration negotiationTimeout,
        int maxInFlight,
        int maxFrameBytes) {

    public PeerSettings {
        if (maxInFlight < 1) {
            throw new IllegalArgumentException("at least one request must be in flight, not " + maxInFlight);
        }
    }
}
