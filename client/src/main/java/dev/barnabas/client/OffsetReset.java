package dev.barnabas.client;

import java.time.Duration;

/** Where to start in a partition for which no valid position is known ({@code auto.offset.reset}). */
public sealed interface OffsetReset {

    /** At the first record there is. */
    record Earliest() implements OffsetReset {}

    /** Behind the last record: only what comes from now on. */
    record Latest() implements OffsetReset {}

    /** At the first record that is not older than this (KIP-1106); at the end if there is none. */
    record ByDuration(Duration age) implements OffsetReset {
        public ByDuration {
            if (age.isNegative()) {
                throw new IllegalArgumentException("the age must not be negative: " + age);
            }
        }
    }

    /** Nowhere: {@code poll} fails with {@link ClientError.NoOffset}. */
    record None() implements OffsetReset {}

    static OffsetReset earliest() {
        return new Earliest();
    }

    static OffsetReset latest() {
        return new Latest();
    }

    static OffsetReset none() {
        return new None();
    }
}
