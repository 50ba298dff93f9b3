package dev.barnabas.simulation;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that goes wrong, and after a while is over. Made by a {@link FaultPlan}. */
public sealed interface Fault {

    /** The kinds there are, for choosing. */
    enum Kind {
        CRASH,
        CRASH_IN_TASK,
        POWER_LOSS,
        POWER_LOSS_IN_TASK,
        PAUSE,
        CUT,
        HALF_CUT,
        ISOLATION,
        RESET,
        BAD_NETWORK,
        SLOW_DISK,
        FULL_DISK,
        FAILING_READS,
        FAILING_APPENDS,
        FAILING_SYNCS,
        BIT_ROT,
        LOST_DISK,
        CLOCK_JUMP;

        /** Those after which everything that was synced is still there, sooner or later, and nothing else is needed. */
        public static final Set<Kind> SURVIVABLE = Collections.unmodifiableSet(EnumSet.of(
                CRASH,
                CRASH_IN_TASK,
                POWER_LOSS,
                POWER_LOSS_IN_TASK,
                PAUSE,
                CUT,
                HALF_CUT,
                ISOLATION,
                RESET,
                BAD_NETWORK,
                SLOW_DISK));

        /** Those that do harm to what was synced: bearable where others have it, too. */
        public static final Set<Kind> DESTRUCTIVE = Collections.unmodifiableSet(EnumSet.of(BIT_ROT, LOST_DISK));
    }

    /**
     * The process is killed, or the machine loses power, and starts again.
     *
     * @param operations how many changes of its disks may still be made; -1: at once
     * @param again what happens to it as soon as it starts again, if anything
     */
    record Kill(
            SimulatedHost host,
            SimulatedHost.Crash how,
            long operations,
            Duration lasts,
            @Nullable Kill again) implements Fault {}

    record Pause(SimulatedHost host, Duration lasts) implements Fault {}

    /** @param oneWay whether the other direction stays whole */
    record Cut(SimulatedHost from, SimulatedHost to, boolean oneWay, Duration lasts) implements Fault {}

    record Isolation(SimulatedHost host, Duration lasts) implements Fault {}

    record Reset() implements Fault {}

    record BadNetwork(NetworkFaults faults, Duration lasts) implements Fault {}

    record BadDisk(SimulatedHost host, DiskFaults faults, Duration lasts) implements Fault {}

    /** @param left bytes that can still be written */
    record FullDisk(SimulatedHost host, long left, Duration lasts) implements Fault {}

    record BitRot(SimulatedHost host) implements Fault {}

    /** The machine loses power and gets empty disks in the place of its own. */
    record LostDisk(SimulatedHost host, Duration lasts) implements Fault {}

    record ClockJump(SimulatedHost host, Duration by) implements Fault {}
}
