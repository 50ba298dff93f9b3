package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.SimulatedHost.Crash;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ScrubTest {
    private static final ScrubTimes TIMES = new ScrubTimes(Duration.ofMinutes(1), Duration.ofHours(1));
    private static final Duration ROUND = Duration.ofHours(1);
    private static final String FIRST_SEGMENT = World.FOLDER + "/00000000000000000000.log";

    private final World world = scrubbed(new World(1));

    private static World scrubbed(World world) {
        world.scrubTimes = TIMES;
        return world;
    }

    private static LogSettings segmentsOf(int bytes) {
        return LogSettings.DEFAULT.with(new LogSettings.Segments(bytes, Long.MAX_VALUE, 0, 1 << 20, 4_096, false));
    }

    /** Positions of the batches in the first segment. */
    private static List<Integer> positions(List<RecordBatch> batches) {
        List<Integer> positions = new ArrayList<>();
        int position = 0;
        for (RecordBatch batch : batches) {
            positions.add(position);
            position += batch.sizeInBytes();
        }
        return positions;
    }

    private void rounds(World where, int count) {
        where.simulation.runFor(ROUND.multipliedBy(count));
    }

    @Test
    void rotIsReportedOnceAndTheRestIsServed() throws IOException {
        // Given a log of several segments
        TestLog log = world.open(segmentsOf(1_000));
        for (int i = 0; i < 10; i++) {
            log.appendValues("a" + i, "x".repeat(300));
        }
        List<Integer> positions = positions(log.allBatches(0));
        rounds(world, 1);
        ScrubStatus healthy = world.call(log.get()::scrubStatus);
        assertThat(log.damages).isEmpty();
        assertThat(healthy.damagedBatches()).isZero();
        assertThat(healthy.lastCompleteMs()).isGreaterThan(Batches.NOW_MS);
        assertThat(healthy.checkedBytes()).isEqualTo(log.get().sizeInBytes());

        // When a byte of the second batch rots
        world.drive().rot(FIRST_SEGMENT, positions.get(1) + 100);
        rounds(world, 3);

        // Then it is reported, once
        assertThat(log.damages)
                .containsExactly(new LogDamage(FIRST_SEGMENT, positions.get(1), 2, "the CRC does not fit", 0));
        assertThat(world.call(log.get()::scrubStatus).damagedBatches()).isEqualTo(1);
        assertThat(log.faults).isEmpty();
        assertThat(log.batches(log.readAnyhow(4, 1, Long.MAX_VALUE)).getFirst().baseOffset())
                .isEqualTo(4);
        log.appendValues("more");

        // When its records are deleted, then nothing is damaged any more
        log.deleteRecords(10);
        assertThat(world.call(log.get()::scrubStatus).damagedBatches()).isZero();
        rounds(world, 2);
        assertThat(log.damages).hasSize(1);
    }

    @Test
    void whereverABatchRotsItIsKnownByItsOffset() throws IOException {
        int size = batchOfThree().sizeInBytes();
        for (int at = 0; at < size; at++) {
            World each = scrubbed(new World(at));
            TestLog log = each.open(LogSettings.DEFAULT);
            log.append(Batches.of("a", "b"));
            log.append(Batches.of("c", "d", "e"));
            log.append(Batches.of("f"));
            log.append(Batches.of("g"));
            log.awaitStable(7);
            each.drive().rot(FIRST_SEGMENT, log.allBatches(0).getFirst().sizeInBytes() + at);
            rounds(each, 1);

            boolean lowBitOfTheEpoch = at == 15 && log.damages.isEmpty();
            if (!lowBitOfTheEpoch) {
                assertThat(log.damages).as("byte " + at).hasSize(1);
                assertThat(log.damages.getFirst().offset()).as("byte " + at).isEqualTo(2);
                assertThat(log.damages.getFirst().position())
                        .isEqualTo(log.get().contents().segments.getFirst().size
                                - size
                                - sizeOf(Batches.of("f"))
                                - sizeOf(Batches.of("g")));
            }
        }
    }

    private static RecordBatch batchOfThree() {
        return RecordBatch.at(Batches.of("c", "d", "e"), 0);
    }

    private static int sizeOf(java.nio.ByteBuffer batch) {
        return batch.remaining();
    }

    @Test
    void severalDamagedBatchesAreAllNamed() throws IOException {
        TestLog log = world.open(LogSettings.DEFAULT);
        for (int i = 0; i < 6; i++) {
            log.appendValues("value " + i);
        }
        List<Integer> positions = positions(log.allBatches(0));
        for (int damaged : List.of(1, 2, 5)) {
            world.drive().rot(FIRST_SEGMENT, positions.get(damaged) + 65);
        }

        rounds(world, 2);

        assertThat(log.damages).extracting(LogDamage::offset).containsExactly(1L, 2L, 5L);
        assertThat(log.damages).allMatch(damage -> damage.uncheckedBytes() == 0);
    }

    @Test
    void aSizeThatRotsHidesWhatComesBehindAndThatIsSaid() throws IOException {
        TestLog log = world.open(segmentsOf(1_000));
        for (int i = 0; i < 10; i++) {
            log.appendValues("x".repeat(300));
        }
        int segment = log.get().contents().segments.getFirst().size;
        int second = log.allBatches(0).getFirst().sizeInBytes();
        world.drive().rot(FIRST_SEGMENT, second + 8);

        rounds(world, 2);

        assertThat(log.damages).hasSize(1);
        assertThat(log.damages.getFirst().offset()).isEqualTo(1);
        assertThat(log.damages.getFirst().uncheckedBytes()).isEqualTo(segment - second);
    }

    @Test
    void aSectorThatCannotBeReadIsReportedAndTheLogStaysOnline() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        world.drive().faults(dev.barnabas.simulation.DiskFaults.NONE.withReadFailure(1));

        rounds(world, 1);

        assertThat(log.damages).hasSize(1);
        assertThat(log.damages.getFirst().what()).contains("cannot be read");
        assertThat(log.faults).isEmpty();
    }

    @Test
    void itKeepsToItsRateAndRestsWhenThatIsZero() {
        world.scrubTimes = new ScrubTimes(Duration.ofSeconds(1), ROUND);
        world.scrubBytesPerSecond = 0;
        TestLog log = world.open(LogSettings.DEFAULT);
        for (int i = 0; i < 40; i++) {
            log.append(Batches.large(250_000));
        }
        log.awaitStable(40);
        world.simulation.runFor(Duration.ofMinutes(1));
        assertThat(world.call(log.get()::scrubStatus).checkedBytes()).isZero();

        world.changeScrubRate(1_000_000);
        world.simulation.runFor(Duration.ofSeconds(5));
        assertThat(world.call(log.get()::scrubStatus).checkedBytes()).isBetween(3_000_000L, 7_500_000L);

        world.changeScrubRate(0);
        world.simulation.runFor(Duration.ofSeconds(5));
        long soFar = world.call(log.get()::scrubStatus).checkedBytes();
        world.simulation.runFor(Duration.ofMinutes(5));
        assertThat(world.call(log.get()::scrubStatus).checkedBytes()).isEqualTo(soFar);

        world.changeScrubRate(1_000_000);
        world.simulation.runFor(Duration.ofMinutes(1));
        assertThat(world.call(log.get()::scrubStatus).checkedBytes())
                .isEqualTo(log.get().sizeInBytes());
    }

    @Test
    void logsThatComeAndGoRaiseNoFalseAlarmAndRotInOneIsFound() {
        Seeds.check(100, new ComingAndGoing());
    }

    /** Logs are created, written, truncated, shortened and deleted while all are scrubbed. */
    private static final class ComingAndGoing implements Scenario {
        @Override
        public void run(Simulation simulation) throws IOException {
            Dice dice = simulation.dice("workload");
            World world = new World(simulation);
            world.scrubTimes = new ScrubTimes(Duration.ofMillis(1), Duration.ofMillis(dice.between(1, 100)));
            world.scrubBytesPerSecond = dice.magnitude(1 << 18, 1 << 28);
            world.drive().cached(dice.nextDouble());
            Map<String, TestLog> logs = new LinkedHashMap<>();
            List<TestLog> all = new ArrayList<>();
            for (int step = 0; step < 80; step++) {
                String folder = "t-" + dice.nextInt(4);
                TestLog log = logs.get(folder);
                double what = dice.nextDouble();
                if (log == null) {
                    TestLog opened = world.open(folder, segmentsOf((int) dice.magnitude(500, 20_000)));
                    logs.put(folder, opened);
                    all.add(opened);
                } else if (what < 0.7) {
                    for (long left = dice.magnitude(1, 8); left > 0; left--) {
                        log.append(Batches.of("x".repeat((int) dice.magnitude(1, 3_000))));
                    }
                } else if (what < 0.8) {
                    log.truncate(
                            dice.between(log.get().logStartOffset(), log.get().endOffset()));
                } else if (what < 0.9) {
                    log.deleteRecords(
                            dice.between(log.get().logStartOffset(), log.get().stableEndOffset()));
                } else if (what < 0.97) {
                    logs.remove(folder);
                    world.<Long>ask(then -> log.get().delete(then)).result();
                } else {
                    logs.clear();
                    world.crash(dice.pick(List.of(Crash.values())));
                }
                simulation.runFor(Duration.ofNanos(dice.magnitude(1_000, 100_000_000)));
            }
            assertThat(all).allMatch(log -> log.damages.isEmpty());
            findsRot(world, dice);
        }

        private static void findsRot(World world, Dice dice) throws IOException {
            TestLog log = world.open("rotting", segmentsOf(2_000));
            for (int i = 0; i < 20; i++) {
                log.appendValues("x".repeat((int) dice.magnitude(1, 1_000)));
            }
            RecordBatch damaged = dice.pick(log.allBatches(0));
            Segment segment =
                    log.get().contents().segments.get(log.get().contents().floor(damaged.baseOffset()));
            int position = 0;
            for (RecordBatch batch : log.allBatches(segment.baseOffset)) {
                if (batch.baseOffset() == damaged.baseOffset()) {
                    break;
                }
                position += batch.sizeInBytes();
            }
            int within = (int) dice.between(RecordBatch.CRC_FROM, damaged.sizeInBytes() - 1);
            world.drive().rot(segment.path, position + within);
            world.simulation.runUntil("the damage is found", () -> !log.damages.isEmpty(), Duration.ofHours(1));
            world.settle();
            assertThat(log.damages).hasSize(1);
            assertThat(log.damages.getFirst().offset()).isEqualTo(damaged.baseOffset());
            assertThat(log.damages.getFirst().position()).isEqualTo(position);
        }
    }
}
