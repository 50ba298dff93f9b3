package dev.barnabas.broker;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts durations in buckets that grow by the steps 1, 2, 5. Written by the loops, read by whoever renders metrics; a
 * reading may be a few records behind.
 */
public final class LatencyHistogram {

    /** Upper bounds of the buckets in microseconds, inclusive; what is longer falls into a last one without a bound. */
    private static final long[] BOUNDS_MICROS = {
        50,
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000,
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000,
        30_000_000
    };

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_MICROS.length + 1);
    private final LongAdder sumNanos = new LongAdder();

    void record(long nanos) {
        long micros = nanos / 1_000;
        int bucket = 0;
        while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
            bucket++;
        }
        counts.incrementAndGet(bucket);
        sumNanos.add(nanos);
    }

    /** How many buckets have an upper bound; one more has none. */
    public static int bounds() {
        return BOUNDS_MICROS.length;
    }

    public static double boundSeconds(int bucket) {
        return BOUNDS_MICROS[bucket] / 1e6;
    }

    /** How many durations fell into this bucket (0 to {@link #bounds}, inclusive). */
    public long count(int bucket) {
        return counts.get(bucket);
    }

    public double sumSeconds() {
        return sumNanos.sum() / 1e9;
    }
}
