package dev.barnabas.log;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the logs of a directory need from time to time: retention, checkpoints, forgetting producers, closing files.
 * Goes round all logs in small steps, so that ten thousand of them never hold up the loop. Owned by the loop.
 */
final class Maintenance {
    private static final long MAX_STEPS = 30;
    private static final long MIN_PAUSE_MS = 100;
    private static final long MAX_PAUSE_MS = 1_000;

    private final LogDirectory directory;
    private Loop.@Nullable Timer timer;
    private List<PartitionLog> round = List.of();
    private int done;

    Maintenance(LogDirectory directory) {
        this.directory = directory;
    }

    void start() {
        if (timer == null && !directory.isClosed()) {
            schedule();
        }
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private long pauseMs() {
        long interval = directory.settings().retentionCheckInterval().toMillis();
        return Math.clamp(interval / MAX_STEPS, MIN_PAUSE_MS, MAX_PAUSE_MS);
    }

    private void schedule() {
        timer = directory.loop().schedule(Duration.ofMillis(pauseMs()), this::step);
    }

    private void step() {
        directory.openFiles().closeRetired(directory.clock().nanos());
        directory.checkSpace();
        if (done == round.size()) {
            round = directory.logs();
            done = 0;
        }
        long steps = Math.clamp(directory.settings().retentionCheckInterval().toMillis() / pauseMs(), 1, MAX_STEPS);
        int upTo = (int) Math.min(round.size(), done + (round.size() + steps - 1) / steps);
        for (; done < upTo; done++) {
            round.get(done).maintain();
        }
        directory.maintainCompaction();
        schedule();
    }
}
