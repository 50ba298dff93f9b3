package dev.barnabas.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A world under a seed: virtual time, and one queue of events that is worked off by the caller's thread. Nothing
 * happens but by an event of that queue, and what is due at the same time happens in an order that the seed decides; so
 * the same seed gives the same run, to the last step. Virtual time moves only from event to event: hours of timeouts
 * cost nothing.
 *
 * <p>A run fails with a {@link SimulationFailure} as soon as a task throws, wherever that is.
 *
 * <p>Two things of the JDK can still make runs differ: the iteration order of {@code Set.of} and {@code Map.of} (it
 * changes with every JVM) and of hash tables over identity hash codes. Code of the core must not depend on either.
 */
public final class Simulation {
    /** 2026-01-01T00:00:00Z, when every world begins. */
    private static final long EPOCH_MS = 1_767_225_600_000L;

    private final long seed;
    private final String howToRepeat;
    private final Dice dice;
    private final Dice order;
    private final Trace trace = new Trace();
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, SimulatedHost> hosts = new LinkedHashMap<>();
    private final SimulatedNetwork network;
    private long nanos;
    private long sequence;
    private @Nullable SimulatedProcess running;

    public Simulation(long seed) {
        this(seed, "new Simulation(" + seed + "L)");
    }

    /** @param howToRepeat the command that repeats this run, for the message of a failure */
    public Simulation(long seed, String howToRepeat) {
        this.seed = seed;
        this.howToRepeat = howToRepeat;
        this.dice = new Dice(seed);
        this.order = dice.fork("order");
        this.network = new SimulatedNetwork(this);
    }

    public long seed() {
        return seed;
    }

    /** Dice for a purpose of the test; the simulation's own purposes have names of their own. */
    public Dice dice(String purpose) {
        return dice.fork("test/" + purpose);
    }

    /** Virtual time since the beginning of the world. */
    public Duration now() {
        return Duration.ofNanos(nanos);
    }

    public Trace trace() {
        return trace;
    }

    public SimulatedNetwork network() {
        return network;
    }

    /** A new machine, up and running a process that has that many loops and no program yet. */
    public SimulatedHost addHost(String name, int loops) {
        if (hosts.containsKey(name)) {
            throw new IllegalArgumentException("there is a host of that name: " + name);
        }
        SimulatedHost host = new SimulatedHost(this, name, loops);
        hosts.put(name, host);
        return host;
    }

    public Collection<SimulatedHost> hosts() {
        return hosts.values();
    }

    /** Writes a line into the timeline. */
    public void note(String who, String what) {
        trace.note(nanos, who, what);
    }

    /** Writes a line into the timeline that stays there to the end of the run. */
    void mark(String who, String what) {
        trace.mark(nanos, who, what);
    }

    /** Something that the test does to the world, that much later. */
    public void after(Duration delay, String what, Runnable action) {
        at(nanos + delay.toNanos(), () -> {
            mark("test", what);
            action.run();
        });
    }

    /** Something that a model which the test adds to the world does, that much later; not worth a line. */
    public void later(Duration delay, Runnable action) {
        at(nanos + delay.toNanos(), action);
    }

    /** Lets one event happen; false if there is none. */
    public boolean step() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        nanos = Math.max(nanos, event.at);
        trace.step(nanos, event.tie);
        guarded(event.action);
        return true;
    }

    /** Lets the world go on for that long. */
    public void runFor(Duration duration) {
        runUntilNanos(nanos + duration.toNanos());
    }

    /** Lets the world go on until nothing is left to happen, and fails if that takes longer than the limit. */
    public void runUntilIdle(Duration limit) {
        runUntil("nothing is left to happen", events::isEmpty, limit);
    }

    /** Lets the world go on until the condition holds, and fails if that takes longer than the limit. */
    public void runUntil(String what, BooleanSupplier condition, Duration limit) {
        long deadline = nanos + limit.toNanos();
        while (!condition.getAsBoolean()) {
            Event next = events.peek();
            if (next == null) {
                throw failure("nothing is left to happen, but not: " + what, null);
            }
            if (next.at > deadline) {
                throw failure("not within " + limit + ": " + what, null);
            }
            step();
        }
    }

    /** A failure of this run at this moment, to be thrown by a check of the test. */
    public SimulationFailure failure(String what, @Nullable Throwable cause) {
        return new SimulationFailure(what, seed, howToRepeat, trace.timeline(), cause);
    }

    long nanos() {
        return nanos;
    }

    long epochMs() {
        return EPOCH_MS;
    }

    Dice fork(String purpose) {
        return dice.fork(purpose);
    }

    @Nullable
    SimulatedHost host(String name) {
        return hosts.get(name);
    }

    /** An event at that virtual time, or now if that is past. */
    void at(long when, Runnable action) {
        events.add(new Event(Math.max(when, nanos), order.nextLong(), sequence++, action));
    }

    /** The process whose code is running, if any: not between events, and not in what the test does. */
    @Nullable
    SimulatedProcess running() {
        return running;
    }

    /** Runs code of a process. Its death in the middle is no failure. */
    void runAs(SimulatedProcess process, Runnable code) {
        SimulatedProcess outer = running;
        running = process;
        try {
            code.run();
        } catch (ProcessDied e) {
            if (process.isAlive()) {
                throw failure("code of " + process + " uses something of a dead process", e);
            }
        } finally {
            running = outer;
        }
    }

    private void runUntilNanos(long deadline) {
        for (Event next = events.peek(); next != null && next.at <= deadline; next = events.peek()) {
            step();
        }
        nanos = Math.max(nanos, deadline);
    }

    /** The root of everything that happens: the one place where everything is caught, to say which run it was. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (SimulationFailure e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw failure("a task has thrown " + e, e);
        }
    }

    private record Event(long at, long tie, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            if (at != other.at) {
                return Long.compare(at, other.at);
            }
            return tie != other.tie ? Long.compare(tie, other.tie) : Long.compare(sequence, other.sequence);
        }
    }
}
