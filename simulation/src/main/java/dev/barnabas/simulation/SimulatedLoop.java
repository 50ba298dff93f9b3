package dev.barnabas.simulation;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;

/**
 * A loop of a simulated process. Every task is an event of its own that takes a little virtual time, so that tasks of
 * different loops interleave by chance; now and then the loop is held up for longer, like a real thread.
 */
final class SimulatedLoop implements Loop {
    private static final double HICCUP = 0.001;

    private final SimulatedProcess process;
    private final int index;
    private final Dice dice;
    private final Deque<Task> mailbox = new ArrayDeque<>();
    private final Deque<Runnable> endOfTurn = new ArrayDeque<>();
    private final PriorityQueue<SimulatedTimer> timers = new PriorityQueue<>();
    private long sequence;
    private long turnReaches;
    private long freeAt;
    private boolean awake;
    private boolean current;

    SimulatedLoop(SimulatedProcess process, int index, Dice dice) {
        this.process = process;
        this.index = index;
        this.dice = dice;
    }

    @Override
    public Clock clock() {
        return process.host().clock();
    }

    @Override
    public void execute(Runnable task) {
        if (!process.isAlive()) {
            if (process.simulation().running() == process) {
                process.requireAlive();
            }
            return;
        }
        mailbox.add(new Task(++sequence, task));
        wake();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        requireCurrent();
        process.requireAlive();
        if (delay.isNegative()) {
            throw new IllegalArgumentException("negative delay: " + delay);
        }
        long now = process.simulation().nanos();
        SimulatedTimer timer = new SimulatedTimer(now + delay.toNanos(), ++sequence, task);
        timers.add(timer);
        process.simulation().at(timer.deadline, this::timerDue);
        return timer;
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        requireCurrent();
        process.requireAlive();
        turnReaches = sequence;
        endOfTurn.add(task);
        wake();
    }

    @Override
    public boolean isCurrent() {
        return current;
    }

    /** The running task takes that much longer. */
    void charge(long nanos) {
        freeAt += nanos;
    }

    void wake() {
        if (awake
                || (mailbox.isEmpty() && endOfTurn.isEmpty())
                || process.host().isPaused()) {
            return;
        }
        awake = true;
        long now = process.simulation().nanos();
        long delay = dice.chance(HICCUP) ? dice.magnitude(10_000, 5_000_000) : dice.magnitude(50, 5_000);
        process.simulation().at(Math.max(freeAt, now + delay), this::turn);
    }

    private void timerDue() {
        long now = process.simulation().nanos();
        while (process.isAlive() && !timers.isEmpty() && timers.peek().deadline <= now) {
            SimulatedTimer timer = timers.remove();
            if (!timer.cancelled) {
                execute(timer);
            }
        }
    }

    /** One task, or what was left for the end of the turn. */
    private void turn() {
        awake = false;
        if (!process.isAlive() || process.host().isPaused()) {
            return;
        }
        freeAt = process.simulation().nanos();
        Task next = mailbox.peek();
        // A live turn ends some time after what was ready when the end was asked for, or when there is nothing more.
        if (!endOfTurn.isEmpty() && (next == null || (next.number > turnReaches && dice.chance(0.25)))) {
            run(this::runEndOfTurn);
        } else if (next != null) {
            mailbox.remove();
            run(next.code);
        }
        freeAt += dice.magnitude(50, 10_000);
        wake();
    }

    private void runEndOfTurn() {
        for (int left = endOfTurn.size(); left > 0; left--) {
            endOfTurn.remove().run();
        }
    }

    private void run(Runnable code) {
        current = true;
        try {
            process.simulation().runAs(process, code);
        } finally {
            current = false;
        }
    }

    @Override
    public String toString() {
        return process + "/loop-" + index;
    }

    private record Task(long number, Runnable code) {}

    /** Goes into the mailbox when it is due, and can be cancelled even there. */
    private static final class SimulatedTimer implements Timer, Runnable, Comparable<SimulatedTimer> {
        private final long deadline;
        private final long number;
        private final Runnable task;
        private boolean cancelled;

        SimulatedTimer(long deadline, long number, Runnable task) {
            this.deadline = deadline;
            this.number = number;
            this.task = task;
        }

        @Override
        public void run() {
            if (!cancelled) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(SimulatedTimer other) {
            return deadline != other.deadline
                    ? Long.compare(deadline, other.deadline)
                    : Long.compare(number, other.number);
        }
    }
}
