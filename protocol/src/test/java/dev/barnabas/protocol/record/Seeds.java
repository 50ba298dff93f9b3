package dev.barnabas.protocol.record;

import java.util.Random;

/**
 * Runs a test with many seeds. A failure names its seed; {@code -Dseed=<seed>} repeats that one alone, and
 * {@code -Dseeds=<count>} makes the run longer or shorter.
 */
final class Seeds {
    private static final long FIRST = 1;

    private Seeds() {}

    interface Run {
        void with(Random random) throws Exception;
    }

    static void each(int defaultCount, Run run) {
        Long only = Long.getLong("seed");
        if (only != null) {
            once(only, run);
            return;
        }
        int count = Integer.getInteger("seeds", defaultCount);
        for (long seed = FIRST; seed < FIRST + count; seed++) {
            once(seed, run);
        }
    }

    private static void once(long seed, Run run) {
        try {
            run.with(new Random(seed));
        } catch (Exception | Error failure) {
            throw new AssertionError("with seed " + seed + "; repeat with -Dseed=" + seed, failure);
        }
    }
}
