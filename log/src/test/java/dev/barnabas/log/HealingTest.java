package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Damaged records are replaced by those of another replica. */
final class HealingTest {
    private static final String FIRST_SEGMENT = World.FOLDER + "/00000000000000000000.log";
    private static final LogSettings SMALL_SEGMENTS =
            LogSettings.DEFAULT.with(new LogSettings.Segments(1_000, Long.MAX_VALUE, 0, 1 << 20, 4_096, false));

    /** All that the other replica has. */
    private final List<ByteBuffer> whole = new ArrayList<>();

    /** A log of several segments, all of it committed, which the other replica has as well. */
    private TestLog filled(World world) {
        TestLog log = world.open(SMALL_SEGMENTS);
        for (int i = 0; i < 10; i++) {
            log.append(Batches.of("a" + i, "b" + i));
        }
        log.append(Batches.of("c".repeat(800)));
        log.append(Batches.of("d"));
        log.awaitStable(22);
        log.commit();
        // What is known to be complete is not read again after a crash, whatever rots in it.
        world.on(() -> log.get().sync().checkpoint());
        world.settle();
        whole.clear();
        log.allBatches(0).forEach(batch -> whole.add(World.copy(batch.bytes())));
        return log;
    }

    /** The other replica: gives one batch at a time. */
    private final HealthyReplica replica = (offset, maxBytes, then) -> {
        for (ByteBuffer bytes : whole) {
            if (RecordBatch.at(bytes, 0).lastOffset() >= offset) {
                then.done(World.copy(bytes));
                return;
            }
        }
        then.done(ByteBuffer.allocate(0));
    };

    private static World.Answered<Healed> heal(World world, TestLog log, long offset, HealthyReplica from) {
        return world.<Healed>ask(then -> log.get().heal(offset, from, then));
    }

    private void assertWhole(TestLog log) {
        List<ByteBuffer> now = new ArrayList<>();
        log.allBatches(0).forEach(batch -> now.add(World.copy(batch.bytes())));
        assertThat(now).isEqualTo(whole);
        assertThat(log.faults).isEmpty();
    }

    @Test
    void wheneverAByteOfASegmentRotsTheSegmentIsWholeAgainAfterwards() throws IOException {
        int size = filled(new World(1)).get().contents().segments.getFirst().size;
        for (int at = 0; at < size; at++) {
            World world = new World(at);
            TestLog log = filled(world);
            byte[] before = world.drive().content(FIRST_SEGMENT);
            world.drive().rot(FIRST_SEGMENT, at);

            Healed healed = heal(world, log, 2, replica).result();

            assertThat(healed.batches()).as("byte " + at).isPositive();
            assertThat(world.drive().content(FIRST_SEGMENT)).as("byte " + at).isEqualTo(before);
        }
    }

    @Test
    void noReaderIsGivenABatchOfWhichAnythingHasRotted() throws IOException {
        int size = filled(new World(1)).get().contents().segments.getFirst().size;
        for (int at = 0; at < size; at++) {
            for (boolean gaps : new boolean[] {false, true}) {
                String what = "byte " + at + (gaps ? " with gaps" : "");
                World world = new World(at);
                filled(world);
                world.restart();
                TestLog log = world.open(SMALL_SEGMENTS);
                log.get().contents().hasGaps = gaps;
                world.drive().rot(FIRST_SEGMENT, at);

                readUntilDamage(world, log, what);

                assertThat(log.damages.getFirst().offset())
                        .as(what)
                        .isLessThan(log.get().contents().endOffset(0));
            }
        }
    }

    private void readUntilDamage(World world, TestLog log, String what) {
        long offset = 0;
        while (log.damages.isEmpty()) {
            long from = offset;
            World.Answered<ByteBuffer> answer = world.ask(then -> log.get().load(from, 150, Long.MAX_VALUE, then));
            if (answer.isRefused()) {
                assertThat(log.damages).as(what).isNotEmpty();
                return;
            }
            for (RecordBatch batch : RecordBatches.of(answer.result())) {
                assertThat(batch.bytes()).as(what).isEqualTo(whole.get((int) (offset / 2)));
                offset = batch.endOffset();
            }
            assertThat(offset).as(what).isGreaterThan(from).isLessThan(21);
        }
    }

    @Test
    void whatHasBeenStableForAWhileIsNotCutOffWhateverRotsInIt() throws IOException {
        World world = new World(1);
        world.directorySettings = new LogDirectorySettings(
                10, 0, 1 << 20, Duration.ofMinutes(5), Duration.ofDays(1), Duration.ofSeconds(10));
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of("a"));
        log.append(Batches.of("b"));
        log.append(Batches.of("c"));
        log.awaitStable(3);
        world.simulation.runFor(Duration.ofSeconds(11));

        world.crash(SimulatedHost.Crash.POWER);
        world.drive().rot(FIRST_SEGMENT, 70);

        TestLog again = world.open(LogSettings.DEFAULT);
        assertThat(again.get().endOffset()).isEqualTo(3);
        assertThat(again.get().recovery().scannedBytes()).isZero();
    }

    @Test
    void anOffsetThatHasRottedIsHealedAlsoWhereBatchesNeedNotFollowOnEachOther() throws IOException {
        int size = filled(new World(1)).get().contents().segments.getFirst().size;
        for (int at = 0; at < size; at++) {
            if (positionInBatch(at) < 8) {
                World world = new World(at);
                TestLog log = filled(world);
                letHaveGaps(world, log);
                byte[] before = world.drive().content(FIRST_SEGMENT);
                world.drive().rot(FIRST_SEGMENT, at);

                assertThat(heal(world, log, 2, replica).result().batches()).isPositive();

                assertThat(world.drive().content(FIRST_SEGMENT))
                        .as("byte " + at)
                        .isEqualTo(before);
            }
        }
    }

    @Test
    void anOffsetThatHasRottedBehindOtherDamageIsHealedToo() throws IOException {
        int size = filled(new World(1)).get().contents().segments.getFirst().size;
        int first = whole.getFirst().limit();
        for (int seed = 0; seed < 50; seed++) {
            for (boolean gaps : new boolean[] {false, true}) {
                World world = new World(seed);
                TestLog log = filled(world);
                if (gaps) {
                    letHaveGaps(world, log);
                }
                byte[] before = world.drive().content(FIRST_SEGMENT);
                world.drive().rot(FIRST_SEGMENT, first - 1);
                world.drive().rot(FIRST_SEGMENT, first + 7);
                world.drive().rot(FIRST_SEGMENT, size - 1);
                if (world.drive().content(FIRST_SEGMENT)[first + 7] == 3) {
                    // It points into what the other replica has in one batch, which is not torn apart.
                    assertThat(heal(world, log, 0, replica).refusal().message()).contains("does not fit");
                    continue;
                }

                assertThat(heal(world, log, 0, replica).result().batches()).isPositive();

                assertThat(world.drive().content(FIRST_SEGMENT))
                        .as("seed " + seed)
                        .isEqualTo(before);
            }
        }
    }

    private static void letHaveGaps(World world, TestLog log) {
        world.on(() -> {
            log.get().changeSettings(compacted());
            log.get().contents().hasGaps = true;
        });
    }

    private static LogSettings compacted() {
        return SMALL_SEGMENTS.with(new LogSettings.Compaction(true, 0.99, 0, Long.MAX_VALUE, 86_400_000));
    }

    private int positionInBatch(int at) {
        int position = 0;
        for (ByteBuffer batch : whole) {
            if (at < position + batch.limit()) {
                return at - position;
            }
            position += batch.limit();
        }
        throw new AssertionError("there is no position " + at);
    }

    @Test
    void itIsServedAgainAndNoLongerCountsAsDamaged() throws IOException {
        World world = new World(1);
        world.scrubTimes = new ScrubTimes(Duration.ofMinutes(1), Duration.ofHours(1));
        TestLog log = filled(world);
        world.drive().rot(FIRST_SEGMENT, 100);
        world.simulation.runFor(Duration.ofHours(2));
        assertThat(log.damages).hasSize(1);

        Healed healed =
                heal(world, log, log.damages.getFirst().offset(), replica).result();

        assertThat(healed.batches()).isEqualTo(1);
        ScrubStatus status = world.call(log.get()::scrubStatus);
        assertThat(status.damagedBatches()).isZero();
        assertThat(status.healedSegments()).isEqualTo(1);
        assertWhole(log);
        world.simulation.runFor(Duration.ofHours(3));
        assertThat(log.damages).hasSize(1);
        world.restart();
        assertWhole(world.open(SMALL_SEGMENTS));
    }

    @Test
    void manyBatchesAndTheActiveSegmentAreHealedToo() throws IOException {
        World world = new World(1);
        TestLog log = filled(world);
        String active = log.get().contents().segments.getLast().path;
        world.drive().rot(FIRST_SEGMENT, 8);
        world.drive().rot(FIRST_SEGMENT, 300);
        world.drive().rot(active, 70);

        assertThat(heal(world, log, 0, replica).result().batches()).isGreaterThan(1);
        assertThat(heal(world, log, 21, replica).result().batches()).isEqualTo(1);

        assertWhole(log);
        log.append(Batches.of("more"));
        assertThat(log.get().endOffset()).isEqualTo(23);
    }

    @Test
    void aSectorThatCannotBeReadIsHealed() {
        World world = new World(1);
        TestLog log = filled(world);
        world.drive().faults(DiskFaults.NONE.withReadFailure(1));
        HealthyReplica thenItWorksAgain = (offset, maxBytes, then) -> {
            world.drive().faults(DiskFaults.NONE);
            replica.fetch(offset, maxBytes, then);
        };

        assertThat(heal(world, log, 0, thenItWorksAgain).result().batches()).isPositive();

        assertWhole(log);
    }

    @Test
    void nothingChangesIfTheOtherReplicaHasNotWhatIsNeeded() throws IOException {
        World world = new World(1);
        TestLog log = filled(world);
        world.drive().rot(FIRST_SEGMENT, 100);
        byte[] before = world.drive().content(FIRST_SEGMENT);
        ByteBuffer damaged = World.copy(whole.getFirst());
        damaged.put(70, (byte) ~damaged.get(70));
        List<HealthyReplica> replicas = List.of(
                (offset, maxBytes, then) -> then.refused(new LogRefusal(ErrorCode.KAFKA_STORAGE_ERROR, "damaged")),
                (offset, maxBytes, then) -> then.done(ByteBuffer.allocate(0)),
                (offset, maxBytes, then) -> then.done(World.copy(damaged)),
                (offset, maxBytes, then) -> then.done(ByteBuffer.allocate(30)),
                (offset, maxBytes, then) -> then.done(World.copy(whole.get(5))),
                (offset, maxBytes, then) -> then.done(Batches.replicated(0, 1, "too", "many", "records")));

        for (HealthyReplica each : replicas) {
            assertThat(heal(world, log, 0, each).refusal().error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            world.settle();
            assertThat(world.drive().content(FIRST_SEGMENT)).isEqualTo(before);
            assertThat(world.drive().files().keySet()).noneMatch(path -> path.contains(Replacement.SUFFIX));
        }
        assertThat(heal(world, log, 0, replica).result().batches()).isEqualTo(1);
    }

    @Test
    void whatIsNotCommittedIsLeftAlone() {
        World world = new World(1);
        TestLog log = world.open(SMALL_SEGMENTS);
        log.append(Batches.of("a"));
        log.awaitStable(1);

        assertThat(heal(world, log, 0, replica).refusal().message()).contains("not committed");
    }

    @Test
    void whatCompactionHasRemovedElsewhereNeedNotComeBack() throws IOException {
        World world = new World(1);
        TestLog log = filled(world);
        world.on(() -> log.get().changeSettings(compacted()));
        long end = log.get().contents().segments.get(1).baseOffset;
        int last = (int) (end / 2 - 1);
        world.drive().rot(FIRST_SEGMENT, world.drive().content(FIRST_SEGMENT).length - 1);
        whole.remove(last);

        assertThat(heal(world, log, end - 1, replica).result().batches()).isZero();

        List<RecordBatch> batches = log.allBatches(0);
        assertThat(batches.get(last).lastOffset()).isEqualTo(end - 1);
        assertThat(batches.get(last).recordCount()).isZero();
        assertThat(log.values()).hasSize(20);
    }

    @Test
    void aCrashAtAnyMomentLeavesTheDamageOrHealsIt() throws IOException {
        boolean finished = false;
        for (int operation = 1; !finished; operation++) {
            World world = new World(operation);
            TestLog log = filled(world);
            world.settle();
            world.drive().rot(FIRST_SEGMENT, 100);
            SimulatedHost.Crash how = operation % 2 == 0 ? SimulatedHost.Crash.POWER : SimulatedHost.Crash.PROCESS;
            int life = world.host.lives();
            world.host.crashAtDiskOperation(operation, how);
            World.Answered<Healed> answer = new World.Answered<>();
            world.loop().execute(() -> log.get().heal(0, replica, answer));
            world.simulation.runFor(Duration.ofMinutes(1));
            finished = answer.isThere() && world.host.isUp() && world.host.lives() == life;

            world.host.cancelPlannedCrash();
            world.crash(SimulatedHost.Crash.POWER);
            TestLog again = world.open(SMALL_SEGMENTS);
            again.commit();
            heal(world, again, 0, replica).result();
            assertWhole(again);
            world.settle();
            assertThat(world.drive().files().keySet())
                    .as("operation " + operation)
                    .noneMatch(path -> path.contains(Replacement.SUFFIX));
        }
    }
}
