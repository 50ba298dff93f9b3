package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.simulation.SimulatedDrive;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine with a log directory, simulated: calls are made on its loop, and answers are waited for in virtual time.
 */
final class World {
    static final String DIRECTORY = "data";
    static final String FOLDER = "orders-0";
    /** Appends are acknowledged a virtual millisecond or so after they were made: this is for ever. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    final Simulation simulation;
    final SimulatedHost host;
    LogDirectorySettings directorySettings = LogDirectorySettings.DEFAULT;

    /** How logs are compacted; null if they are not. */
    @Nullable
    CompactionSettings compaction;

    /** Set before the directory is used: then its logs are scrubbed. */
    @Nullable
    ScrubTimes scrubTimes;

    long scrubBytesPerSecond = 1 << 30;

    private @Nullable Disk disk;
    private @Nullable LogDirectory directory;
    private @Nullable ScrubPace scrubPace;

    World(long seed) {
        this(new Simulation(seed));
    }

    World(Simulation simulation) {
        this.simulation = simulation;
        this.host = simulation.addHost("n1", 1);
    }

    SimulatedDrive drive() {
        return host.drive(DIRECTORY);
    }

    Loop loop() {
        return host.loops().getFirst();
    }

    Disk disk() {
        Disk open = disk;
        if (open == null) {
            try {
                open = host.disk(DIRECTORY);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            disk = open;
        }
        return open;
    }

    LogDirectory directory() {
        LogDirectory open = directory;
        if (open == null) {
            open = call(this::newDirectory);
            directory = open;
            ScrubTimes times = scrubTimes;
            if (times != null) {
                LogDirectory scrubbed = open;
                ScrubPace pace = new ScrubPace(loop(), scrubBytesPerSecond);
                scrubPace = pace;
                on(() -> scrubbed.scrub(pace, times));
            }
        }
        return open;
    }

    private LogDirectory newDirectory() {
        LogDirectory created = new LogDirectory(disk(), loop(), directorySettings);
        CompactionSettings settings = compaction;
        if (settings != null) {
            created.compact(new CompactionTurns(loop(), settings));
        }
        return created;
    }

    void changeScrubRate(long bytesPerSecond) {
        ScrubPace pace = scrubPace;
        if (pace == null) {
            throw new IllegalStateException("nothing is scrubbed");
        }
        on(() -> pace.changeRate(bytesPerSecond));
    }

    /** Kills the process or takes the power away, and starts the machine again. */
    void crash(SimulatedHost.Crash how) {
        switch (how) {
            case PROCESS -> host.crash();
            case POWER -> host.powerLoss();
        }
        host.restart();
        disk = null;
        directory = null;
    }

    /** Only the process, which opens the disk again. */
    void restartProcess() {
        crash(SimulatedHost.Crash.PROCESS);
        disk();
    }

    /** Closes everything in order and starts the machine again. */
    void restart() {
        // What was to crash in the middle of something does so no more: this is an end in order.
        host.cancelPlannedCrash();
        Done done = new Done();
        on(() -> directory().close(done));
        simulation.runUntil("the directory is closed", () -> done.is, LIMIT);
        crash(SimulatedHost.Crash.POWER);
    }

    /** Runs something in a task of the loop. */
    void on(Runnable task) {
        call(() -> {
            task.run();
            return true;
        });
    }

    <T> T call(Work<T> work) {
        List<T> result = new ArrayList<>();
        loop().execute(() -> result.add(work.run()));
        simulation.runUntil("a task has run", () -> !result.isEmpty(), LIMIT);
        return result.getFirst();
    }

    /** Makes a request on the loop and waits for its answer. */
    <T> Answered<T> ask(Consumer<LogAnswer<T>> request) {
        Answered<T> answer = new Answered<>();
        on(() -> request.accept(answer));
        simulation.runUntil("an answer", answer::isThere, LIMIT);
        return answer;
    }

    TestLog open(LogSettings settings) {
        return open(FOLDER, settings);
    }

    TestLog open(String folder, LogSettings settings) {
        TestLog opening = tryOpen(folder, settings);
        opening.get();
        return opening;
    }

    /** A log that is open, or has an {@link TestLog#openFault}. */
    TestLog tryOpen(String folder, LogSettings settings) {
        TestLog opening = new TestLog(this);
        LogDirectory into = directory();
        on(() -> into.open(folder, settings, opening, opening));
        simulation.runUntil("the log is open, or is not", opening::isSettled, LIMIT);
        return opening;
    }

    /** Opens a log and does not wait for it. */
    void startToOpen(String folder, LogSettings settings) {
        loop().execute(() -> {
            TestLog opening = new TestLog(this);
            LogDirectory into = newDirectory();
            into.open(folder, settings, opening, opening);
        });
    }

    /** Lets the world go on until what is under way has come to an end. */
    void settle() {
        simulation.runFor(Duration.ofSeconds(1));
    }

    @FunctionalInterface
    interface Work<T> {
        T run();
    }

    private static final class Done implements Runnable {
        private boolean is;

        @Override
        public void run() {
            is = true;
        }
    }

    /** A read that must not fail as long as its log is online. */
    record Fine<T>(TestLog log) implements LogAnswer<T> {

        @Override
        public void done(T result) {
            if (result instanceof ReadResult.Damaged damaged && log.faults.isEmpty()) {
                throw new AssertionError(damaged.message());
            }
        }

        @Override
        public void refused(LogRefusal refusal) {
            if (log.faults.isEmpty() && log.isInService()) {
                throw new AssertionError(refusal.toString());
            }
        }
    }

    /** What came of a request. */
    static final class Answered<T> implements LogAnswer<T> {
        private @Nullable T result;
        private @Nullable LogRefusal refusal;
        private int answers;

        @Override
        public void done(T value) {
            result = value;
            answers++;
        }

        @Override
        public void refused(LogRefusal why) {
            refusal = why;
            answers++;
        }

        boolean isThere() {
            if (answers > 1) {
                throw new AssertionError("answered " + answers + " times");
            }
            return answers == 1;
        }

        boolean isRefused() {
            return refusal != null;
        }

        T result() {
            T value = result;
            if (value == null) {
                throw new AssertionError("refused: " + refusal);
            }
            return value;
        }

        LogRefusal refusal() {
            LogRefusal value = refusal;
            if (value == null) {
                throw new AssertionError("not refused: " + result);
            }
            return value;
        }
    }

    static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
