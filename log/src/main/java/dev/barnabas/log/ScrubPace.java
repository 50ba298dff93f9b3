package dev.barnabas.log;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * How fast the batches on one disk are scrubbed, by all loops together: who has read something waits until it is his
 * turn again. Owned by one loop; asked from any.
 */
public final class ScrubPace {
    private static final double NANOS = 1e9;

    private final Loop loop;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long bytesPerSecond;
    private long freeNanos;
    private Loop.@Nullable Timer timer;

    private record Waiting(long bytes, Loop loop, Runnable then) {}

    /** @param bytesPerSecond 0: nothing goes on until there is another {@linkplain #changeRate rate} */
    public ScrubPace(Loop loop, long bytesPerSecond) {
        this.loop = loop;
        this.bytesPerSecond = bytesPerSecond;
        this.freeNanos = loop.clock().nanos();
    }

    /** On the owning loop. */
    public void changeRate(long newBytesPerSecond) {
        loop.requireCurrent();
        if (newBytesPerSecond == bytesPerSecond) {
            return;
        }
        bytesPerSecond = newBytesPerSecond;
        freeNanos = loop.clock().nanos();
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        arm();
    }

    /** Tells a loop when it may read on, after so many bytes that it has read. From any loop. */
    void ask(long bytes, Loop asker, Runnable then) {
        loop.execute(() -> {
            waiting.add(new Waiting(bytes, asker, then));
            arm();
        });
    }

    private void arm() {
        if (timer == null && !waiting.isEmpty() && bytesPerSecond > 0) {
            timer = loop.schedule(
                    Duration.ofNanos(Math.max(0, freeNanos - loop.clock().nanos())), this::next);
        }
    }

    private void next() {
        timer = null;
        Waiting first = waiting.remove();
        double nanos = first.bytes * NANOS / bytesPerSecond;
        freeNanos = Math.max(freeNanos, loop.clock().nanos()) + (long) Math.min(nanos, Long.MAX_VALUE / 4.0);
        first.loop.execute(first.then);
        arm();
    }
}
