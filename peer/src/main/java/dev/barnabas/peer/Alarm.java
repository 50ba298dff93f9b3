package dev.barnabas.peer;

import dev.barnabas.host.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One timer for many deadlines: rings no later than the earliest, and the task then says when to ring next. Requests
 * come by the hundred thousand and almost none runs into its deadline, so they do not get a timer each. Owned by the
 * loop.
 */
final class Alarm {

    private final Loop loop;
    private final Runnable task;
    private Loop.@Nullable Timer timer;
    private long setToNanos = Long.MAX_VALUE;

    Alarm(Loop loop, Runnable task) {
        this.loop = loop;
        this.task = task;
    }

    /** Rings at {@code nanos} of the monotonic clock at the latest; {@link Long#MAX_VALUE} is never. */
    void noLaterThan(long nanos) {
        if (nanos == Long.MAX_VALUE || nanos >= setToNanos) {
            return;
        }
        stop();
        setToNanos = nanos;
        timer = loop.schedule(Duration.ofNanos(Math.max(0, nanos - loop.clock().nanos())), this::ring);
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        setToNanos = Long.MAX_VALUE;
    }

    private void ring() {
        timer = null;
        setToNanos = Long.MAX_VALUE;
        task.run();
    }
}
