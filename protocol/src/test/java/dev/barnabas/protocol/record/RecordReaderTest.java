package dev.barnabas.protocol.record;

import static dev.barnabas.protocol.record.RawBatch.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordReaderTest {
    private final Decompressor decompressor = new Decompressor();

    @AfterEach
    void free() {
        decompressor.close();
    }

    private static RecordBatch batch(Compression compression, Record... records) {
        return RecordBatch.at(RawBatch.build(compression, records), 0);
    }

    @ParameterizedTest
    @EnumSource
    void findsTheFirstRecordOfATime(Compression compression) {
        RecordBatch batch = batch(compression, record(10, "a", ""), record(30, "b", ""), record(20, "c", ""));
        batch.setBaseOffset(100);

        assertThat(batch.firstAtOrAfter(0, 0, decompressor)).contains(new TimestampAndOffset(10, 100));
        assertThat(batch.firstAtOrAfter(11, 0, decompressor)).contains(new TimestampAndOffset(30, 101));
        assertThat(batch.firstAtOrAfter(11, 102, decompressor)).contains(new TimestampAndOffset(20, 102));
        assertThat(batch.firstAtOrAfter(31, 0, decompressor)).isEmpty();
        assertThat(batch.maxTimestampAndOffset(decompressor)).contains(new TimestampAndOffset(30, 101));
    }

    @Test
    void withTheBrokersTimeEveryRecordHasItAndTheFirstIsFound() {
        RecordBatch batch = batch(Compression.LZ4, record(10, "a", ""), record(30, "b", ""));
        batch.setLogAppendTime(77);

        assertThat(batch.firstAtOrAfter(50, 0, decompressor)).contains(new TimestampAndOffset(77, 0));
        assertThat(batch.maxTimestampAndOffset(decompressor)).contains(new TimestampAndOffset(77, 0));
    }

    @Test
    void withoutTimestampsThereIsNoGreatest() {
        assertThat(batch(Compression.NONE, record(-1, "a", "")).maxTimestampAndOffset(decompressor))
                .isEmpty();
    }

    @Test
    void recordsOfABatchThatIsNotCompressedShareItsMemory() {
        RecordBatch batch = batch(Compression.NONE, record(1, "key", "value"));
        ByteBuffer value =
                Objects.requireNonNull(batch.records().iterator().next().value());

        batch.buffer().put(batch.sizeInBytes() - 2, (byte) 'X');

        assertThat(value).isEqualTo(RawBatch.utf8("valuX"));
    }

    @ParameterizedTest
    @EnumSource
    void recordsStayValidWhileTheIterationGoesOn(Compression compression) {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            records.add(new Record(i, i, RawBatch.utf8("key" + i), RawBatch.utf8("v".repeat(i % 200)), List.of()));
        }
        RecordBatch batch = RecordBatch.at(RawBatch.build(CompressionSpec.of(compression), records), 0);

        List<Record> read = new ArrayList<>();
        batch.records(decompressor).forEach(read::add);

        assertThat(read).isEqualTo(records);
    }

    @ParameterizedTest
    @EnumSource
    void aRecordMayBeLargerThanAnyBlockOfItsCodec(Compression compression) {
        Record large = record(1, "k".repeat(100_000), "0123456789".repeat(500_000));
        Record small = record(2, "a", "b");
        RecordBatch batch = batch(compression, small, large, small);

        List<Integer> sizes = new ArrayList<>();
        RecordReader reader = batch.reader(decompressor);
        while (reader.next()) {
            sizes.add(Objects.requireNonNull(reader.value()).remaining());
        }

        assertThat(sizes).containsExactly(1, 5_000_000, 1);
        assertThat(batch.records(decompressor)).extracting(Record::value).contains(large.value());
    }

    @Test
    void aDecompressorReadsOneCompressedBatchAtATimeAndSaysSo() {
        RecordBatch batch = batch(Compression.GZIP, record(1, "a", "1"), record(2, "b", "2".repeat(100_000)));
        RecordReader first = batch.reader(decompressor);
        first.next();
        RecordReader second = batch.reader(decompressor);

        assertThat(second.next()).isTrue();
        assertThatThrownBy(first::next).isInstanceOf(IllegalStateException.class);
        assertThat(second.next()).isTrue();
        assertThat(second.next()).isFalse();
    }

    @Test
    void anIterationMayBeLeftAtAnyPointAndTheDecompressorUsedAgain() {
        for (Compression compression : Compression.values()) {
            RecordBatch batch = batch(compression, record(1, "a", "1"), record(2, "b", "2"));
            for (int i = 0; i < 3; i++) {
                Iterator<Record> iterator = batch.records(decompressor).iterator();
                assertThat(iterator.next().timestamp()).isEqualTo(1);
            }
            assertThat(batch.records(decompressor)).hasSize(2);
        }
    }

    @Test
    void aBrokenBatchDoesNotHarmTheNextOne() {
        for (Compression compression : Compression.values()) {
            RecordBatch good = batch(compression, record(1, "a", "1"), record(2, "b", "2"));
            ByteBuffer bytes = RawBatch.build(compression, record(1, "a", "1"), record(2, "b", "2"));
            for (int i = BatchFormat.HEADER_SIZE; i < bytes.limit(); i++) {
                bytes.put(i, (byte) 0xff);
            }

            assertThatThrownBy(() -> RecordBatch.at(bytes, 0)
                            .records(decompressor)
                            .iterator()
                            .hasNext())
                    .isInstanceOf(CorruptRecordException.class);
            assertThat(good.records(decompressor)).hasSize(2);
        }
    }

    @Test
    void afterTheLastRecordThereIsNone() {
        Iterator<Record> iterator =
                batch(Compression.NONE, record(1, "a", "1")).records().iterator();
        iterator.next();

        assertThat(iterator.hasNext()).isFalse();
        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void theCursorKnowsSizesWithoutMakingBuffers() {
        RecordReader reader = RecordBatch.at(
                        RawBatch.build(
                                CompressionSpec.NONE,
                                List.of(record(1, "key", ""), new Record(0, 2, null, null, List.of()))),
                        0)
                .reader(decompressor);

        assertThat(reader.next()).isTrue();
        assertThat(reader.keySize()).isEqualTo(3);
        assertThat(reader.valueSize()).isZero();
        assertThat(reader.next()).isTrue();
        assertThat(reader.hasKey()).isFalse();
        assertThat(reader.keySize()).isEqualTo(-1);
        assertThat(reader.hasValue()).isFalse();
        assertThat(reader.valueSize()).isEqualTo(-1);
        assertThat(reader.next()).isFalse();
    }
}
