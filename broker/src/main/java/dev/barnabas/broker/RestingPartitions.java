package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Partitions that are not fetched for a while, with one timer for all. Owned by the loop. */
final class RestingPartitions {

    private final Loop loop;
    private final Consumer<FollowedPartition> rested;
    private final Set<FollowedPartition> all = new LinkedHashSet<>();
    private Loop.@Nullable Timer timer;
    private long timerNanos;

    RestingPartitions(Loop loop, Consumer<FollowedPartition> rested) {
        this.loop = loop;
        this.rested = rested;
    }

    void add(FollowedPartition one, Duration pause) {
        one.restsUntilNanos = loop.clock().nanos() + pause.toNanos();
        all.add(one);
        ringAt(one.restsUntilNanos);
    }

    void remove(FollowedPartition one) {
        all.remove(one);
    }

    void clear() {
        all.clear();
        stopTimer();
    }

    private void ringAt(long nanos) {
        if (timer != null && timerNanos - nanos <= 0) {
            return;
        }
        stopTimer();
        timerNanos = nanos;
        timer = loop.schedule(Duration.ofNanos(Math.max(0, nanos - loop.clock().nanos())), this::ring);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void ring() {
        timer = null;
        long now = loop.clock().nanos();
        List<FollowedPartition> done = new ArrayList<>();
        FollowedPartition next = null;
        for (FollowedPartition one : all) {
            if (one.restsUntilNanos - now <= 0) {
                done.add(one);
            } else if (next == null || one.restsUntilNanos - next.restsUntilNanos < 0) {
                next = one;
            }
        }
        done.forEach(all::remove);
        if (next != null) {
            ringAt(next.restsUntilNanos);
        }
        done.forEach(rested);
    }
}
