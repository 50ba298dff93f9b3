package dev.barnabas.share;

import dev.barnabas.host.Clock;
import java.time.Duration;

/** Time that passes when the test says so. */
final class TestClock implements Clock {
    private long nanos = 1_000_000;

    void pass(Duration duration) {
        nanos += duration.toNanos();
    }

    @Override
    public long wallMs() {
        return nanos / 1_000_000;
    }

    @Override
    public long nanos() {
        return nanos;
    }
}
