package dev.barnabas.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.PrimitiveRef;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Damaged batches get the answer that Apache Kafka's own checks give, and nothing that it refuses is accepted. */
class KafkaAnswersTest {
    private static final short PRODUCE_VERSION = 13;
    private static final long NOW = 1_700_000_000_000L;
    private static final long TOLERANCE_MS = 1_000;
    private static final RecordRules STRICT_RULES =
            RecordRules.NONE.withKeysRequired(true).withTimestampsAround(NOW, TOLERANCE_MS, TOLERANCE_MS);

    /**
     * Kafka accepts bytes behind the batch, wrong offset deltas of records that are not compressed, records with a
     * wrong inner structure if they are compressed, producers that set the append time, and flags that gzip does not
     * have: then it stores what its own or other consumers cannot read. The base offset it checks elsewhere.
     */
    private static final Set<BatchRefusal> STRICTER = EnumSet.of(
            BatchRefusal.MORE_THAN_ONE_BATCH,
            BatchRefusal.BASE_OFFSET_NOT_ZERO,
            BatchRefusal.LOG_APPEND_TIME,
            BatchRefusal.MALFORMED_RECORD,
            BatchRefusal.BAD_COMPRESSED_DATA);

    /** What we look at first, so that something else may be wrong, too. */
    private static final Set<BatchRefusal> FIRST = EnumSet.of(
            BatchRefusal.MORE_THAN_ONE_BATCH, BatchRefusal.BASE_OFFSET_NOT_ZERO, BatchRefusal.LOG_APPEND_TIME);

    private static final Decompressor DECOMPRESSOR = new Decompressor();

    @AfterAll
    static void free() {
        DECOMPRESSOR.close();
    }

    @Test
    void damagedBatchesAreAnsweredAsKafkaAnswersThem() {
        Seeds.each(3_000, random -> {
            ByteBuffer batch = RawBatch.damaged(random);

            assertSameAnswer(ours(batch, RecordRules.NONE), kafka(batch, false));
        });
    }

    @Test
    void recordsWithoutKeysAndWithImpossibleTimesAreAnsweredAsKafkaAnswersThem() {
        Seeds.each(300, random -> {
            Compression compression = Compression.values()[random.nextInt(Compression.values().length)];
            List<Record> records = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                long timestamp = switch (random.nextInt(20)) {
                    case 0 -> NOW + TOLERANCE_MS + 1;
                    case 1 -> NOW - TOLERANCE_MS - 1;
                    case 2 -> NOW - TOLERANCE_MS;
                    case 3 -> RecordBatch.NO_TIMESTAMP;
                    default -> NOW + TOLERANCE_MS;
                };
                ByteBuffer key = random.nextInt(10) == 0 ? null : RawBatch.utf8("key");
                records.add(new Record(0, timestamp, key, RawBatch.utf8("value"), List.of()));
            }
            ByteBuffer batch = RawBatch.build(CompressionSpec.of(compression), records);

            BatchCheck ours = ours(batch, STRICT_RULES);
            Errors theirs = kafka(batch, true);

            assertSameAnswer(ours, theirs);
            assertThat(ours instanceof BatchCheck.Accepted).isEqualTo(theirs == null);
        });
    }

    /**
     * Where Kafka's error code says something, ours is the same. Where Kafka fails by accident, ours says something.
     */
    private static void assertSameAnswer(BatchCheck ours, @Nullable Errors theirs) {
        switch (ours) {
            case BatchCheck.Accepted accepted ->
                assertThat(theirs).as("we accept %s", accepted.batch()).isNull();
            case BatchCheck.Refused refused -> {
                BatchRefusal reason = refused.reason();
                if (theirs == null) {
                    assertThat(STRICTER).as("Kafka accepts, we say %s", refused).contains(reason);
                } else if (theirs != Errors.UNKNOWN_SERVER_ERROR && !FIRST.contains(reason)) {
                    assertThat(reason.errorCode().code())
                            .as("Kafka says %s, we say %s", theirs, refused)
                            .isEqualTo(theirs.code());
                }
            }
        }
    }

    private static BatchCheck ours(ByteBuffer bytes, RecordRules rules) {
        return switch (BatchCheck.produced(bytes)) {
            case BatchCheck.Accepted accepted -> BatchCheck.deep(accepted.batch(), rules, DECOMPRESSOR);
            case BatchCheck.Refused refused -> refused;
        };
    }

    /** Null if Kafka accepts. */
    private static @Nullable Errors kafka(ByteBuffer bytes, boolean strict) {
        ByteBuffer copy =
                ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        MemoryRecords records = MemoryRecords.readableRecords(copy);
        try {
            ProduceRequest.validateRecords(PRODUCE_VERSION, records);
            MutableRecordBatch batch = records.batches().iterator().next();
            CompressionType compression = batch.compressionType();
            batch.ensureValid();
            new LogValidator(
                            records,
                            new TopicPartition("topic", 0),
                            new StandingTime(),
                            compression,
                            org.apache.kafka.common.compress.Compression.of(compression)
                                    .build(),
                            strict,
                            RecordBatch.MAGIC,
                            org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                            strict ? TOLERANCE_MS : Long.MAX_VALUE,
                            strict ? TOLERANCE_MS : Long.MAX_VALUE,
                            0,
                            AppendOrigin.CLIENT)
                    .validateMessagesAndAssignOffsets(
                            PrimitiveRef.ofLong(0), new NoMetrics(), BufferSupplier.NO_CACHING);
            return null;
        } catch (RecordValidationException refused) {
            return Errors.forException(refused.invalidException());
        } catch (Exception | Error refused) {
            return Errors.forException(refused);
        }
    }

    private static final class StandingTime implements Time {
        @Override
        public long milliseconds() {
            return NOW;
        }

        @Override
        public long nanoseconds() {
            return 0;
        }

        @Override
        public void sleep(long ms) {
            throw new UnsupportedOperationException("nothing here waits");
        }
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
