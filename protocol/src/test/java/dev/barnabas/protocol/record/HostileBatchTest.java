package dev.barnabas.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.SnappyOutputStream;

/** Whatever bytes come, the answer is one of the documented ones, and costs memory in proportion to the bytes only. */
class HostileBatchTest {
    private static final com.sun.management.ThreadMXBean THREAD =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BOMB_BYTES = 50_000_000;
    private static final long MAX_BYTES = 10_000_000;

    /** Runs everything that reads a batch; returns how many bytes that allocated on the heap. */
    private static long readInEveryWay(ByteBuffer bytes, Decompressor decompressor) {
        long before = THREAD.getCurrentThreadAllocatedBytes();
        BatchCheck.produced(bytes);
        BatchCheck.stored(bytes, bytes.position());
        try {
            for (RecordBatch batch : RecordBatches.of(bytes)) {
                BatchCheck.deep(batch, RecordRules.NONE, decompressor);
                readRecords(batch, decompressor);
            }
        } catch (CorruptRecordException documented) {
            assertThat(documented.reason()).isNotNull();
        }
        return THREAD.getCurrentThreadAllocatedBytes() - before;
    }

    private static void readRecords(RecordBatch batch, Decompressor decompressor) {
        assertThat(batch.toString()).isNotEmpty();
        batch.lastSequence();
        batch.crcValid();
        try {
            for (Record record : batch.records(decompressor)) {
                if (batch.isControl()) {
                    ControlRecordType.of(record);
                }
            }
            batch.maxTimestampAndOffset(decompressor);
        } catch (CorruptRecordException documented) {
            assertThat(documented.reason()).isNotNull();
        }
    }

    @Test
    void damagedBatchesAreReadOrRefused() {
        try (Decompressor decompressor = new Decompressor(MAX_BYTES)) {
            Seeds.each(2_000, random -> {
                ByteBuffer bytes = RawBatch.damaged(random);

                // A few hundred thousand bytes of records, each of which becomes a value of its own.
                assertThat(readInEveryWay(bytes, decompressor)).isLessThan(30_000_000);
            });
        }
    }

    @Test
    void directBuffersAreReadOrRefusedAsWell() {
        try (Decompressor decompressor = new Decompressor(MAX_BYTES)) {
            Seeds.each(1_000, random -> readInEveryWay(BatchSpec.direct(RawBatch.damaged(random)), decompressor));
        }
    }

    @Test
    void randomBytesAreRefused() {
        try (Decompressor decompressor = new Decompressor(MAX_BYTES)) {
            Seeds.each(2_000, random -> {
                byte[] bytes = new byte[random.nextInt(300)];
                random.nextBytes(bytes);
                readInEveryWay(ByteBuffer.wrap(bytes), decompressor);

                Compression compression = Compression.values()[random.nextInt(Compression.values().length)];
                readInEveryWay(RawBatch.of(compression, 1 + random.nextInt(100), bytes), decompressor);
                readInEveryWay(
                        RawBatch.of(compression, 1 + random.nextInt(100), startingLike(compression, bytes)),
                        decompressor);
            });
        }
    }

    /** Random bytes behind an honest beginning come further into a decoder. */
    private static byte[] startingLike(Compression compression, byte[] bytes) {
        try (Compressor compressor = new Compressor(CompressionSpec.of(compression))) {
            ByteBuffer honest = compressor.compress(new byte[100], 0, 100);
            honest.get(bytes, 0, Math.min(Math.min(bytes.length, 1 + bytes.length % 24), honest.remaining()));
            return bytes;
        }
    }

    @Test
    void whatARecordSaysAboutItsSizeCostsNothing() {
        Random random = new Random(5);
        try (Decompressor decompressor = new Decompressor()) {
            for (Compression compression : Compression.values()) {
                for (int i = 0; i < 200; i++) {
                    ByteBuffer record = ByteBuffer.allocate(30);
                    Varints.write(record, Integer.MAX_VALUE - random.nextInt(100));
                    record.put((byte) 0).put((byte) 0).put((byte) 0);
                    Varints.write(record, random.nextInt() & Integer.MAX_VALUE);
                    try (Compressor compressor = new Compressor(CompressionSpec.of(compression))) {
                        ByteBuffer batch = RawBatch.of(compression, 1, compressor.compress(record.array(), 0, 30));
                        assertThat(readInEveryWay(batch, decompressor)).isLessThan(1_000_000);
                    }
                }
            }
        }
    }

    /** Zeros, compressed as well as each codec can: as one record that goes on for ever. */
    private static ByteBuffer bomb(Compression compression, byte[] start) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream stream = switch (compression) {
            case NONE -> bytes;
            case GZIP -> new GZIPOutputStream(bytes);
            case SNAPPY -> new SnappyOutputStream(bytes);
            case LZ4 -> new LZ4FrameOutputStream(bytes);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(bytes);
        }) {
            stream.write(start);
            byte[] zeros = new byte[1_000_000];
            for (int i = 0; i < BOMB_BYTES / zeros.length; i++) {
                stream.write(zeros);
            }
        }
        return RawBatch.of(compression, Integer.MAX_VALUE, bytes.toByteArray());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBatchThatExplodesIsRefusedAtTheLimit(Compression compression) throws IOException {
        ByteBuffer size = ByteBuffer.allocate(13);
        Varints.write(size, BOMB_BYTES);
        size.put((byte) 0).put((byte) 0).put((byte) 0);
        Varints.write(size, -1);
        Varints.write(size, BOMB_BYTES - 9);
        RecordBatch batch = RecordBatch.at(bomb(compression, size.array()), 0);

        try (Decompressor decompressor = new Decompressor(MAX_BYTES)) {
            long before = THREAD.getCurrentThreadAllocatedBytes();
            BatchCheck check = BatchCheck.deep(batch, RecordRules.NONE, decompressor);
            long allocated = THREAD.getCurrentThreadAllocatedBytes() - before;

            assertThat(check)
                    .isInstanceOfSatisfying(
                            BatchCheck.Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(BatchRefusal.DECOMPRESSED_TOO_LARGE));
            // A block of LZ4 may have 4 MB; the others need far less.
            assertThat(allocated).isLessThan(9_000_000);

            before = THREAD.getCurrentThreadAllocatedBytes();
            readRecords(batch, decompressor);
            assertThat(THREAD.getCurrentThreadAllocatedBytes() - before).isLessThan(10 * MAX_BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theLengthOfARecordThatIsOnlySkippedDoesNotCostMemory(Compression compression) {
        Record large = new Record(0, 1, null, ByteBuffer.allocate(50_000_000), List.of());
        ByteBuffer batch = RawBatch.build(compression, large);

        try (Decompressor decompressor = new Decompressor(1_000_000_000)) {
            long before = THREAD.getCurrentThreadAllocatedBytes();
            BatchCheck check = BatchCheck.deep(RecordBatch.at(batch, 0), RecordRules.NONE, decompressor);

            assertThat(check).isInstanceOf(BatchCheck.Accepted.class);
            assertThat(THREAD.getCurrentThreadAllocatedBytes() - before).isLessThan(9_000_000);
        }
    }
}
