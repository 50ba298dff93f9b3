package dev.barnabas.protocol.record;

import static dev.barnabas.protocol.record.RawBatch.record;
import static dev.barnabas.protocol.record.RawBatch.withCrc;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchCheckTest {
    private static final int RECORDS = 3;
    private final ByteBuffer good =
            RawBatch.build(Compression.NONE, record(10, "a", "1"), record(30, "b", "2"), record(20, "c", "3"));

    private static BatchRefusal reason(BatchCheck check) {
        assertThat(check).isInstanceOf(BatchCheck.Refused.class);
        return ((BatchCheck.Refused) check).reason();
    }

    private static BatchCheck deep(ByteBuffer batch, RecordRules rules) {
        try (Decompressor decompressor = new Decompressor()) {
            return BatchCheck.deep(RecordBatch.at(batch, 0), rules, decompressor);
        }
    }

    @Nested
    class OfWhatAProducerSends {
        @Test
        void aGoodBatchIsAcceptedWithTheTimestampThatItClaims() {
            assertThat(BatchCheck.produced(good)).isInstanceOfSatisfying(BatchCheck.Accepted.class, accepted -> {
                assertThat(accepted.batch().recordCount()).isEqualTo(RECORDS);
                assertThat(accepted.maxTimestamp()).isEqualTo(30);
            });
        }

        @Test
        void theBatchMayStandAnywhereInItsBuffer() {
            ByteBuffer larger = ByteBuffer.allocate(good.remaining() + 20).position(7);
            larger.put(good.duplicate()).flip().position(7);

            assertThat(BatchCheck.produced(larger)).isInstanceOf(BatchCheck.Accepted.class);
        }

        @Test
        void aCutBatchIsIncompleteWhereverItIsCut() {
            for (int size = 0; size < good.limit(); size++) {
                assertThat(reason(BatchCheck.produced(good.duplicate().limit(size))))
                        .isEqualTo(BatchRefusal.INCOMPLETE);
            }
        }

        @Test
        void lengthsThatNoBatchHasAreRefused() {
            for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 13, 14, 48}) {
                good.putInt(BatchFormat.LENGTH, length);
                assertThat(reason(BatchCheck.produced(good))).isEqualTo(BatchRefusal.BAD_LENGTH);
            }
            good.putInt(BatchFormat.LENGTH, Integer.MAX_VALUE);
            assertThat(reason(BatchCheck.produced(good))).isEqualTo(BatchRefusal.INCOMPLETE);
        }

        @Test
        void oldFormatsAreToldFromThoseThatDoNotExist() {
            for (int magic = Byte.MIN_VALUE; magic <= Byte.MAX_VALUE; magic++) {
                good.put(BatchFormat.MAGIC, (byte) magic);
                BatchCheck check = BatchCheck.produced(good);
                switch (magic) {
                    case 2 -> assertThat(check).isInstanceOf(BatchCheck.Accepted.class);
                    case 0, 1 -> assertThat(reason(check)).isEqualTo(BatchRefusal.LEGACY_MAGIC);
                    default -> assertThat(reason(check)).isEqualTo(BatchRefusal.UNKNOWN_MAGIC);
                }
            }
        }

        @Test
        void everyWrongBitBehindTheCrcIsNoticed() {
            for (int bit = BatchFormat.CRC * 8; bit < good.limit() * 8; bit++) {
                good.put(bit / 8, (byte) (good.get(bit / 8) ^ 1 << bit % 8));
                assertThat(BatchCheck.produced(good)).isInstanceOf(BatchCheck.Refused.class);
                assertThat(reason(BatchCheck.stored(good, 0))).isEqualTo(BatchRefusal.BAD_CRC);
                good.put(bit / 8, (byte) (good.get(bit / 8) ^ 1 << bit % 8));
            }
        }

        @Test
        void bytesBehindTheBatchAreRefused() {
            ByteBuffer longer = ByteBuffer.allocate(good.limit() + 1).put(0, good, 0, good.limit());

            assertThat(reason(BatchCheck.produced(longer))).isEqualTo(BatchRefusal.MORE_THAN_ONE_BATCH);
        }

        @Test
        void offsetsMustStartAtZero() {
            good.putLong(BatchFormat.BASE_OFFSET, 1);

            assertThat(reason(BatchCheck.produced(good))).isEqualTo(BatchRefusal.BASE_OFFSET_NOT_ZERO);
        }

        @Test
        void countsMustBePositiveAndFitTheOffsets() {
            for (int count : new int[] {Integer.MIN_VALUE, -1, 0, 2, 4, Integer.MAX_VALUE}) {
                good.putInt(BatchFormat.RECORD_COUNT, count);
                assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.BAD_COUNT);
            }
            good.putInt(BatchFormat.RECORD_COUNT, RECORDS);
            for (int delta : new int[] {Integer.MIN_VALUE, -1, 0, 1, 3, Integer.MAX_VALUE}) {
                good.putInt(BatchFormat.LAST_OFFSET_DELTA, delta);
                assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.BAD_COUNT);
            }
        }

        @Test
        void moreRecordsThanTheBytesCanHoldAreRefusedWithoutALookAtThem() {
            good.putInt(BatchFormat.RECORD_COUNT, 1_000_000).putInt(BatchFormat.LAST_OFFSET_DELTA, 999_999);

            assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.BAD_COUNT);
        }

        @Test
        void compressionsThatDoNotExistAreRefused() {
            for (int id = 5; id <= 7; id++) {
                good.putShort(BatchFormat.ATTRIBUTES, (short) id);
                assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.UNKNOWN_COMPRESSION);
                assertThat(reason(BatchCheck.stored(good, 0))).isEqualTo(BatchRefusal.UNKNOWN_COMPRESSION);
            }
        }

        @Test
        void onlyTheBrokerWritesControlRecordsAndAppendTimes() {
            good.putShort(BatchFormat.ATTRIBUTES, (short) BatchFormat.CONTROL_FLAG);
            assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.CONTROL_BATCH);

            good.putShort(BatchFormat.ATTRIBUTES, (short) BatchFormat.LOG_APPEND_TIME_FLAG);
            assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.LOG_APPEND_TIME);
        }

        @Test
        void anIdempotentProducerNeedsASequenceNumber() {
            good.putLong(BatchFormat.PRODUCER_ID, 0).putInt(BatchFormat.BASE_SEQUENCE, -1);

            assertThat(reason(BatchCheck.produced(withCrc(good)))).isEqualTo(BatchRefusal.BAD_SEQUENCE);
        }
    }

    @Nested
    class OfWhatIsStored {
        @Test
        void compactionMayHaveLeftGapsAndNothing() {
            good.putInt(BatchFormat.LAST_OFFSET_DELTA, 100).putLong(BatchFormat.BASE_OFFSET, 77);
            assertThat(BatchCheck.stored(withCrc(good), 0)).isInstanceOf(BatchCheck.Accepted.class);

            ByteBuffer empty =
                    new RecordBatchBuilder(100).baseOffset(5).lastOffset(9).build();
            assertThat(BatchCheck.stored(empty, 0)).isInstanceOf(BatchCheck.Accepted.class);
            assertThat(RecordBatch.at(empty, 0).records()).isEmpty();
        }

        @Test
        void theBatchIsFoundAtAnyPositionAndMayBeFollowedByMore() {
            ByteBuffer segment = ByteBuffer.allocate(500).position(11);
            segment.put(good.duplicate()).clear();

            assertThat(BatchCheck.stored(segment, 11)).isInstanceOf(BatchCheck.Accepted.class);
            assertThat(reason(BatchCheck.stored(segment, 11 + good.limit()))).isEqualTo(BatchRefusal.BAD_LENGTH);
        }

        @Test
        void moreRecordsThanOffsetsCannotBe() {
            good.putInt(BatchFormat.LAST_OFFSET_DELTA, RECORDS - 2);

            assertThat(reason(BatchCheck.stored(withCrc(good), 0))).isEqualTo(BatchRefusal.BAD_COUNT);
        }
    }

    @Nested
    class OfTheRecords {
        @ParameterizedTest
        @EnumSource
        void goodRecordsAreAcceptedWithTheirGreatestTimestamp(Compression compression) {
            ByteBuffer batch =
                    RawBatch.build(compression, record(10, "a", "1"), record(30, "b", "2"), record(20, "", ""));
            RecordBatch.at(batch, 0).setMaxTimestamp(1_000_000);

            assertThat(deep(batch, RecordRules.NONE))
                    .isInstanceOfSatisfying(
                            BatchCheck.Accepted.class,
                            accepted -> assertThat(accepted.maxTimestamp()).isEqualTo(30));
        }

        @Test
        void aCompactedTopicWantsKeysAndSaysWhichRecordHasNone() {
            ByteBuffer batch = RawBatch.build(
                    CompressionSpec.NONE,
                    List.of(
                            record(1, "a", "1"),
                            new Record(0, 2, null, RawBatch.utf8("2"), List.of()),
                            new Record(0, 3, null, null, List.of())));

            assertThat(deep(batch, RecordRules.NONE)).isInstanceOf(BatchCheck.Accepted.class);
            assertThat(deep(batch, RecordRules.NONE.withKeysRequired(true)))
                    .isInstanceOfSatisfying(BatchCheck.Refused.class, refused -> {
                        assertThat(refused.reason()).isEqualTo(BatchRefusal.BAD_RECORD);
                        assertThat(refused.records())
                                .extracting(BatchCheck.RecordRefusal::index)
                                .containsExactly(1, 2);
                    });
        }

        @Test
        void timestampsMustBeNearNowButMayBeMissing() {
            RecordRules rules = RecordRules.NONE.withTimestampsAround(1_000, 100, 50);
            ByteBuffer fine =
                    RawBatch.build(Compression.GZIP, record(900, "a", ""), record(1_050, "b", ""), record(-1, "c", ""));
            ByteBuffer wrong = RawBatch.build(
                    Compression.GZIP, record(899, "a", ""), record(1_000, "b", ""), record(1_051, "c", ""));

            assertThat(deep(fine, rules)).isInstanceOf(BatchCheck.Accepted.class);
            assertThat(deep(wrong, rules)).isInstanceOfSatisfying(BatchCheck.Refused.class, refused -> {
                assertThat(refused.reason()).isEqualTo(BatchRefusal.BAD_TIMESTAMP);
                assertThat(refused.records())
                        .extracting(BatchCheck.RecordRefusal::index)
                        .containsExactly(0, 2);
            });
            assertThat(rules.acceptsTimestampsOf(RecordBatch.at(fine, 0))).isTrue();
            assertThat(rules.acceptsTimestampsOf(RecordBatch.at(wrong, 0))).isFalse();
        }

        @Test
        void limitsOfTimeThatMeanNoLimitDoNotOverflow() {
            RecordRules rules = RecordRules.NONE.withTimestampsAround(1_000, Long.MAX_VALUE, Long.MAX_VALUE);

            assertThat(rules.accepts(0)).isTrue();
            assertThat(rules.accepts(Long.MAX_VALUE)).isTrue();
        }

        @Test
        void notEveryOneOfCountlessBadRecordsIsListed() {
            List<Record> records = new ArrayList<>();
            for (int i = 0; i < BatchCheck.MAX_RECORD_REFUSALS + 10; i++) {
                records.add(new Record(i, 1, null, null, List.of()));
            }
            ByteBuffer batch = RawBatch.build(CompressionSpec.of(Compression.ZSTD), records);

            assertThat(deep(batch, RecordRules.NONE.withKeysRequired(true)))
                    .isInstanceOfSatisfying(BatchCheck.Refused.class, refused -> {
                        assertThat(refused.records()).hasSize(BatchCheck.MAX_RECORD_REFUSALS);
                        assertThat(refused.message()).contains(String.valueOf(records.size()));
                    });
        }

        @Test
        void offsetsMustBeConsecutive() {
            RecordBatchBuilder builder = new RecordBatchBuilder(1_000);
            builder.append(new Record(0, 1, null, null, List.of()));
            builder.append(new Record(2, 1, null, null, List.of()));

            assertThat(reason(deep(builder.build(), RecordRules.NONE))).isEqualTo(BatchRefusal.MALFORMED_RECORD);
        }

        @ParameterizedTest
        @EnumSource
        void recordsMustFillTheBatchExactly(Compression compression) {
            byte[] records = RawBatch.plainRecords(List.of(record(1, "a", "1"), record(2, "b", "2")));
            for (int count : new int[] {1, 3}) {
                ByteBuffer batch = RawBatch.of(compression, count, compress(compression, records));
                assertThat(reason(deep(batch, RecordRules.NONE))).isEqualTo(BatchRefusal.MALFORMED_RECORD);
            }
        }

        @Test
        void inACompressedBatchARecordMustNotBeTooLarge() {
            Record large = record(1, "k", "x".repeat(1_000));
            RecordRules rules = RecordRules.NONE.withMaxDecompressedBytes(1_000);

            assertThat(reason(deep(RawBatch.build(Compression.ZSTD, large), rules)))
                    .isEqualTo(BatchRefusal.RECORD_TOO_LARGE);
            assertThat(deep(RawBatch.build(Compression.NONE, large), rules)).isInstanceOf(BatchCheck.Accepted.class);
            assertThat(deep(RawBatch.build(Compression.ZSTD, large), RecordRules.NONE.withMaxDecompressedBytes(1_008)))
                    .isInstanceOf(BatchCheck.Accepted.class);
        }

        private static ByteBuffer compress(Compression compression, byte[] plain) {
            try (Compressor compressor = new Compressor(CompressionSpec.of(compression))) {
                return compressor.compress(plain, 0, plain.length);
            }
        }
    }
}
