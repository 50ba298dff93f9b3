package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.SimulatedHost.Crash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RecoveryTest {
    private static final LogSettings SMALL = LogSettings.DEFAULT.with(LogSettings.Segments.DEFAULT.withBytes(2_000));

    private final World world = new World(1);

    private void append(String path, ByteBuffer bytes) {
        world.on(() -> {
            try {
                DiskFile file = world.disk().open(path);
                file.append(bytes);
                file.close();
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        });
    }

    private static ByteBuffer entry(ByteBuffer written) {
        return Objects.requireNonNull(CheckpointCodec.next(written));
    }

    private void delete(String suffix) {
        for (String path : List.copyOf(world.drive().files().keySet())) {
            if (path.endsWith(suffix)) {
                world.on(() -> {
                    try {
                        world.disk().delete(path);
                    } catch (IOException fault) {
                        throw new UncheckedIOException(fault);
                    }
                });
            }
        }
    }

    @Test
    void afterAnOrderlyCloseNothingIsRead() {
        TestLog log = world.open(SMALL);
        for (int i = 0; i < 20; i++) {
            log.append(Batches.of(7, 0, i, "x".repeat(300)));
        }
        world.restart();

        TestLog again = world.open(SMALL);

        assertThat(again.get().recovery()).isEqualTo(new RecoveryReport(0, 0, List.of()));
        assertThat(again.get().endOffset()).isEqualTo(20);
        assertThat(again.get().stableEndOffset()).isEqualTo(20);
        assertThat(again.values()).hasSize(20);
    }

    @Test
    void afterACrashOnlyWhatCameAfterTheCheckpointIsRead() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("x".repeat(500_000));
        world.simulation.runFor(Duration.ofMinutes(1));
        log.appendValues("y".repeat(1_000));
        world.crash(Crash.POWER);

        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(again.get().recovery().scannedBytes()).isBetween(1_000L, 2_000L);
        assertThat(again.values()).hasSize(2);
    }

    @Test
    void aLogThatGrowsQuicklyIsCheckpointedOftenEnough() {
        TestLog log = world.open(LogSettings.DEFAULT);
        for (int i = 0; i < 40; i++) {
            log.appendValues("x".repeat(500_000));
        }
        world.crash(Crash.POWER);

        assertThat(world.open(LogSettings.DEFAULT).get().recovery().scannedBytes())
                .isLessThan(6_000_000);
    }

    @Test
    void theFirstBatchThatIsNotWholeEndsTheLog() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b");
        world.crash(Crash.PROCESS);
        ByteBuffer torn = Batches.replicated(2, 1, "torn");
        append("orders-0/00000000000000000000.log", torn.limit(torn.limit() - 3));
        ByteBuffer fine = Batches.replicated(3, 1, "behind it");
        append("orders-0/00000000000000000000.log", fine);

        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(again.values()).containsExactly("a", "b");
        assertThat(again.get().recovery().removedBytes()).isEqualTo(torn.limit() + fine.limit());
        assertThat(again.append(Batches.of("c")).appended().baseOffset()).isEqualTo(2);
        assertThat(again.values()).containsExactly("a", "b", "c");
    }

    /** No CRC covers it: see the package's "What must not be broken". */
    @Test
    void aBatchWithAnotherLeaderEpochThanItWasWrittenWithEndsTheLog() throws IOException {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.append(Batches.of("a"), AppendOrigin.CLIENT, 1);
        int second = (int) log.get().sizeInBytes();
        log.append(Batches.of("b"), AppendOrigin.CLIENT, 3);
        log.append(Batches.of("c"), AppendOrigin.CLIENT, 3);
        world.settle();
        int epochInHeader = 12;
        world.drive().rot("orders-0/00000000000000000000.log", second + epochInHeader + 3);
        world.crash(Crash.PROCESS);

        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(again.values()).containsExactly("a");
        assertThat(again.append(Batches.of("d"), AppendOrigin.CLIENT, 4)
                        .appended()
                        .baseOffset())
                .isEqualTo(1);
        world.crash(Crash.POWER);
        assertThat(world.open(LogSettings.DEFAULT).values()).contains("a");
    }

    @Test
    void epochsAreKnownAgainWhateverEndsALife() {
        TestLog log = world.open(LogSettings.DEFAULT);
        for (int epoch = 1; epoch <= 12; epoch++) {
            log.append(Batches.of("v" + epoch), AppendOrigin.CLIENT, epoch);
            log.awaitStable(epoch);
            if (epoch % 3 == 0) {
                world.crash(Crash.POWER);
                log = world.open(LogSettings.DEFAULT);
            } else if (epoch % 4 == 0) {
                world.restart();
                log = world.open(LogSettings.DEFAULT);
            }
        }

        assertThat(log.values()).hasSize(12);
        for (int offset = 0; offset < 12; offset++) {
            assertThat(log.get().leaderEpochAt(offset)).hasValue(offset + 1);
        }
    }

    /** States are written when the sync that they wait for has ended, with batches having come meanwhile. */
    @Test
    void gapsThatAppearWhileAStateIsOnItsWayAreNotForgotten() {
        LogContents before = new LogContents(World.FOLDER, 0);
        before.nextOffset = 5;
        Checkpoints read = new Checkpoints();

        read.fold(entry(CheckpointCodec.offset(CheckpointCodec.GAPS, 5)));
        read.fold(entry(CheckpointCodec.epoch(7, 2)));
        read.fold(entry(CheckpointCodec.state(before)));

        assertThat(read.hasGaps).isTrue();
        assertThat(read.epochs).containsExactly(Map.entry(7L, 2));
    }

    @Test
    void aBatchThatLeavesAGapEndsTheLogUnlessItHasGaps() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        world.crash(Crash.PROCESS);
        append("orders-0/00000000000000000000.log", Batches.replicated(9, 1, "gap"));
        assertThat(world.open(LogSettings.DEFAULT).values()).containsExactly("a");
        world.crash(Crash.PROCESS);

        TestLog follower = world.open("follower-0", LogSettings.DEFAULT);
        follower.append(Batches.replicated(0, 1, "a"), AppendOrigin.REPLICATION, 1);
        follower.append(Batches.replicated(9, 1, "b"), AppendOrigin.REPLICATION, 1);
        follower.awaitStable(10);
        world.crash(Crash.POWER);
        assertThat(world.open("follower-0", LogSettings.DEFAULT).values()).containsExactly("a", "b");
    }

    @Test
    void withoutCheckpointsEverythingIsReadAndNothingIsLost() {
        TestLog log = world.open(SMALL);
        for (int i = 0; i < 20; i++) {
            log.append(Batches.of(7, 0, i, "x".repeat(300)), AppendOrigin.CLIENT, i / 5);
        }
        world.restart();
        delete(".checkpoint");
        delete(".index");

        TestLog again = world.open(SMALL);

        assertThat(again.get().recovery().notes()).hasSize(1);
        assertThat(again.values()).hasSize(20);
        assertThat(again.get().endOfLeaderEpoch(1)).hasValue(new EpochEnd(1, 10));
        assertThat(again.append(Batches.of(7, 0, 19, "x".repeat(300)))
                        .appended()
                        .duplicate())
                .isTrue();
    }

    @Test
    void segmentsOfApacheKafkaCanBeTakenOver() {
        // A folder as it is copied from there: segments, with files that mean nothing here.
        ByteBuffer first = Batches.concat(Batches.replicated(100, 3, "a", "b"), Batches.replicated(102, 3, "c"));
        append("orders-0/00000000000000000100.log", first);
        append("orders-0/00000000000000000103.log", Batches.replicated(110, 4, "d"));
        append("orders-0/00000000000000000100.timeindex", ByteBuffer.allocate(12));
        append("orders-0/leader-epoch-checkpoint", ByteBuffer.allocate(3));

        TestLog log = world.open(SMALL);

        assertThat(log.get().logStartOffset()).isEqualTo(100);
        assertThat(log.get().endOffset()).isEqualTo(111);
        assertThat(log.values()).containsExactly("a", "b", "c", "d");
        assertThat(log.get().leaderEpochAt(110)).hasValue(4);
    }

    @Test
    void aSegmentThatIsMissingIsReportedAndReadOver() {
        TestLog log = world.open(SMALL);
        for (int i = 0; i < 20; i++) {
            log.appendValues("x".repeat(900));
        }
        world.restart();
        delete("00000000000000000004.log");

        TestLog again = world.open(SMALL);

        assertThat(again.get().recovery().notes()).singleElement().matches(note -> note.contains("is missing"));
        assertThat(again.get().endOffset()).isEqualTo(20);
        assertThat(again.batches(again.readCold(4, 10_000, 20)).getFirst().baseOffset())
                .isEqualTo(6);
    }

    @Test
    void aSegmentThatIsShorterThanItWasIsReported() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a");
        log.appendValues("b");
        world.restart();
        world.on(() -> {
            try {
                DiskFile file = world.disk().open("orders-0/00000000000000000000.log");
                file.truncate(file.size() - 1);
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        });

        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(again.get().recovery().notes()).isNotEmpty();
        assertThat(again.values()).containsExactly("a");
    }

    @Test
    void aDamagedIndexOnlyCostsTime() throws IOException {
        LogSettings settings =
                LogSettings.DEFAULT.with(new LogSettings.Segments(1 << 20, 604_800_000, 0, 1 << 20, 1, false));
        TestLog log = world.open(settings);
        for (int i = 0; i < 700; i++) {
            log.append(Batches.of("x".repeat(50)));
        }
        world.restart();
        assertThat(world.drive().files()).containsKey("orders-0/00000000000000000000.index");
        world.drive().rot("orders-0/00000000000000000000.index", 100);
        world.drive().rot("orders-0/00000000000000000000.index", 5_000);

        TestLog again = world.open(settings);

        for (int offset : IntStream.iterate(0, i -> i < 700, i -> i + 31).toArray()) {
            assertThat(again.batches(again.readCold(offset, 1, 700)))
                    .extracting(RecordBatch::baseOffset)
                    .containsExactly((long) offset);
        }
    }

    @Test
    void theDamagedIndexOfASegmentThatIsCompleteIsMadeAnew() throws IOException {
        LogSettings settings =
                LogSettings.DEFAULT.with(new LogSettings.Segments(100_000, 604_800_000, 0, 1 << 20, 1, false));
        TestLog log = world.open(settings);
        for (int i = 0; i < 1_500; i++) {
            log.append(Batches.of("x".repeat(50)));
        }
        world.restart();
        String index = "orders-0/00000000000000000000.index";
        byte[] before = world.drive().content(index);
        world.drive().rot(index, 100);
        TestLog again = world.open(settings);

        assertThat(again.batches(again.readCold(100, 1, 700)).getFirst().baseOffset())
                .isEqualTo(100);
        world.settle();

        assertThat(world.drive().content(index)).isEqualTo(before);
        assertThat(again.batches(again.readCold(100, 1, 700)).getFirst().baseOffset())
                .isEqualTo(100);
    }

    @Test
    void manyProducersMakeLargeCheckpointsAndFewOfThem() {
        TestLog log = world.open(LogSettings.DEFAULT);
        for (int i = 0; i < 2_000; i++) {
            log.append(Batches.of(i, 0, 0, "x".repeat(5_000)));
        }
        log.awaitStable(2_000);
        long checkpoints = world.drive().files().entrySet().stream()
                .filter(file -> file.getKey().endsWith(".checkpoint"))
                .mapToLong(java.util.Map.Entry::getValue)
                .sum();
        world.crash(Crash.POWER);

        TestLog again = world.open(LogSettings.DEFAULT);

        assertThat(checkpoints).isLessThan(10_000_000 / 20);
        assertThat(again.get().producers()).hasSize(2_000);
        assertThat(again.append(Batches.of(0, 0, 0, "x".repeat(5_000)))
                        .appended()
                        .baseOffset())
                .isZero();
    }

    @Test
    void oldCheckpointFilesAreDeleted() {
        TestLog log = world.open(SMALL);
        for (int i = 0; i < 1_000; i++) {
            log.appendValues("x".repeat(900));
        }
        world.settle();

        assertThat(world.drive().files().keySet().stream().filter(path -> path.endsWith(".checkpoint")))
                .hasSizeBetween(1, 2);
    }

    @Test
    void theHighWatermarkIsRememberedRoughly() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("a", "b", "c");
        world.on(() -> log.get().highWatermark(2));
        world.restart();

        assertThat(world.open(LogSettings.DEFAULT).get().highWatermark()).isEqualTo(2);
    }

    @Test
    void whatCannotBeReadIsNotOpened() {
        world.open(LogSettings.DEFAULT).appendValues("a");
        world.restart();
        world.drive().faults(dev.barnabas.simulation.DiskFaults.NONE.withReadFailure(1));

        assertThat(world.tryOpen(World.FOLDER, LogSettings.DEFAULT).openFault()).isPresent();
    }
}
