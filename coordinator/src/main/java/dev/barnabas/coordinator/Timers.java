package dev.barnabas.coordinator;

import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one shard on one timer of the loop. Owned by the loop.
 *
 * <p>Sessions are prolonged with every heartbeat and seldom run out, so starting a timer anew for a later time only
 * notes the new deadline; the queue learns of it when the old deadline comes.
 *
 * <pre>
 *   start          the deadline comes        claim
 *  --------> runs -------------------> fired ------> (gone)
 *             |  ^                       |
 *      cancel |  +-------- start --------+-- cancel --> (gone)
 *             v
 *           (gone)
 * </pre>
 */
final class Timers<T> {
    private final Loop loop;
    private final Consumer<Firing<T>> onFired;
    private final Map<T, Entry<T>> entries = new HashMap<>();
    private final PriorityQueue<Entry<T>> queue = new PriorityQueue<>(
            Comparator.<Entry<T>>comparingLong(entry -> entry.queuedNanos).thenComparingLong(entry -> entry.sequence));
    private long sequence;
    private Loop.@Nullable Timer alarm;
    private long alarmNanos;

    /** @param onFired called when a timer goes off; the timer counts as fired until it is claimed */
    Timers(Loop loop, Consumer<Firing<T>> onFired) {
        this.loop = loop;
        this.onFired = onFired;
    }

    void start(T timer, long delayMs) {
        long deadline =
                loop.clock().nanos() + Duration.ofMillis(Math.max(0, delayMs)).toNanos();
        Entry<T> entry = entries.get(timer);
        if (entry != null && !entry.fired && deadline - entry.queuedNanos >= 0) {
            entry.deadlineNanos = deadline;
            return;
        }
        if (entry != null) {
            queue.remove(entry);
        }
        Entry<T> started = new Entry<>(timer, deadline, sequence++);
        entries.put(timer, started);
        queue.add(started);
        setAlarm();
    }

    void cancel(T timer) {
        Entry<T> entry = entries.remove(timer);
        if (entry != null) {
            queue.remove(entry);
        }
    }

    void cancelAll() {
        entries.clear();
        queue.clear();
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }

    /** Whether the timer that went off was neither started anew nor cancelled since; it is gone afterwards. */
    boolean claim(Firing<T> firing) {
        return entries.remove(firing.timer(), firing.entry());
    }

    /** How many timers run or have fired. */
    int size() {
        return entries.size();
    }

    private void setAlarm() {
        Entry<T> first = queue.peek();
        if (first == null || (alarm != null && alarmNanos - first.queuedNanos <= 0)) {
            return;
        }
        if (alarm != null) {
            alarm.cancel();
        }
        alarmNanos = first.queuedNanos;
        long delay = Math.max(0, alarmNanos - loop.clock().nanos());
        alarm = loop.schedule(Duration.ofNanos(delay), this::fire);
    }

    private void fire() {
        alarm = null;
        long now = loop.clock().nanos();
        for (Entry<T> first = queue.peek(); first != null && first.queuedNanos - now <= 0; first = queue.peek()) {
            queue.remove();
            if (first.deadlineNanos - now > 0) {
                first.queuedNanos = first.deadlineNanos;
                queue.add(first);
            } else {
                first.fired = true;
                onFired.accept(new Firing<>(first.timer, first));
            }
        }
        setAlarm();
    }

    /** One going off of a timer. */
    record Firing<T>(T timer, Entry<T> entry) {}

    /** A timer that was started. */
    static final class Entry<T> {
        private final T timer;
        private final long sequence;
        private long deadlineNanos;
        private long queuedNanos;
        private boolean fired;

        private Entry(T timer, long deadlineNanos, long sequence) {
            this.timer = timer;
            this.sequence = sequence;
            this.deadlineNanos = deadlineNanos;
            this.queuedNanos = deadlineNanos;
        }
    }
}
