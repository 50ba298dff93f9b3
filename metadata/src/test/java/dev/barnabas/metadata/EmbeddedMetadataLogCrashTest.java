package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A node appends numbers and takes snapshots while it crashes, loses power and has a failing disk. Each number is its
 * own entry; the state of a snapshot is all of them. What was ever delivered as committed must be there for ever, at
 * its offset, and nothing may be missing in between.
 */
final class EmbeddedMetadataLogCrashTest {

    private static final int LIVES = 12;

    @Test
    void whatWasCommittedIsThereForEver() {
        Seeds.check(300, simulation -> new Run(simulation).run());
    }

    private static final class Run {

        private final Simulation simulation;
        private final SimulatedHost host;
        private final Dice dice;

        /** By offset, over all lives: the world's memory of what the log has promised. */
        private final List<Long> committed = new ArrayList<>();

        private long nextNumber;
        private boolean quiet;
        private boolean reread;

        Run(Simulation simulation) {
            this.simulation = simulation;
            this.host = simulation.addHost("n1", 1);
            this.dice = simulation.dice("metadata");
        }

        void run() {
            host.run(machine -> new Life().start());
            for (int life = 0; life < LIVES; life++) {
                host.drive("data").repair();
                if (dice.chance(0.5)) {
                    host.crashAtDiskOperation(
                            dice.magnitude(1, 100),
                            dice.chance(0.5) ? SimulatedHost.Crash.POWER : SimulatedHost.Crash.PROCESS);
                }
                if (dice.chance(0.2)) {
                    host.drive("data")
                            .faults(DiskFaults.NONE.withSyncFailure(0.1).withAppendFailure(0.05));
                }
                simulation.runFor(dice.between(Duration.ofMillis(1), Duration.ofMillis(300)));
                if (dice.chance(0.6) || host.drive("data").hasSyncFailed()) {
                    host.powerLoss();
                }
                host.cancelPlannedCrash();
                host.drive("data").repair();
                host.restart();
            }
            quiet = true;
            host.restart();
            simulation.runUntil("the log is read a last time", () -> reread, Duration.ofMinutes(1));
            simulation.note("test", committed.size() + " entries were committed");
        }

        /** One process: opens the log, checks what is in it, goes on. */
        private final class Life implements MetadataLog.Subscriber {

            private final Loop loop = host.loops().getFirst();
            private @Nullable EmbeddedMetadataLog log;
            private long endOffset;
            private boolean leads;

            void start() {
                reread = false;
                try {
                    EmbeddedMetadataLog.open(
                            host.disk("data"), "metadata", 1, Uuid.ZERO, loop, new Disk.Completion<>() {
                                @Override
                                public void done(EmbeddedMetadataLog opened) {
                                    log = opened;
                                    opened.subscribe(0, Life.this);
                                }

                                @Override
                                public void failed(IOException fault) {
                                    // With a failing disk a node does not start; it is started again.
                                    require(host.drive("data").hasFailed(), "the log cannot be opened: " + fault);
                                }
                            });
                } catch (IOException fault) {
                    throw simulation.failure("the disk cannot be opened", fault);
                }
            }

            @Override
            public void restored(long lastOffset, ByteBuffer state) {
                require(endOffset == 0, "a snapshot comes after entries");
                require(state.remaining() == (lastOffset + 1) * Long.BYTES, "the snapshot is not of its offset");
                while (state.hasRemaining()) {
                    deliver(endOffset, state.getLong());
                }
            }

            @Override
            public void committed(long offset, ByteBuffer entry) {
                deliver(offset, entry.getLong());
                if (leads && dice.chance(0.05)) {
                    snapshot(offset);
                }
            }

            private void deliver(long offset, long number) {
                require(offset == endOffset, "offset " + offset + " comes after " + (endOffset - 1));
                endOffset++;
                if (offset < committed.size()) {
                    require(committed.get((int) offset) == number, "the entry " + offset + " is another one");
                } else {
                    committed.add(number);
                }
            }

            @Override
            public void leading() {
                require(
                        endOffset == committed.size(),
                        "entries are lost: there were " + committed.size() + ", there are " + endOffset);
                leads = true;
                reread = true;
                append();
            }

            private void append() {
                EmbeddedMetadataLog open = log;
                if (quiet || open == null) {
                    return;
                }
                int count = 1 + dice.nextInt(5);
                for (int i = 0; i < count; i++) {
                    long number = nextNumber++;
                    ByteBuffer entry = ByteBuffer.allocate(Long.BYTES + dice.nextInt(200));
                    open.append(entry.putLong(number).rewind(), answer -> {
                        require(
                                answer instanceof MetadataLog.Appended.Committed(long offset)
                                        && committed.get((int) offset) == number,
                                "not committed where it says: " + answer);
                    });
                }
                loop.schedule(Duration.ofNanos(dice.magnitude(1_000, 10_000_000)), this::append);
            }

            private void snapshot(long lastOffset) {
                EmbeddedMetadataLog open = log;
                if (open == null) {
                    return;
                }
                List<Long> state = List.copyOf(committed.subList(0, (int) lastOffset + 1));
                open.snapshot(
                        lastOffset,
                        () -> {
                            ByteBuffer bytes = ByteBuffer.allocate(state.size() * Long.BYTES);
                            state.forEach(bytes::putLong);
                            return bytes.flip();
                        },
                        fault -> require(
                                fault == null || host.drive("data").hasFailed(), "the snapshot has failed: " + fault));
            }

            @Override
            public void following() {
                require(false, "a single node does not follow");
            }

            @Override
            public void leaderChanged() {}

            @Override
            public void failed(IOException fault) {
                require(host.drive("data").hasFailed(), "the log has failed: " + fault);
                host.crash();
            }

            private void require(boolean condition, String otherwise) {
                if (!condition) {
                    throw simulation.failure(otherwise, null);
                }
            }
        }
    }
}
