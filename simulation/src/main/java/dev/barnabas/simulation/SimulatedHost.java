package dev.barnabas.simulation;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Entropy;
import dev.barnabas.host.Host;
import dev.barnabas.host.Loop;
import dev.barnabas.host.Network;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine with one process on it. As a {@link Host} it gives the ports of the process that runs now; the rest is what
 * can happen to a machine. Its drives outlive its processes, and partly a loss of power.
 */
public final class SimulatedHost implements Host {
    private final Simulation simulation;
    private final String name;
    private final int loops;
    private final Dice dice;
    private final long clockOrigin;
    private final Map<String, SimulatedDrive> drives = new LinkedHashMap<>();
    private Duration wallClockOffset = Duration.ZERO;
    private double cached;
    private @Nullable Consumer<? super SimulatedHost> program;
    private SimulatedProcess process;
    private @Nullable PlannedCrash plannedCrash;
    private boolean powered = true;
    private boolean paused;
    private int lives = 1;

    SimulatedHost(Simulation simulation, String name, int loops) {
        if (loops < 1) {
            throw new IllegalArgumentException("a host has at least one loop");
        }
        this.simulation = simulation;
        this.name = name;
        this.loops = loops;
        this.dice = simulation.fork("host/" + name);
        this.clockOrigin = dice.between(-(1L << 60), 1L << 60);
        this.process = new SimulatedProcess(this, lives, loops);
    }

    /** How a process may end. */
    public enum Crash {
        /** {@code kill -9}: memory is gone, the page cache stays. */
        PROCESS,
        /** The machine loses power: what was not synced may be lost, torn or reordered. */
        POWER
    }

    /** Its name on the network and in the timeline. */
    public String name() {
        return name;
    }

    @Override
    public Clock clock() {
        return new HostClock();
    }

    @Override
    public Entropy entropy() {
        return alive().dice();
    }

    @Override
    public List<Loop> loops() {
        return alive().loops();
    }

    @Override
    public Network network() {
        return alive().network();
    }

    @Override
    public Disk disk(String directory) throws IOException {
        return drive(directory).open(alive());
    }

    /** What is behind a log directory, for faults and a look at the files. */
    public SimulatedDrive drive(String directory) {
        return drives.computeIfAbsent(directory, absent -> {
            SimulatedDrive drive = new SimulatedDrive(this, absent, dice.fork("drive/" + absent));
            drive.cached(cached);
            return drive;
        });
    }

    /** What {@link SimulatedDrive#cached} is at first, for drives that come from now on. */
    public void cached(double probability) {
        cached = probability;
    }

    public Collection<SimulatedDrive> drives() {
        return drives.values();
    }

    /** Starts a program on the first loop, now and whenever the host starts again. */
    public void run(Consumer<? super SimulatedHost> started) {
        program = started;
        start();
    }

    public boolean isUp() {
        return process.isAlive();
    }

    public boolean isPaused() {
        return paused;
    }

    /** How often its process has been started: the number of the present life, or of the last one. */
    public int lives() {
        return lives;
    }

    /** Frames that were handed to this process and have not been released. */
    public int unreleasedFrames() {
        return process.unreleasedFrames();
    }

    /** Kills the process. Nothing happens if there is none. */
    public void crash() {
        end(Crash.PROCESS);
    }

    /** Takes the machine's power away. It stays off until it is restarted. */
    public void powerLoss() {
        end(Crash.POWER);
    }

    /**
     * Ends the process within one of its next changes of a disk (open, append, truncate, rename, delete, sync): before
     * it, after it, or in its middle. This is how a crash between two calls of one task is had, or before a sync is
     * answered.
     *
     * @param operations how many changes may still be made
     */
    public void crashAtDiskOperation(long operations, Crash crash) {
        plannedCrash = new PlannedCrash(operations, crash);
    }

    /** The crash that was planned does not come any more. */
    public void cancelPlannedCrash() {
        plannedCrash = null;
    }

    /** Whether it is down, stopped, or about to crash. */
    boolean isImpaired() {
        return !isUp() || paused || plannedCrash != null;
    }

    /** Starts the process again, with the program that was last {@link #run}; kills it first if it still runs. */
    public void restart() {
        crash();
        simulation.mark(name, "start");
        powered = true;
        paused = false;
        process = new SimulatedProcess(this, ++lives, loops);
        simulation.network().poweredOn(this);
        start();
    }

    /**
     * Starts it again as its operator would. What a sync could not write stays in the page cache as if it had been
     * written, so that a directory cannot be opened again as long as the machine runs: a machine whose disk has failed
     * is started afresh, with a disk that works.
     */
    public void startAgain() {
        if (drives.values().stream().anyMatch(SimulatedDrive::hasFailed)) {
            powerLoss();
            drives.values().forEach(SimulatedDrive::repair);
        }
        restart();
    }

    /** Stops the process in the middle of everything, like {@code SIGSTOP}; its kernel goes on. */
    public void pause() {
        if (isUp() && !paused) {
            simulation.mark(name, "pause");
            paused = true;
        }
    }

    public void resume() {
        if (paused) {
            simulation.mark(name, "resume");
            paused = false;
            process.resumed();
        }
    }

    /** Moves the wall clock; monotonic time stays as it is. */
    public void jumpWallClock(Duration by) {
        simulation.mark(name, "wall clock jumps by " + by);
        wallClockOffset = wallClockOffset.plus(by);
    }

    Simulation simulation() {
        return simulation;
    }

    boolean isPowered() {
        return powered;
    }

    /** The process that runs, if one does. */
    Optional<SimulatedProcess> process() {
        return process.isAlive() ? Optional.of(process) : Optional.empty();
    }

    /** Counts an operation on a disk down to the crash that was planned. */
    boolean crashesNow() {
        PlannedCrash planned = plannedCrash;
        if (planned == null || planned.operations < 0) {
            return false;
        }
        plannedCrash = new PlannedCrash(planned.operations - 1, planned.crash);
        return planned.operations == 0;
    }

    void carryOutPlannedCrash() {
        PlannedCrash planned = plannedCrash;
        if (planned != null) {
            end(planned.crash);
        }
    }

    private void start() {
        Consumer<? super SimulatedHost> started = program;
        if (started != null) {
            process.loop(0).execute(() -> started.accept(this));
        }
    }

    void end(Crash crash) {
        boolean power = crash == Crash.POWER;
        if (!process.isAlive() && !(power && powered)) {
            return;
        }
        simulation.mark(name, power ? "power loss" : "crash");
        paused = false;
        plannedCrash = null;
        if (process.isAlive()) {
            process.die(power);
        }
        if (power) {
            powered = false;
            drives.values().forEach(SimulatedDrive::powerLoss);
        }
    }

    private SimulatedProcess alive() {
        process.requireAlive();
        return process;
    }

    private record PlannedCrash(long operations, Crash crash) {}

    private final class HostClock implements Clock {
        @Override
        public long wallMs() {
            return simulation.epochMs() + simulation.nanos() / 1_000_000 + wallClockOffset.toMillis();
        }

        @Override
        public long nanos() {
            return clockOrigin + simulation.nanos();
        }
    }
}
