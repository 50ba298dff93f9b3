package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.DiskFullException;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;

/**
 * A log is compacted while producers, idempotent, transactional and others, write values and tombstones of a few keys,
 * segments roll, the disk is slow, full or broken, until it crashes at some operation of the disk; it is recovered and
 * compared with a map ({@link KeyedHistory}); and so on, for a few lives.
 */
final class CompactionScenario implements Scenario {
    private static final int LIVES = 5;
    private static final int STEPS_PER_LIFE = 80;

    private final boolean faults;

    CompactionScenario(boolean faults) {
        this.faults = faults;
    }

    @Override
    public void run(Simulation simulation) {
        new Run(simulation).run();
    }

    private final class Run {
        private final World world;
        private final Dice dice;
        private final LogSettings settings;
        private final KeyedHistory history;
        private boolean syncsMayHaveFailed;

        Run(Simulation simulation) {
            this.world = new World(simulation);
            this.dice = simulation.dice("workload");
            world.directorySettings = new LogDirectorySettings(
                    (int) dice.between(1, 6),
                    dice.pick(List.of(0L, 4_096L)),
                    dice.pick(List.of(0L, 4_096L, 1L << 30)),
                    Duration.ofMillis(dice.between(50, 2_000)),
                    Duration.ofDays(1));
            world.compaction = new CompactionSettings(
                    true,
                    1,
                    dice.pick(List.of(1_024L, 1L << 20)),
                    dice.pick(List.of(0.3, 0.9, 1.0)),
                    dice.pick(List.of(100_000.0, Double.MAX_VALUE)),
                    Duration.ofMillis(dice.between(1, 300)));
            long deleteRetentionMs = dice.pick(List.of(0L, 200L, 2_000L, 3_600_000L));
            boolean deletes = dice.chance(0.2);
            this.settings = new LogSettings(
                    new LogSettings.Segments(
                            (int) dice.magnitude(1_500, 20_000),
                            604_800_000L,
                            0,
                            10_485_760,
                            (int) dice.magnitude(1, 4_096),
                            dice.chance(0.2)),
                    new LogSettings.Retention(deletes, -1, deletes ? 30_000L : -1, dice.between(0, 2_000)),
                    LogSettings.Flush.DEFAULT,
                    LogSettings.Batches.DEFAULT,
                    new LogSettings.Compaction(
                            true,
                            dice.pick(List.of(0.0, 0.1, 0.5)),
                            dice.pick(List.of(0L, 0L, 500L)),
                            dice.pick(List.of(1_000L, Long.MAX_VALUE)),
                            deleteRetentionMs));
            this.history = new KeyedHistory(
                    dice, () -> world.loop().clock().wallMs(), (int) dice.magnitude(2, 150), deleteRetentionMs);
        }

        void run() {
            for (int life = 0; life < LIVES; life++) {
                TestLog log = open();
                letRetentionEnd();
                history.recovered(log);
                live(log);
                end(log);
            }
            world.drive().faults(DiskFaults.NONE);
            TestLog log = open();
            letRetentionEnd();
            history.recovered(log);
            world.on(() -> history.observed(log.get()));
            world.simulation.runFor(Duration.ofSeconds(10));
            history.check(log);
            assertThat(log.compactionFailures).isEmpty();
        }

        private TestLog open() {
            world.drive().faults(DiskFaults.NONE);
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
            world.host.crashAtDiskOperation(dice.between(0, 12), how);
            world.startToOpen(World.FOLDER, settings);
            world.simulation.runFor(Duration.ofNanos(dice.magnitude(1_000, 100_000_000)));
            world.crash(how);
        }

        private void live(TestLog log) {
            if (dice.chance(0.6)) {
                world.host.crashAtDiskOperation(dice.between(0, 300), anyCrash());
            }
            DiskFaults slow = dice.chance(0.5)
                    ? DiskFaults.NONE
                    : DiskFaults.NONE.withSlowness(Duration.ofMillis(dice.magnitude(1, 100)));
            world.drive().faults(slow);
            long steps = dice.between(1, STEPS_PER_LIFE);
            for (int step = 0; step < steps && world.host.isUp() && log.faults.isEmpty(); step++) {
                world.loop().execute(() -> act(log, slow));
                world.simulation.runFor(Duration.ofNanos(dice.magnitude(1_000, 100_000_000)));
                if (dice.chance(0.05)) {
                    world.simulation.runFor(Duration.ofMillis(dice.magnitude(100, 3_000)));
                }
                if (dice.chance(0.02) && world.host.isUp() && log.faults.isEmpty() && log.isInService()) {
                    checkWhileItLives(log);
                }
            }
        }

        /** A planned crash would come in the middle of the check: it is given up. */
        private void checkWhileItLives(TestLog log) {
            world.host.cancelPlannedCrash();
            world.settle();
            world.drive().faults(DiskFaults.NONE);
            letRetentionEnd();
            if (log.faults.isEmpty()) {
                history.check(log);
            }
        }

        /** A start that moves would disturb the comparison. */
        private void letRetentionEnd() {
            if (settings.retention().delete()) {
                world.simulation.runFor(Duration.ofSeconds(5));
            }
        }

        private SimulatedHost.Crash anyCrash() {
            return dice.chance(0.3) ? SimulatedHost.Crash.PROCESS : SimulatedHost.Crash.POWER;
        }

        private void act(TestLog log, DiskFaults slow) {
            PartitionLog real = log.get();
            history.observed(real);
            double what = dice.nextDouble();
            if (what < 0.88) {
                for (long left = dice.magnitude(1, 6); left > 0; left--) {
                    history.append(real);
                }
            } else if (what < 0.90) {
                history.deleteRecords(real);
            } else if (what < 0.93) {
                history.truncate(real);
            } else if (what < 0.95) {
                world.drive().capacity(world.drive().usedBytes() + dice.magnitude(1, 10_000));
            } else if (what < 0.98) {
                world.drive().capacity(1L << 40);
            } else if (faults) {
                world.drive()
                        .faults(
                                switch (dice.nextInt(3)) {
                                    case 0 -> slow.withAppendFailure(0.1);
                                    case 1 -> {
                                        syncsMayHaveFailed = true;
                                        yield slow.withSyncFailure(0.1);
                                    }
                                    default -> slow.withReadFailure(0.1);
                                });
            }
        }

        private void end(TestLog log) {
            boolean wasUp = world.host.isUp();
            if (wasUp && log.faults.isEmpty() && dice.chance(0.2)) {
                world.drive().faults(DiskFaults.NONE);
                world.host.cancelPlannedCrash();
                world.on(() -> history.observed(log.get()));
                world.restart();
                return;
            }
            world.crash(wasUp && !syncsMayHaveFailed ? anyCrash() : SimulatedHost.Crash.POWER);
            syncsMayHaveFailed = false;
        }
    }
}
