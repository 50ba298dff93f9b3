package dev.barnabas.coordinator;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A loop whose time passes only when a test says so. */
public final class VirtualLoop implements Loop, Clock {
    /** The wall clock starts here, so that no test confuses it with the monotonic one. */
    public static final long EPOCH_MS = 1_700_000_000_000L;

    private final Queue<Runnable> mailbox = new ArrayDeque<>();
    private final Queue<Runnable> endOfTurn = new ArrayDeque<>();
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::sequence));
    private long nowNanos;
    private long sequence;

    @Override
    public Clock clock() {
        return this;
    }

    @Override
    public long wallMs() {
        return EPOCH_MS + Duration.ofNanos(nowNanos).toMillis();
    }

    @Override
    public long nanos() {
        return nowNanos;
    }

    @Override
    public void execute(Runnable task) {
        mailbox.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Task scheduled = new Task(nowNanos + delay.toNanos(), sequence++, task);
        timers.add(scheduled);
        return () -> timers.remove(scheduled);
    }

    @Override
    public void atEndOfTurn(Runnable task) {
        endOfTurn.add(task);
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    /** Handles everything that is ready, in one turn after the other. */
    public void turn() {
        while (!mailbox.isEmpty() || !endOfTurn.isEmpty()) {
            drain(mailbox);
            drain(endOfTurn);
        }
    }

    /** Lets time pass, and everything happen that falls into it. */
    public void advance(Duration time) {
        turn();
        long until = nowNanos + time.toNanos();
        for (Task next = timers.peek(); next != null && next.atNanos <= until; next = timers.peek()) {
            timers.remove();
            nowNanos = Math.max(nowNanos, next.atNanos);
            next.task.run();
            turn();
        }
        nowNanos = until;
    }

    /** How many timers are set. */
    public int timers() {
        return timers.size();
    }

    private static void drain(Queue<Runnable> queue) {
        for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
            task.run();
        }
    }

    private record Task(long atNanos, long sequence, Runnable task) {}
}
