package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.host.DiskFullException;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A log lives through appends of idempotent and other producers, rolls, retention, deletions of records, truncations, a
 * disk that is slow, full or broken, until it crashes; it is recovered and compared with what is known of it
 * ({@link LogHistory}); and so on, for a few lives.
 */
final class CrashScenario implements Scenario {
    private static final int LIVES = 7;
    private static final int STEPS_PER_LIFE = 60;

    private final Trouble trouble;

    enum Trouble {
        CRASHES,
        CRASHES_AND_FAULTS
    }

    CrashScenario(Trouble trouble) {
        this.trouble = trouble;
    }

    @Override
    public void run(Simulation simulation) {
        new Run(simulation).run();
    }

    private final class Run {
        private final World world;
        private final Dice dice;
        private final LogHistory history;
        private final LogSettings settings;
        private DiskFaults slow = DiskFaults.NONE;

        Run(Simulation simulation) {
            this.world = new World(simulation);
            this.dice = simulation.dice("workload");
            this.history = new LogHistory(dice);
            world.directorySettings = new LogDirectorySettings(
                    (int) dice.between(1, 4),
                    dice.pick(List.of(0L, 4_096L)),
                    dice.pick(List.of(0L, 4_096L, 65_536L, 1L << 30)),
                    Duration.ofMillis(dice.between(50, 2_000)),
                    Duration.ofDays(1));
            this.settings = new LogSettings(
                    new LogSettings.Segments(
                            (int) dice.magnitude(2_000, 60_000),
                            dice.pick(List.of(5_000L, 604_800_000L)),
                            0,
                            dice.pick(List.of(400, 10_485_760)),
                            (int) dice.magnitude(1, 4_096),
                            dice.chance(0.2)),
                    new LogSettings.Retention(true, -1, dice.pick(List.of(-1L, 20_000L)), dice.between(0, 2_000)),
                    dice.chance(0.8)
                            ? LogSettings.Flush.DEFAULT
                            : new LogSettings.Flush(
                                    Durability.AFTER_WRITE,
                                    dice.pick(List.of(10L, Long.MAX_VALUE)),
                                    dice.pick(List.of(10L, Long.MAX_VALUE))),
                    LogSettings.Batches.DEFAULT,
                    LogSettings.Compaction.DEFAULT);
        }

        void run() {
            for (int life = 0; life < LIVES; life++) {
                TestLog log = open();
                history.recovered(log, world);
                check(log);
                live(log);
                end(log);
            }
        }

        /** A full disk does not prevent a start, unless something has to be written first. */
        private TestLog open() {
            world.drive().faults(DiskFaults.NONE);
            world.drive().cached(dice.nextDouble());
            if (dice.chance(0.5)) {
                world.drive().capacity(1L << 40);
            }
            while (dice.chance(0.2)) {
                crashWhileOpening();
            }
            TestLog log = world.tryOpen(World.FOLDER, settings);
            world.drive().capacity(1L << 40);
            if (log.openFault().isPresent()) {
                assertThat(log.openFault().get().cause()).isInstanceOf(DiskFullException.class);
                log = world.open(settings);
            }
            world.on(world.directory()::checkSpace);
            return log;
        }

        private void crashWhileOpening() {
            SimulatedHost.Crash how = anyCrash();
            if (how == SimulatedHost.Crash.POWER && settings.flush().durability() == Durability.AFTER_WRITE) {
                history.nothingIsPromised();
            } else if (how == SimulatedHost.Crash.POWER) {
                history.powerLost();
            }
            world.host.crashAtDiskOperation(dice.between(0, 12), how);
            world.startToOpen(World.FOLDER, settings);
            world.simulation.runFor(Duration.ofNanos(dice.magnitude(1_000, 100_000_000)));
            world.crash(how);
        }

        /** Everything that can be asked of a log is right. */
        private void check(TestLog log) {
            history.checkProducers(log);
            for (int i = 0; i < 5 && history.endOffset() > log.get().logStartOffset(); i++) {
                long offset = dice.between(log.get().logStartOffset(), history.endOffset() - 1);
                int maxBytes = (int) dice.magnitude(1, 20_000);
                List<RecordBatch> batches = log.batches(log.readAnyhow(offset, maxBytes, Long.MAX_VALUE));
                assertThat(batches.getFirst().baseOffset()).isLessThanOrEqualTo(offset);
                assertThat(batches.getFirst().lastOffset()).isGreaterThanOrEqualTo(offset);
                int bytes = batches.stream().mapToInt(RecordBatch::sizeInBytes).sum();
                assertThat(batches.size() == 1 || bytes <= maxBytes).isTrue();
                history.checkContents(batches);

                long timestamp = history.anyTimestamp();
                Optional<OffsetAtTime> found = world.<Optional<OffsetAtTime>>ask(
                                then -> log.get().offsetForTimestamp(timestamp, then))
                        .result();
                assertThat(found.map(OffsetAtTime::offset))
                        .isEqualTo(
                                history.offsetForTimestamp(timestamp, log.get().logStartOffset()));
            }
            history.checkEpochs(log);
        }

        private void live(TestLog log) {
            if (dice.chance(0.5)) {
                world.host.crashAtDiskOperation(dice.between(0, 120), anyCrash());
            }
            slow = dice.chance(0.3)
                    ? DiskFaults.NONE.withSlowness(Duration.ofMillis(dice.magnitude(1, 300)))
                    : DiskFaults.NONE;
            world.drive().faults(slow);
            long steps = dice.between(1, STEPS_PER_LIFE);
            for (int step = 0; step < steps && world.host.isUp() && log.faults.isEmpty(); step++) {
                world.loop().execute(() -> act(log));
                world.simulation.runFor(Duration.ofNanos(dice.magnitude(1_000, 30_000_000)));
                if (dice.chance(0.02)) {
                    world.simulation.runFor(Duration.ofSeconds(2));
                }
            }
        }

        private SimulatedHost.Crash anyCrash() {
            return dice.chance(0.3) ? SimulatedHost.Crash.PROCESS : SimulatedHost.Crash.POWER;
        }

        /** Something happens to the log; on its loop. */
        private void act(TestLog log) {
            PartitionLog real = log.get();
            history.observed(real);
            double what = dice.nextDouble();
            if (what < 0.80) {
                for (long left = dice.magnitude(1, 6); left > 0; left--) {
                    history.append(real, log.faults::isEmpty);
                }
            } else if (what < 0.84) {
                history.beginEpoch(real);
            } else if (what < 0.88) {
                history.deleteRecords(real);
            } else if (what < 0.92) {
                history.truncate(real);
            } else if (what < 0.925) {
                history.restartAt(real);
            } else if (what < 0.935) {
                read(log);
            } else if (what < 0.955) {
                fillDisk();
            } else if (what < 0.97) {
                world.drive().capacity(1L << 40);
            } else if (trouble == Trouble.CRASHES_AND_FAULTS) {
                breakDisk();
            }
        }

        /** Whatever happens to the log meanwhile, a read is not disturbed by it. */
        private void read(TestLog log) {
            PartitionLog real = log.get();
            long offset = dice.between(real.logStartOffset(), real.endOffset());
            int maxBytes = (int) dice.magnitude(1, 20_000);
            real.readCold(offset, maxBytes, real.endOffset(), true, new World.Fine<>(log));
            real.offsetForTimestamp(history.anyTimestamp(), new World.Fine<>(log));
        }

        private void fillDisk() {
            history.diskMayBeFull();
            world.drive().capacity(world.drive().usedBytes() + dice.magnitude(1, 10_000));
        }

        private void breakDisk() {
            world.drive()
                    .faults(
                            switch (dice.nextInt(3)) {
                                case 0 -> slow.withAppendFailure(0.2);
                                case 1 -> slow.withSyncFailure(0.2);
                                default -> slow.withReadFailure(0.2);
                            });
        }

        private void end(TestLog log) {
            boolean wasUp = world.host.isUp();
            if (wasUp && log.faults.isEmpty() && dice.chance(0.15)) {
                world.drive().faults(DiskFaults.NONE);
                world.host.crashAtDiskOperation(Long.MAX_VALUE, SimulatedHost.Crash.PROCESS);
                world.on(() -> history.observed(log.get()));
                world.restart();
                if (log.faults.isEmpty()) {
                    history.restarted();
                } else if (settings.flush().durability() == Durability.AFTER_WRITE) {
                    // A task that was waiting has broken the disk again before it was closed.
                    history.nothingIsPromised();
                }
                return;
            }
            if (wasUp && world.drive().hasSyncFailed()) {
                assertThatThrownBy(world::restartProcess).hasMessageContaining("a sync of data has failed");
            }
            // After a failed sync the page cache is not what is on the disk, and nobody can tell: only a start of the
            // machine helps. And a process that died at a planned operation may have died of a loss of power.
            SimulatedHost.Crash how = wasUp && !world.drive().hasSyncFailed() ? anyCrash() : SimulatedHost.Crash.POWER;
            if (wasUp && how == SimulatedHost.Crash.PROCESS && log.faults.isEmpty()) {
                history.processCrashed();
            } else if (settings.flush().durability() == Durability.AFTER_WRITE) {
                history.nothingIsPromised();
            }
            world.crash(how);
        }
    }
}
