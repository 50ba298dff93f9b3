package dev.barnabas.client;

import dev.barnabas.host.Entropy;
import java.time.Duration;

/**
 * How long to wait before trying again: doubles from {@code initial} up to {@code max}, and is spread by a fifth in
 * both directions so that clients that failed together do not come back together (KIP-580).
 */
public record Backoff(Duration initial, Duration max) {

    private static final double SPREAD = 0.2;

    public Backoff {
        if (initial.isNegative() || initial.isZero()) {
            throw new IllegalArgumentException("the first delay must be positive: " + initial);
        }
        if (max.compareTo(initial) < 0) {
            throw new IllegalArgumentException("the longest delay, " + max + ", is shorter than the first, " + initial);
        }
    }

    /** The delay before attempt number {@code attempt + 1}, where {@code attempt} counts failures so far from 1. */
    Duration delay(int attempt, Entropy entropy) {
        int doublings = Math.clamp(attempt - 1L, 0, 30);
        double nanos = Math.min((double) initial.toNanos() * (1L << doublings), (double) max.toNanos());
        double unit = (entropy.nextLong() >>> 11) * 0x1.0p-53;
        return Duration.ofNanos((long) (nanos * (1 - SPREAD + 2 * SPREAD * unit)));
    }
}
