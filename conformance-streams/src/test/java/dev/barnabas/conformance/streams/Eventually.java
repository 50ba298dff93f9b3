package dev.barnabas.conformance.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The one way to wait for what real processes and foreign clients do in their own time. */
final class Eventually {

    private static final int LOOK_EVERY_MS = 20;

    private Eventually() {}

    /** Something that comes true after a while. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Returns when the condition holds; fails when it has not within the limit, or when it throws. */
    static void await(String what, Duration limit, Condition condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("%s within %s", what, limit).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }
}
