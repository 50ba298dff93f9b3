package dev.barnabas.broker;

import java.time.Duration;

/** How long to wait before the next try: twice as long each time, up to a limit, until something comes of it. */
final class RetryDelay {

    private static final long FIRST_MS = 20;

    private final long mostMs;
    private long nextMs;

    RetryDelay(Duration most) {
        mostMs = most.toMillis();
        nextMs = Math.min(FIRST_MS, mostMs);
    }

    Duration next() {
        Duration now = Duration.ofMillis(nextMs);
        nextMs = Math.min(2 * nextMs, mostMs);
        return now;
    }

    /** It worked: after the next failure it begins small again. */
    void reset() {
        nextMs = Math.min(FIRST_MS, mostMs);
    }
}
