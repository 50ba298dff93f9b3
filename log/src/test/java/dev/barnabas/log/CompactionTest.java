package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CompactionTest {
    private static final long HOUR_MS = 3_600_000;

    private final World world = new World(1);
    private LogSettings settings = settings(new LogSettings.Compaction(true, 0, 0, Long.MAX_VALUE, HOUR_MS));

    CompactionTest() {
        world.directorySettings = new LogDirectorySettings(10, 0, 1 << 20, Duration.ofSeconds(2), Duration.ofDays(1));
        world.compaction = withMemory(1 << 20);
    }

    private static CompactionSettings withMemory(long bytes) {
        return new CompactionSettings(true, 1, bytes, 0.9, Double.MAX_VALUE, Duration.ofSeconds(1));
    }

    /** Every batch is a segment, unless it is less than half of one. */
    private static LogSettings settings(LogSettings.Compaction compaction) {
        return LogSettings.DEFAULT
                .with(LogSettings.DEFAULT.segments().withBytes(200))
                .with(compaction);
    }

    /** Appends batches, each in a segment of its own, and one more so that none of them is active. */
    private static void append(TestLog log, String... batches) {
        for (String batch : batches) {
            append(log, Batches.keyed(batch.split(" ")));
        }
    }

    private static void append(TestLog log, ByteBuffer batch) {
        log.append(batch).appended();
        roll(log);
    }

    private static void roll(TestLog log) {
        log.settle();
        log.rollNow();
        log.commit();
    }

    private void compact() {
        world.simulation.runFor(Duration.ofSeconds(10));
    }

    private static @Nullable String text(@Nullable ByteBuffer bytes) {
        return bytes == null
                ? null
                : StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    private static List<String> records(TestLog log) {
        List<String> records = new ArrayList<>();
        for (RecordBatch batch : log.allBatches(log.get().logStartOffset())) {
            for (Record record : batch.records()) {
                String value = text(record.value());
                records.add(record.offset() + ":" + text(record.key()) + "=" + (value == null ? "" : value));
            }
        }
        return records;
    }

    @Test
    void theLastValueOfEachKeyStaysAtItsOffset() {
        TestLog log = world.open(settings);

        append(log, "a=1 b=1", "a=2", "b=2 c=1", "a=3");
        compact();

        assertThat(records(log)).containsExactly("3:b=2", "4:c=1", "5:a=3");
        assertThat(log.get().compactionStatus().dirtyRatio()).isZero();
        assertThat(log.get().compactionStatus().removedBytes()).isPositive();
    }

    @Test
    void itIsTheSameAfterARestartAndAfterACrash() {
        TestLog log = world.open(settings);
        append(log, "a=1 b=1", "a=2", "b=2 c=1", "a=3");
        compact();

        world.restart();
        assertThat(records(world.open(settings))).containsExactly("3:b=2", "4:c=1", "5:a=3");
        world.crash(dev.barnabas.simulation.SimulatedHost.Crash.POWER);
        TestLog again = world.open(settings);
        assertThat(records(again)).containsExactly("3:b=2", "4:c=1", "5:a=3");
        assertThat(again.get().recovery().notes()).isEmpty();
    }

    @Test
    void everyOffsetCanBeReadFromAlsoThoseThatAreGone() {
        TestLog log = world.open(settings);
        append(log, "a=1 b=1", "a=2", "b=2 c=1", "a=3");
        compact();

        for (long offset = 0; offset < 6; offset++) {
            List<RecordBatch> batches = log.batches(log.readAnyhow(offset, 1, Long.MAX_VALUE));
            assertThat(batches.getFirst().lastOffset()).isGreaterThanOrEqualTo(offset);
        }
    }

    @Test
    void smallSegmentsBecomeOne() {
        settings = settings.with(settings.segments().withBytes(10_000));
        TestLog log = world.open(settings);

        for (int i = 0; i < 20; i++) {
            append(log, "key" + i + "=" + i);
        }
        compact();

        assertThat(records(log)).hasSize(20);
        assertThat(world.drive().files().keySet().stream().filter(path -> path.endsWith(".log")))
                .hasSize(1);
    }

    @Test
    void theActiveSegmentAndWhatIsNotReplicatedStay() {
        TestLog log = world.open(settings);
        append(log, "a=1", "a=2", "a=3");
        long highWatermark = log.get().highWatermark();
        log.append(Batches.keyed("a=4")).appended();
        log.settle();
        log.rollNow();
        log.append(Batches.keyed("a=5")).appended();
        log.append(Batches.keyed("a=6")).appended();
        compact();

        assertThat(highWatermark).isEqualTo(3);
        assertThat(records(log)).containsExactly("2:a=3", "3:a=4", "4:a=5", "5:a=6");
    }

    @Test
    void aLogIsNotCompactedBeforeItIsDirtyEnough() {
        settings = settings(new LogSettings.Compaction(true, 0.5, 0, Long.MAX_VALUE, HOUR_MS));
        TestLog log = world.open(settings);
        append(log, "a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1");
        compact();
        append(log, "a=2");
        compact();
        assertThat(records(log)).contains("0:a=1", "10:a=2");

        append(log, "b=2", "c=2", "d=2", "e=2");
        compact();
        assertThat(records(log)).doesNotContain("0:a=1").contains("10:a=2");
    }

    @Test
    void aLogIsCompactedWhateverItsRatioWhenItsRecordsHaveWaitedForLong() {
        settings = settings(new LogSettings.Compaction(true, 1.0, 0, 60_000, HOUR_MS));
        TestLog log = world.open(settings);
        log.append(Batches.keyed("a=1", "a=2")).appended();
        log.settle();
        log.commit();
        compact();
        assertThat(records(log)).hasSize(2);

        world.simulation.runFor(Duration.ofSeconds(70));
        assertThat(records(log)).containsExactly("1:a=2");
    }

    @Test
    void youngRecordsStay() {
        settings = settings(new LogSettings.Compaction(true, 0, 60_000, Long.MAX_VALUE, HOUR_MS));
        TestLog log = world.open(settings);
        append(log, "a=1", "a=2");
        compact();
        assertThat(records(log)).hasSize(2);

        world.simulation.runFor(Duration.ofSeconds(60));
        assertThat(records(log)).containsExactly("1:a=2");
    }

    @Test
    void tombstonesGoWhenTheirTimeIsOverAlsoIfNothingIsWritten() {
        TestLog log = world.open(settings);
        append(log, "a=1 b=1", "a=", "b=2");
        compact();
        assertThat(records(log)).containsExactly("2:a=", "3:b=2");
        assertThat(log.allBatches(0).getFirst().hasDeleteHorizon()).isTrue();

        world.simulation.runFor(Duration.ofMillis(HOUR_MS + 20_000));
        assertThat(records(log)).containsExactly("3:b=2");
    }

    @Test
    void whatWaitsForItsHorizonGoesWithoutCompactingTheRest() {
        settings = settings(new LogSettings.Compaction(true, 0.6, 0, Long.MAX_VALUE, HOUR_MS));
        TestLog log = world.open(settings);
        append(log, "a=1 b=1 c=1 d=1 e=1 a= f=1 g=1");
        compact();
        append(log, "b=2");
        world.simulation.runFor(Duration.ofMillis(HOUR_MS + 20_000));

        assertThat(records(log)).containsExactly("1:b=1", "2:c=1", "3:d=1", "4:e=1", "6:f=1", "7:g=1", "8:b=2");
    }

    @Test
    void aTombstoneOfALeaderIsKeptAsLongAsTheLogsOwnHorizonSays() {
        TestLog log = world.open(settings);
        append(log, "a=1");
        RecordBatchBuilder tombstone = Batches.builder().baseOffset(7).deleteHorizon(Batches.NOW_MS - 1);
        ByteBuffer batch = Batches.keyed(tombstone, Batches.NOW_MS, "a=").build();
        log.append(batch, AppendOrigin.REPLICATION, 1).appended();
        roll(log);
        compact();
        assertThat(records(log)).containsExactly("7:a=");

        world.simulation.runFor(Duration.ofMillis(HOUR_MS + 20_000));
        assertThat(records(log)).isEmpty();
    }

    @Test
    void timestampsAndCompressionSurvive() {
        TestLog log = world.open(settings);
        for (Compression codec : Compression.values()) {
            RecordBatchBuilder builder = new RecordBatchBuilder(
                    Integer.MAX_VALUE - 64,
                    codec == Compression.NONE ? null : new Compressor(CompressionSpec.of(codec)));
            Batches.keyed(builder, Batches.NOW_MS, "x=0", codec + "=");
            append(
                    log,
                    Batches.keyed(builder, Batches.NOW_MS + 5, codec + "x=value")
                            .build());
        }
        append(log, "x=1");
        compact();

        List<RecordBatch> batches = log.allBatches(0);
        assertThat(batches).hasSize(Compression.values().length + 1);
        for (Compression codec : Compression.values()) {
            RecordBatch batch = batches.get(codec.ordinal());
            assertThat(batch.compression()).isEqualTo(codec);
            List<Record> records = new ArrayList<>();
            batch.records().forEach(records::add);
            assertThat(records).extracting(Record::timestamp).containsExactly(Batches.NOW_MS, Batches.NOW_MS + 5);
            assertThat(records).extracting(each -> text(each.key())).containsExactly(codec.name(), codec + "x");
        }
    }

    @Test
    void theLastBatchOfAProducerStaysWithoutRecords() {
        TestLog log = world.open(settings);
        append(
                log,
                Batches.keyed(Batches.builder().producer(7, (short) 0, 0), Batches.NOW_MS, "a=1", "b=1")
                        .build());
        append(
                log,
                Batches.keyed(Batches.builder().producer(7, (short) 0, 2), Batches.NOW_MS, "a=2", "b=2")
                        .build());
        append(log, "a=3 b=3", "c=1");
        compact();

        List<RecordBatch> batches = log.allBatches(0);
        assertThat(batches.getFirst().recordCount()).isZero();
        assertThat(batches.getFirst().producerId()).isEqualTo(7);
        assertThat(batches.getFirst().baseSequence()).isEqualTo(2);
        assertThat(batches.getFirst().lastSequence()).isEqualTo(3);
        assertThat(records(log)).containsExactly("4:a=3", "5:b=3", "6:c=1");
    }

    @Test
    void recordsOfAbortedTransactionsGoAndSupersedeNothing() {
        TestLog log = world.open(settings);
        append(log, "a=1 b=1");
        append(log, transactional(7, 0, "a=2", "b=2"));
        log.append(Batches.marker(7, 0, false, 1), AppendOrigin.COORDINATOR, 1).appended();
        roll(log);
        append(log, transactional(8, 0, "b=3"));
        log.append(Batches.marker(8, 0, true, 1), AppendOrigin.COORDINATOR, 1).appended();
        roll(log);
        compact();

        assertThat(records(log).stream().filter(each -> each.matches("\\d+:[ab]=.*")))
                .containsExactly("0:a=1", "5:b=3");
        assertThat(log.get().abortedTransactions(0, 100)).hasSize(1);
    }

    @Test
    void markersGoWhenNothingOfTheirTransactionIsLeftAndTheirTimeIsOver() {
        TestLog log = world.open(settings);
        append(log, transactional(7, 0, "a=1"));
        log.append(Batches.marker(7, 0, false, 1), AppendOrigin.COORDINATOR, 1).appended();
        roll(log);
        append(log, transactional(8, 0, "b=1"));
        log.append(Batches.marker(8, 0, true, 1), AppendOrigin.COORDINATOR, 1).appended();
        roll(log);
        // The epochs of both go on, so that no batch need stay for the sake of their sequence numbers.
        append(
                log,
                Batches.keyed(Batches.builder().producer(7, (short) 1, 0), Batches.NOW_MS, "c=1")
                        .build());
        append(
                log,
                Batches.keyed(Batches.builder().producer(8, (short) 1, 0), Batches.NOW_MS, "c=2")
                        .build());
        compact();
        assertThat(log.allBatches(0).stream().filter(RecordBatch::isControl)).hasSize(2);

        world.simulation.runFor(Duration.ofMillis(HOUR_MS + 20_000));

        // That of the commit stays as long as b=1 does.
        assertThat(log.allBatches(0).stream().filter(each -> each.isControl() && each.recordCount() > 0))
                .extracting(RecordBatch::producerId)
                .containsExactly(8L);
        assertThat(log.get().abortedTransactions(0, 100)).isEmpty();
        world.restart();
        assertThat(world.open(settings).get().abortedTransactions(0, 100)).isEmpty();
    }

    private static ByteBuffer transactional(long producerId, int firstSequence, String... assignments) {
        return Batches.keyed(
                        Batches.builder()
                                .producer(producerId, (short) 0, firstSequence)
                                .transactional(true),
                        Batches.NOW_MS,
                        assignments)
                .build();
    }

    @Test
    void moreKeysThanMemoryHasRoomForTakeSeveralRuns() {
        world.compaction = withMemory(1_024);
        settings = settings.with(settings.segments().withBytes(4_000));
        TestLog log = world.open(settings);
        for (int round = 0; round < 3; round++) {
            for (int key = 0; key < 100; key += 10) {
                String[] batch = new String[10];
                for (int i = 0; i < 10; i++) {
                    batch[i] = "key" + (key + i) + "=" + round;
                }
                log.append(Batches.keyed(batch)).appended();
            }
            roll(log);
        }
        world.simulation.runFor(Duration.ofMinutes(2));

        assertThat(records(log)).hasSize(100).allMatch(each -> each.endsWith("=2"));
        assertThat(log.get().compactionStatus().runs()).isGreaterThan(1);
    }

    @Test
    void aDamagedLogIsSetAsideAndOthersGoOn() throws java.io.IOException {
        TestLog log = world.open(settings.with(LogSettings.Compaction.DEFAULT));
        TestLog other = world.open("payments-0", settings);
        append(log, "a=1", "a=2");
        world.disk().open(World.FOLDER + "/00000000000000000000.log").truncate(69);
        world.on(() -> log.get().changeSettings(settings));
        append(other, "a=1", "a=2", "a=3");
        compact();

        assertThat(log.compactionFailures).hasSize(1);
        assertThat(log.get().compactionStatus().setAside()).isPresent();
        assertThat(records(other)).containsExactly("2:a=3");
    }

    @Test
    void aLogThatIsNotToBeCompactedIsNot() {
        settings = settings(LogSettings.Compaction.DEFAULT);
        TestLog log = world.open(settings);
        append(log, "a=1", "a=2", "a=3");
        compact();

        assertThat(records(log)).hasSize(3);
    }

    @Test
    void aReaderKeepsWhatItWasGiven() {
        TestLog log = world.open(settings.with(LogSettings.Compaction.DEFAULT));
        append(log, "a=1 b=1", "a=2");
        ReadResult before = log.read(0, 1_000);
        world.on(() -> log.get().changeSettings(settings));
        compact();

        assertThat(records(log)).hasSize(2);
        assertThat(log.batches(before).getFirst().recordCount()).isEqualTo(2);
    }

    @Test
    void nothingIsLeftBehind() {
        TestLog log = world.open(settings);
        append(log, "a=1 b=1", "a=2", "b=2");
        compact();
        world.simulation.runFor(Duration.ofMinutes(3));

        assertThat(world.drive().files().keySet())
                .noneMatch(path -> path.endsWith(Replacement.SUFFIX) || path.endsWith(FileNames.DELETED));
        assertThat(log.faults).isEmpty();
    }
}
