package dev.barnabas.host;

import java.time.Duration;

/**
 * One thread that owns state, with a mailbox and timers. Whatever belongs to a loop is touched only in tasks of that
 * loop; work for it goes there as a message with {@link #execute}. Tasks run one after the other, in the order in which
 * one sender sent them.
 *
 * <p>A task that throws is a defect: the live loop reports it and stops the process, the simulated one fails the run.
 */
public interface Loop {

    Clock clock();

    /** Puts a task into the mailbox. From any thread. */
    void execute(Runnable task);

    /** Runs a task on this loop after the delay, unless it is cancelled before. Only from this loop. */
    Timer schedule(Duration delay, Runnable task);

    /**
     * Runs a task when everything that is ready now has been handled, before the loop waits again: the place to do once
     * what a whole turn asked for (one gathering write, one flush). Only from this loop.
     */
    void atEndOfTurn(Runnable task);

    /** Whether the caller runs on this loop. */
    boolean isCurrent();

    /** The invariant of everything that a loop owns. */
    default void requireCurrent() {
        if (!isCurrent()) {
            throw new IllegalStateException("called from outside of the owning loop");
        }
    }

    /** A scheduled task. */
    interface Timer {

        /** Prevents the task from running, if it has not run. Only from the loop it was scheduled on. */
        void cancel();
    }
}
