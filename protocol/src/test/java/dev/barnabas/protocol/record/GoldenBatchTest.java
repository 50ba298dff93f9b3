package dev.barnabas.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Our batches and those of the official client are the same thing. */
class GoldenBatchTest {

    static List<CompressionSpec> everyLevel() {
        List<CompressionSpec> specs = new ArrayList<>();
        for (Compression compression : Compression.values()) {
            specs.add(CompressionSpec.of(compression));
            for (int level = Math.max(compression.minLevel(), -7); level <= compression.maxLevel(); level++) {
                if (compression.hasLevels() && level != compression.defaultLevel()) {
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
    @MethodSource("everyLevel")
    void theOfficialClientReadsWhatWeWrite(CompressionSpec compression) {
        Seeds.each(10, random -> {
            BatchSpec spec = BatchSpec.random(random, compression);
            ByteBuffer ours = spec.build();

            MemoryRecords records = MemoryRecords.readableRecords(ours);
            List<Record> read = new ArrayList<>();
            for (MutableRecordBatch batch : records.batches()) {
                batch.ensureValid();
                assertSameHeader(RecordBatch.at(ours, 0), batch);
                batch.forEach(record -> read.add(BatchSpec.of(record)));
            }

            assertThat(read).isEqualTo(spec.expectedRecords());
        });
    }

    @ParameterizedTest
    @MethodSource("everyLevel")
    void weReadWhatTheOfficialClientWrites(CompressionSpec compression) {
        Seeds.each(10, random -> {
            BatchSpec spec = BatchSpec.random(random, compression);
            ByteBuffer theirs = spec.buildWithKafka();

            assertReadsInEveryWay(spec, theirs);
            assertReadsInEveryWay(spec, BatchSpec.direct(theirs));
            assertReadsInEveryWay(spec, theirs.asReadOnlyBuffer());
            assertReadsInEveryWay(spec, shifted(theirs, random));
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
