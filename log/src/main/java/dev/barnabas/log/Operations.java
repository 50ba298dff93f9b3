package dev.barnabas.log;

import java.util.ArrayDeque;

/**
 * What changes a log otherwise than by an append, and waits for the disk while it does: one operation after the other.
 * An operation ends with {@link #finish}, {@link #refuse} or {@link #next}. Owned by the log's loop.
 */
final class Operations {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(0);
    private boolean running;
    private boolean draining;

    /** Runs an operation, at once if none is running. */
    void add(Runnable operation) {
        waiting.add(operation);
        drain();
    }

    /** Runs something between two operations. */
    void between(Runnable task) {
        add(() -> {
            task.run();
            next();
        });
    }

    <T> void finish(LogAnswer<T> then, T result) {
        then.done(result);
        next();
    }

    void refuse(LogAnswer<?> then, LogRefusal refusal) {
        then.refused(refusal);
        next();
    }

    /** The running operation has ended. */
    void next() {
        running = false;
        drain();
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (!running && !waiting.isEmpty()) {
            running = true;
            waiting.remove().run();
        }
        draining = false;
    }
}
