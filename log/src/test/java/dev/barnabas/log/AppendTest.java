package dev.barnabas.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.TimestampType;
import dev.barnabas.simulation.DiskFaults;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AppendTest {
    private final World world = new World(1);

    @Test
    void offsetsAreAssignedInTheOrderOfTheAppends() {
        TestLog log = world.open(LogSettings.DEFAULT);

        Appended first = log.append(Batches.of("a", "b", "c")).appended();
        Appended second = log.append(Batches.of("d")).appended();

        assertThat(first).isEqualTo(new Appended(0, 2, -1, 0, false));
        assertThat(second).isEqualTo(new Appended(3, 3, -1, 0, false));
        assertThat(log.get().endOffset()).isEqualTo(4);
        assertThat(log.values()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void theLeaderEpochIsStamped() {
        TestLog log = world.open(LogSettings.DEFAULT);

        log.append(Batches.of("a"), AppendOrigin.CLIENT, 7);

        assertThat(log.allBatches(0).getFirst().partitionLeaderEpoch()).isEqualTo(7);
        assertThat(log.get().latestLeaderEpoch()).hasValue(7);
    }

    @Test
    void whatIsAppendedInOneTurnIsOneWriteAndStableTogether() {
        TestLog log = world.open(LogSettings.DEFAULT);

        List<TestLog.Written> answers = log.appendTogether(List.of(
                new Append(Batches.of("a"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of("b", "c"), AppendOrigin.CLIENT, 1),
                new Append(Batches.of("d"), AppendOrigin.CLIENT, 1)));

        assertThat(answers).extracting(each -> each.appended().baseOffset()).containsExactly(0L, 1L, 3L);
        log.awaitStable(4);
        assertThat(log.stableEndOffsets).containsExactly(4L);
    }

    @Test
    void aRefusedAppendDoesNotDisturbThoseOfTheSameTurn() {
        TestLog log = world.open(LogSettings.DEFAULT);
        ByteBuffer broken = Batches.of("broken");
        broken.put(broken.limit() - 1, (byte) 'X');

        List<TestLog.Written> answers = log.appendTogether(List.of(
                new Append(Batches.of("a"), AppendOrigin.CLIENT, 1),
                new Append(broken, AppendOrigin.CLIENT, 1),
                new Append(Batches.of("b"), AppendOrigin.CLIENT, 1)));

        assertThat(answers.get(1).refusal().error()).isEqualTo(ErrorCode.CORRUPT_MESSAGE);
        assertThat(answers.get(2).appended().baseOffset()).isEqualTo(1);
        assertThat(log.values()).containsExactly("a", "b");
    }

    @Test
    void batchesLargerThanTheTopicAllowsAreRefused() {
        TestLog log = world.open(LogSettings.DEFAULT);

        assertThat(log.append(Batches.large(1_048_588)).refusal().error()).isEqualTo(ErrorCode.MESSAGE_TOO_LARGE);
        assertThat(log.append(Batches.large(1_048_000)).isRefused()).isFalse();
    }

    @Test
    void batchesLargerThanASegmentAreRefused() {
        TestLog log = world.open(LogSettings.DEFAULT.with(LogSettings.Segments.DEFAULT.withBytes(1_000)));

        assertThat(log.append(Batches.large(2_000)).refusal().error()).isEqualTo(ErrorCode.RECORD_LIST_TOO_LARGE);
    }

    @Test
    void aClientSendsExactlyOneBatch() {
        TestLog log = world.open(LogSettings.DEFAULT);

        assertThat(log.append(Batches.concat(Batches.of("a"), Batches.of("b")))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(log.append(ByteBuffer.allocate(0)).refusal().error()).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(log.get().endOffset()).isZero();
    }

    @Test
    void controlBatchesComeFromCoordinatorsOnly() {
        TestLog log = world.open(LogSettings.DEFAULT);
        ByteBuffer marker = Batches.marker(1, 0, true, 0);

        assertThat(log.append(marker).refusal().error()).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(log.append(marker, AppendOrigin.COORDINATOR, 1).isRefused()).isFalse();
    }

    @Test
    void recordsThatAreNotThereAreNoticed() {
        // The header of an uncompressed batch says two records, and there is one.
        TestLog log = world.open(LogSettings.DEFAULT);
        ByteBuffer batch = Batches.of("a".repeat(100));
        batch.putInt(23, 1).putInt(57, 2);
        RecordBatch.at(batch, 0).setMaxTimestamp(Batches.NOW_MS);

        assertThat(log.append(batch).refusal().error()).isEqualTo(ErrorCode.INVALID_RECORD);
    }

    @Test
    void timestampsTooFarInTheFutureAreRefusedWithTheRecordsToBlame() {
        TestLog log = world.open(LogSettings.DEFAULT);
        RecordBatchBuilder builder = Batches.builder();
        Batches.records(builder, Batches.NOW_MS, "fine");
        Batches.records(builder, Batches.NOW_MS + 7_200_000, "too late");

        LogRefusal refusal = log.append(builder.build()).refusal();

        assertThat(refusal.error()).isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(refusal.records()).singleElement().matches(each -> each.index() == 1);
    }

    @Test
    void timestampsTooOldAreRefusedIfTheTopicSaysSo() {
        LogSettings.Batches all = LogSettings.Batches.DEFAULT;
        TestLog log = world.open(LogSettings.DEFAULT.with(new LogSettings.Batches(
                all.maxBytes(), null, TimestampType.CREATE_TIME, 1_000, 1_000, false, all.check())));

        assertThat(log.append(Batches.at(Batches.NOW_MS - 100_000, "old"))
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.INVALID_TIMESTAMP);
        assertThat(log.append(Batches.at(-1, "none")).isRefused()).isFalse();
    }

    @Test
    void aCompactedTopicNeedsKeys() {
        LogSettings.Batches all = LogSettings.Batches.DEFAULT;
        TestLog log = world.open(LogSettings.DEFAULT.with(new LogSettings.Batches(
                all.maxBytes(), null, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, true, all.check())));

        LogRefusal refusal = log.append(Batches.of("no key")).refusal();

        assertThat(refusal.error()).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(refusal.records()).hasSize(1);
    }

    @Test
    void theLogCanSetTheTimestamps() {
        LogSettings.Batches all = LogSettings.Batches.DEFAULT;
        TestLog log = world.open(LogSettings.DEFAULT.with(new LogSettings.Batches(
                all.maxBytes(), null, TimestampType.LOG_APPEND_TIME, Long.MAX_VALUE, 0, false, all.check())));

        Appended appended = log.append(Batches.at(5, "old")).appended();

        assertThat(appended.logAppendTimeMs()).isBetween(Batches.NOW_MS, Batches.NOW_MS + 60_000);
        RecordBatch stored = log.allBatches(0).getFirst();
        assertThat(stored.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(stored.maxTimestamp()).isEqualTo(appended.logAppendTimeMs());
    }

    @Test
    void theLogCanCompressAnew() {
        LogSettings.Batches all = LogSettings.Batches.DEFAULT;
        TestLog log = world.open(LogSettings.DEFAULT.with(new LogSettings.Batches(
                all.maxBytes(),
                CompressionSpec.of(Compression.LZ4),
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                3_600_000,
                false,
                all.check())));
        try (Compressor gzip = new Compressor(CompressionSpec.of(Compression.GZIP))) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1_000_000, gzip)
                    .producer(5, (short) 1, 0)
                    .transactional(true);

            log.append(Batches.records(builder, Batches.NOW_MS, "a", "b".repeat(1_000))
                    .build());
        }
        log.append(Batches.of(6, 0, 0, "c"));

        List<RecordBatch> stored = log.allBatches(0);
        assertThat(stored).extracting(RecordBatch::compression).containsOnly(Compression.LZ4);
        assertThat(stored.getFirst().producerId()).isEqualTo(5);
        assertThat(stored.getFirst().isTransactional()).isTrue();
        assertThat(log.values()).containsExactly("a", "b".repeat(1_000), "c");
    }

    @Test
    void aCoordinatorAppendsSeveralBatchesAtOnce() {
        TestLog log = world.open(LogSettings.DEFAULT);

        Appended appended = log.append(
                        Batches.concat(Batches.of("a", "b"), Batches.of("c")), AppendOrigin.COORDINATOR, 1)
                .appended();

        assertThat(appended.baseOffset()).isZero();
        assertThat(appended.lastOffset()).isEqualTo(2);
        assertThat(log.values()).containsExactly("a", "b", "c");
    }

    @Test
    void replicatedBatchesKeepOffsetsAndEpochs() {
        TestLog log = world.open(LogSettings.DEFAULT);

        log.append(
                Batches.concat(Batches.replicated(0, 3, "a", "b"), Batches.replicated(10, 4, "c")),
                AppendOrigin.REPLICATION,
                -1);

        assertThat(log.allBatches(0)).extracting(RecordBatch::baseOffset).containsExactly(0L, 10L);
        assertThat(log.get().endOffset()).isEqualTo(11);
        assertThat(log.get().endOfLeaderEpoch(3)).hasValue(new EpochEnd(3, 10));
        assertThat(log.append(Batches.replicated(10, 4, "again"), AppendOrigin.REPLICATION, -1)
                        .refusal()
                        .error())
                .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void aFullDiskAppendsNothingAndIsUsableWhenThereIsSpaceAgain() {
        world.directorySettings = new LogDirectorySettings(
                10, 0, 1 << 20, LogDirectorySettings.DEFAULT.retentionCheckInterval(), java.time.Duration.ofDays(1));
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("before");
        world.drive().capacity(world.drive().usedBytes() + 100);

        List<TestLog.Written> answers = log.appendTogether(List.of(
                new Append(Batches.of(1, 0, 0, "x".repeat(200)), AppendOrigin.CLIENT, 1),
                new Append(Batches.of(1, 0, 1, "y"), AppendOrigin.CLIENT, 1)));

        assertThat(answers).allMatch(TestLog.Written::isRefused);
        assertThat(answers.getFirst().refusal().error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(log.get().endOffset()).isEqualTo(1);
        assertThat(log.faults).isEmpty();

        world.drive().capacity(1 << 20);
        assertThat(log.append(Batches.of(1, 0, 0, "retried")).appended().baseOffset())
                .isEqualTo(1);
        assertThat(log.values()).containsExactly("before", "retried");
    }

    @Test
    void appendsStopBeforeTheDiskIsFull() {
        TestLog log = world.open(LogSettings.DEFAULT);
        world.drive().capacity(world.drive().usedBytes() + LogDirectorySettings.DEFAULT.reserveBytes() - 1);
        world.simulation.runFor(java.time.Duration.ofSeconds(5));

        assertThat(log.append(Batches.of("a")).refusal().error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aFaultWhileAppendingTakesTheLogOffline() {
        TestLog log = world.open(LogSettings.DEFAULT);
        log.appendValues("before");
        world.drive().faults(DiskFaults.NONE.withAppendFailure(1));

        assertThat(log.append(Batches.of("lost")).refusal().error()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(log.faults).hasSize(1);

        world.drive().faults(DiskFaults.NONE);
        assertThat(log.append(Batches.of("too late")).isRefused()).isTrue();
        assertThat(log.read(0, 1_000)).isInstanceOf(ReadResult.Damaged.class);
    }
}
