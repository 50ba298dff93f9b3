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
    private static final long TOLERANCE_MS = 1_000_000;
    private static final short PRODUCE_VERSION = 13;
    /** What the parts of Kafka that this test calls do not look at, or too late. */
    private static final Set<BatchRefusal> NOT_ASKED =
            EnumSet.of(BatchRefusal.MORE_THAN_ONE_BATCH, BatchRefusal.BASE_OFFSET_NOT_ZERO);

    private static final Decompressor DECOMPRESSOR = new Decompressor();

    @AfterAll
    static void free() {
        DECOMPRESSOR.close();
    }

    @Test
    void damagedBatchesAreAnsweredAsKafkaAnswersThem() {
        Seeds.each(5_000, random -> {
            ByteBuffer batch = RawBatch.damaged(random);
            BatchCheck ours = ours(batch, RecordRules.NONE);
            Errors theirs = kafka(batch, false);

            assertSameAnswer(ours, theirs);
        });
    }

    @Test
    void recordsWithoutKeysAndWithImpossibleTimesAreAnsweredAsKafkaAnswersThem() {
        long now = System.currentTimeMillis();
        Seeds.each(300, random -> {
            Compression compression = Compression.values()[random.nextInt(Compression.values().length)];
            List<Record> records = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                long timestamp = switch (random.nextInt(20)) {
                    case 0 -> now + 10 * TOLERANCE_MS;
                    case 1 -> now - 10 * TOLERANCE_MS;
                    case 2 -> RecordBatch.NO_TIMESTAMP;
                    default -> now;
                };
                ByteBuffer key = random.nextInt(10) == 0 ? null : RawBatch.utf8("key");
                records.add(new Record(0, timestamp, key, RawBatch.utf8("value"), List.of()));
            }
            ByteBuffer batch = RawBatch.build(CompressionSpec.of(compression), records);

            RecordRules rules =
                    RecordRules.NONE.withKeysRequired(true).withTimestampsAround(now, TOLERANCE_MS, TOLERANCE_MS);

            assertSameAnswer(ours(batch, rules), kafka(batch, true));
        });
    }

    /**
     * Where Kafka has an error code that says something, ours is the same. Where it fails by accident, ours says
     * something. Where it accepts, we may be stricter: it does not look at bytes behind the batch, at offset deltas of
     * records that are not compressed, and at the content of those that are.
     */
    private static void assertSameAnswer(BatchCheck ours, @Nullable Errors theirs) {
        if (theirs == null) {
            if (ours instanceof BatchCheck.Refused refused) {
                assertThat(refused.reason())
                        .isIn(
                                BatchRefusal.MORE_THAN_ONE_BATCH,
                                BatchRefusal.BASE_OFFSET_NOT_ZERO,
                                BatchRefusal.LOG_APPEND_TIME,
                                BatchRefusal.MALFORMED_RECORD);
            }
        } else {
            assertThat(ours).as("Kafka answers %s", theirs).isInstanceOf(BatchCheck.Refused.class);
            BatchCheck.Refused refused = (BatchCheck.Refused) ours;
            if (theirs != Errors.UNKNOWN_SERVER_ERROR && !NOT_ASKED.contains(refused.reason())) {
                assertThat(refused.reason().errorCode().code())
                        .as("%s, while Kafka answers %s", refused, theirs)
                        .isEqualTo(theirs.code());
            }
        }
    }

    private static BatchCheck ours(ByteBuffer bytes, RecordRules rules) {
        return switch (BatchCheck.produced(bytes)) {
            case BatchCheck.Accepted accepted -> BatchCheck.deep(accepted.batch(), rules, DECOMPRESSOR);
            case BatchCheck.Refused refused -> refused;
        };
    }

    private static @Nullable Errors kafka(ByteBuffer bytes, boolean compacted) {
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
                            Time.SYSTEM,
                            compression,
                            org.apache.kafka.common.compress.Compression.of(compression)
                                    .build(),
                            compacted,
                            RecordBatch.MAGIC,
                            org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                            compacted ? TOLERANCE_MS : Long.MAX_VALUE,
                            compacted ? TOLERANCE_MS : Long.MAX_VALUE,
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
