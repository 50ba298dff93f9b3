package dev.barnabas.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our batches and those of the official client are the same thing. */
class GoldenBatchTest {

    private static final int SEEDS_PER_CODEC = 60;
    private static final int SEEDS_PER_LEVEL = 2;

    static List<CompressionSpec> everyLevel() {
        List<CompressionSpec> specs = new ArrayList<>();
        for (Compression compression : Compression.values()) {
            for (int level = Math.max(compression.minLevel(), -7); level <= compression.maxLevel(); level++) {
                if (compression.acceptsLevel(level)) {
                    specs.add(new CompressionSpec(compression, level));
                }
            }
        }
        specs.add(new CompressionSpec(Compression.ZSTD, Compression.ZSTD.minLevel()));
        return specs;
    }

    @Test
    void withoutCompressionTheBytesAreTheSame() {
        Seeds.each(300, random -> {
            BatchSpec spec = BatchSpec.random(random, CompressionSpec.NONE);

            assertThat(spec.build()).isEqualTo(spec.buildWithKafka());
        });
    }

    @ParameterizedTest
    @EnumSource
    void theOfficialClientReadsWhatWeWrite(Compression compression) {
        Seeds.each(
                SEEDS_PER_CODEC,
                random -> assertTheOfficialClientReads(BatchSpec.random(random, CompressionSpec.of(compression))));
    }

    @ParameterizedTest
    @EnumSource
    void weReadWhatTheOfficialClientWrites(Compression compression) {
        Seeds.each(SEEDS_PER_CODEC, random -> {
            BatchSpec spec = BatchSpec.random(random, CompressionSpec.of(compression));
            ByteBuffer theirs = spec.buildWithKafka();

            assertReadsInEveryWay(spec, theirs);
            assertReadsInEveryWay(spec, BatchSpec.direct(theirs));
            assertReadsInEveryWay(spec, theirs.asReadOnlyBuffer());
            assertReadsInEveryWay(spec, shifted(theirs, random));
        });
    }

    @ParameterizedTest
    @MethodSource("everyLevel")
    void everyLevelIsUnderstoodByBoth(CompressionSpec compression) {
        Seeds.each(SEEDS_PER_LEVEL, random -> {
            BatchSpec spec = BatchSpec.random(random, compression);

            assertTheOfficialClientReads(spec);
            assertReadsInEveryWay(spec, spec.buildWithKafka());
        });
    }

    @ParameterizedTest
    @EnumSource
    void compressesAboutAsWellAsTheOfficialClient(Compression compression) {
        Random random = new Random(7);
        BatchSpec spec = BatchSpec.random(random, CompressionSpec.of(compression));
        while (spec.records().size() < 1_000) {
            spec = BatchSpec.random(random, CompressionSpec.of(compression));
        }

        assertThat(spec.build().remaining())
                .isLessThanOrEqualTo((int) (spec.buildWithKafka().remaining() * 1.02));
    }

    @Test
    void anEmptyBatchKeepsItsRangeOfOffsetsAsTheOfficialClientWritesIt() {
        ByteBuffer theirs = ByteBuffer.allocate(BatchFormat.HEADER_SIZE);
        DefaultRecordBatch.writeEmptyHeader(
                theirs,
                RecordBatch.MAGIC,
                17,
                (short) 3,
                5,
                100,
                109,
                7,
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                RecordBatch.NO_TIMESTAMP,
                true,
                false);

        ByteBuffer ours = new RecordBatchBuilder(1_000)
                .baseOffset(100)
                .lastOffset(109)
                .partitionLeaderEpoch(7)
                .producer(17, (short) 3, 5)
                .transactional(true)
                .build();

        assertThat(ours).isEqualTo(theirs.flip());
    }

    @Test
    void theMarkerOfATransactionsEndIsThatOfTheOfficialClient() {
        for (boolean committed : List.of(true, false)) {
            EndTxnMarker marker = new EndTxnMarker(committed, 12);
            EndTransactionMarker theirMarker = new EndTransactionMarker(
                    committed
                            ? org.apache.kafka.common.record.internal.ControlRecordType.COMMIT
                            : org.apache.kafka.common.record.internal.ControlRecordType.ABORT,
                    12);
            MemoryRecords theirs = MemoryRecords.withEndTransactionMarker(1_000, 77, 4, 9L, (short) 2, theirMarker);

            RecordBatchBuilder builder = new RecordBatchBuilder(1_000)
                    .baseOffset(1_000)
                    .partitionLeaderEpoch(4)
                    .producer(9, (short) 2, RecordBatch.NO_SEQUENCE);
            builder.appendEndTxnMarker(77, marker);

            assertThat(builder.build()).isEqualTo(theirs.buffer());
            RecordBatch read = RecordBatch.at(theirs.buffer(), 0);
            assertThat(read.isControl()).isTrue();
            assertThat(EndTxnMarker.of(read.records().iterator().next())).isEqualTo(marker);
        }
    }

    @Test
    void aControlRecordOfTheQuorumIsThatOfTheOfficialClient() {
        LeaderChangeMessage message = new LeaderChangeMessage().setLeaderId(3);
        MemoryRecords theirs = MemoryRecords.withLeaderChangeMessage(5, 77, 4, ByteBuffer.allocate(256), message);
        Record theirRecord =
                RecordBatch.at(theirs.buffer(), 0).records().iterator().next();
        ByteBuffer value = Objects.requireNonNull(theirRecord.value());

        RecordBatchBuilder builder = new RecordBatchBuilder(1_000).baseOffset(5).partitionLeaderEpoch(4);
        builder.appendControl(77, ControlRecordType.LEADER_CHANGE, value);

        assertThat(ControlRecordType.of(theirRecord)).isEqualTo(ControlRecordType.LEADER_CHANGE);
        assertThat(builder.build()).isEqualTo(theirs.buffer());
    }

    @Test
    void whatTheBrokerWritesIntoABatchIsWhatTheOfficialClientWouldWrite() {
        Seeds.each(50, random -> {
            BatchSpec spec = BatchSpec.produced(random, CompressionSpec.of(Compression.SNAPPY));
            ByteBuffer ours = spec.build();
            ByteBuffer theirs = BatchSpec.direct(ours);
            long offset = random.nextLong(1L << 50);
            long time = random.nextLong(1L << 45);

            RecordBatch batch = RecordBatch.at(ours, 0);
            batch.setBaseOffset(offset);
            batch.setPartitionLeaderEpoch(8);
            batch.setLogAppendTime(time);
            MutableRecordBatch theirBatch =
                    MemoryRecords.readableRecords(theirs).batches().iterator().next();
            theirBatch.setLastOffset(offset + spec.records().size() - 1);
            theirBatch.setPartitionLeaderEpoch(8);
            theirBatch.setMaxTimestamp(org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME, time);

            assertThat(ours).isEqualTo(theirs);
            assertSameHeader(batch, theirBatch);
        });
    }

    @Test
    void sequenceNumbersWrapAsInTheOfficialClient() {
        for (int sequence : List.of(0, 1, 77, Integer.MAX_VALUE - 1, Integer.MAX_VALUE)) {
            for (int increment : List.of(0, 1, 2, 1_000, Integer.MAX_VALUE)) {
                assertThat(RecordBatch.sequenceAfter(sequence, increment))
                        .isEqualTo(DefaultRecordBatch.incrementSequence(sequence, increment));
            }
        }
    }

    private static void assertTheOfficialClientReads(BatchSpec spec) {
        ByteBuffer ours = spec.build();
        List<Record> read = new ArrayList<>();
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(ours).batches()) {
            batch.ensureValid();
            assertSameHeader(RecordBatch.at(ours, 0), batch);
            batch.forEach(record -> read.add(BatchSpec.of(record)));
        }
        assertThat(read).isEqualTo(spec.expectedRecords());
    }

    private static void assertReadsInEveryWay(BatchSpec spec, ByteBuffer bytes) {
        RecordBatch batch = RecordBatch.at(bytes, bytes.position());
        assertThat(batch.crcValid()).isTrue();
        assertThat(batch.compression()).isEqualTo(spec.compression().compression());
        assertThat(batch.recordCount()).isEqualTo(spec.records().size());
        assertThat(batch.records()).containsExactlyElementsOf(spec.expectedRecords());
        try (Decompressor decompressor = new Decompressor()) {
            assertThat(batch.records(decompressor)).containsExactlyElementsOf(spec.expectedRecords());
            RecordReader reader = batch.reader(decompressor);
            for (Record record : spec.expectedRecords()) {
                assertThat(reader.next()).isTrue();
                assertThat(reader.record()).isEqualTo(record);
            }
            assertThat(reader.next()).isFalse();
        }
    }

    private static ByteBuffer shifted(ByteBuffer bytes, Random random) {
        int before = random.nextInt(100);
        ByteBuffer larger = ByteBuffer.allocate(before + bytes.remaining() + random.nextInt(100));
        larger.put(before, bytes, bytes.position(), bytes.remaining());
        return larger.position(before / 2).slice().position(before - before / 2);
    }

    static void assertSameHeader(RecordBatch ours, MutableRecordBatch theirs) {
        assertThat(ours.baseOffset()).isEqualTo(theirs.baseOffset());
        assertThat(ours.lastOffset()).isEqualTo(theirs.lastOffset());
        assertThat(ours.endOffset()).isEqualTo(theirs.nextOffset());
        assertThat(ours.sizeInBytes()).isEqualTo(theirs.sizeInBytes());
        assertThat(ours.partitionLeaderEpoch()).isEqualTo(theirs.partitionLeaderEpoch());
        assertThat(ours.magic()).isEqualTo(theirs.magic());
        assertThat(ours.crc()).isEqualTo(theirs.checksum());
        assertThat(ours.compression().settingName()).isEqualTo(theirs.compressionType().name);
        assertThat(ours.timestampType().settingName()).isEqualTo(theirs.timestampType().name);
        assertThat(ours.isTransactional()).isEqualTo(theirs.isTransactional());
        assertThat(ours.isControl()).isEqualTo(theirs.isControlBatch());
        assertThat(ours.deleteHorizonMs()).isEqualTo(theirs.deleteHorizonMs());
        assertThat(ours.maxTimestamp()).isEqualTo(theirs.maxTimestamp());
        assertThat(ours.producerId()).isEqualTo(theirs.producerId());
        assertThat(ours.hasProducerId()).isEqualTo(theirs.hasProducerId());
        assertThat(ours.producerEpoch()).isEqualTo(theirs.producerEpoch());
        assertThat(ours.baseSequence()).isEqualTo(theirs.baseSequence());
        assertThat(ours.lastSequence()).isEqualTo(theirs.lastSequence());
        assertThat(ours.recordCount()).isEqualTo(theirs.countOrNull());
    }
}
