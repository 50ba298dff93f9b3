package dev.barnabas.host.live;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A bounded pool of platform threads for calls that block. Threads come when needed and go when idle. */
final class Workers {
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final String name;
    private final DefectHandler defects;
    private final ThreadPoolExecutor pool;

    Workers(String name, int threads, DefectHandler defects) {
        this.name = name;
        this.defects = defects;
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                task -> new Thread(task, name + "-" + number.getAndIncrement()));
        pool.allowCoreThreadTimeOut(true);
    }

    /**
     * Runs a task on a worker.
     *
     * @return false when the pool is closed
     */
    boolean execute(Runnable task) {
        try {
            pool.execute(() -> run(task));
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable defect) {
            defects.defect(name, defect);
        }
    }

    /** Takes no more and waits for what was taken: work on a disk must not outlive the lock on its directory. */
    void close() {
        pool.shutdown();
        boolean interrupted = false;
        while (!pool.isTerminated()) {
            try {
                pool.awaitTermination(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
