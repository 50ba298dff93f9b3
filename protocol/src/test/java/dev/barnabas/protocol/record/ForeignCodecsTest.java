package dev.barnabas.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyOutputStream;

/** Compressed data as other libraries and other clients write it. */
class ForeignCodecsTest {
    private static final int COUNT = 3_000;
    private static final List<Record> RECORDS = records();
    private static final byte[] PLAIN = RawBatch.plainRecords(RECORDS);

    private static List<Record> records() {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            records.add(new Record(
                    i, i, RawBatch.utf8("key" + i * 7_919L), RawBatch.utf8("some value " + i % 50), List.of()));
        }
        return records;
    }

    private static BatchCheck check(Compression compression, byte[] compressed) {
        try (Decompressor decompressor = new Decompressor()) {
            RecordBatch batch = RecordBatch.at(RawBatch.of(compression, COUNT, compressed), 0);
            return BatchCheck.deep(batch, RecordRules.NONE, decompressor);
        }
    }

    private static void assertReadable(Compression compression, byte[] compressed) {
        RecordBatch batch = RecordBatch.at(RawBatch.of(compression, COUNT, compressed), 0);
        assertThat(check(compression, compressed)).isInstanceOf(BatchCheck.Accepted.class);
        assertThat(batch.records())
                .hasSize(COUNT)
                .extracting(Record::key)
                .startsWith(RECORDS.getFirst().key());
        try (Decompressor decompressor = new Decompressor()) {
            byte[] plain = new byte[PLAIN.length];
            decompressor.decompress(batch).get(plain);
            assertThat(plain).isEqualTo(PLAIN);
        }
    }

    private static void assertRefused(Compression compression, byte[] compressed) {
        assertThat(check(compression, compressed))
                .isInstanceOfSatisfying(
                        BatchCheck.Refused.class,
                        refused -> assertThat(refused.reason())
                                .isIn(BatchRefusal.BAD_COMPRESSED_DATA, BatchRefusal.MALFORMED_RECORD));
    }

    private interface Wrap {
        OutputStream around(OutputStream target) throws IOException;
    }

    private static byte[] compress(byte[] plain, Wrap wrap) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream stream = wrap.around(bytes)) {
            stream.write(plain);
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    private static byte[] firstHalf() {
        return Arrays.copyOf(PLAIN, PLAIN.length / 2);
    }

    private static byte[] secondHalf() {
        return Arrays.copyOfRange(PLAIN, PLAIN.length / 2, PLAIN.length);
    }

    @Test
    void gzipOfTheJdkAndSeveralMembersAreRead() throws IOException {
        assertReadable(Compression.GZIP, compress(PLAIN, GZIPOutputStream::new));
        assertReadable(
                Compression.GZIP,
                joined(compress(firstHalf(), GZIPOutputStream::new), compress(secondHalf(), GZIPOutputStream::new)));
    }

    @Test
    void gzipHeadersMayHaveAllTheirOptionalParts() {
        ByteBuffer bytes = ByteBuffer.allocate(PLAIN.length + 200).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {0x1f, (byte) 0x8b, 8, 0b11110, 1, 2, 3, 4, 2, 3});
        bytes.putShort((short) 5).put(new byte[5]);
        bytes.put("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
        bytes.putShort((short) 0);
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(PLAIN);
        deflater.finish();
        deflater.deflate(bytes);
        deflater.end();
        CRC32 crc = new CRC32();
        crc.update(PLAIN);
        bytes.putInt((int) crc.getValue()).putInt(PLAIN.length);
        byte[] gzip = Arrays.copyOf(bytes.array(), bytes.position());

        assertReadable(Compression.GZIP, gzip);
        for (int size = 0; size < 40; size++) {
            assertRefused(Compression.GZIP, Arrays.copyOf(gzip, size));
        }
        gzip[gzip.length - 1] ^= 1;
        assertRefused(Compression.GZIP, gzip);
    }

    @Test
    void snappyIsReadInTheFramingOfTheJavaClientAndBare() throws IOException {
        assertReadable(Compression.SNAPPY, compress(PLAIN, SnappyOutputStream::new));
        assertReadable(Compression.SNAPPY, compress(PLAIN, stream -> new SnappyOutputStream(stream, 1 << 20)));
        assertReadable(
                Compression.SNAPPY,
                joined(
                        compress(firstHalf(), SnappyOutputStream::new),
                        compress(secondHalf(), SnappyOutputStream::new)));
        assertReadable(Compression.SNAPPY, Snappy.compress(PLAIN));
    }

    @Test
    void theVersionsInTheFramingOfSnappyDoNotMatter() throws IOException {
        byte[] snappy = compress(PLAIN, SnappyOutputStream::new);
        Arrays.fill(snappy, 8, 16, (byte) 0x5a);

        assertReadable(Compression.SNAPPY, snappy);
    }

    @ParameterizedTest
    @EnumSource
    void lz4FramesOfEveryBlockSizeWithEveryChecksumAreRead(BLOCKSIZE blockSize) throws IOException {
        assertReadable(
                Compression.LZ4,
                compress(PLAIN, stream -> new LZ4FrameOutputStream(stream, blockSize, FLG.Bits.BLOCK_INDEPENDENCE)));
        byte[] checked = compress(
                PLAIN,
                stream -> new LZ4FrameOutputStream(
                        stream,
                        blockSize,
                        PLAIN.length,
                        FLG.Bits.BLOCK_INDEPENDENCE,
                        FLG.Bits.CONTENT_SIZE,
                        FLG.Bits.CONTENT_CHECKSUM,
                        FLG.Bits.BLOCK_CHECKSUM));
        assertReadable(Compression.LZ4, checked);
        for (int at : new int[] {6, 15, 30, checked.length - 1}) {
            checked[at] ^= 1;
            assertRefused(Compression.LZ4, checked);
            checked[at] ^= 1;
        }
    }

    @Test
    void lz4BlocksThatAreNotCompressedAreRead() {
        ByteBuffer frame = ByteBuffer.allocate(PLAIN.length + 100).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(Lz4Frame.MAGIC).put((byte) 0b0110_0000).put((byte) 0b0111_0000);
        frame.put(Lz4Frame.headerChecksum(frame, 4, 2));
        frame.putInt(PLAIN.length | 1 << 31).put(PLAIN).putInt(0);

        assertReadable(Compression.LZ4, Arrays.copyOf(frame.array(), frame.position()));
    }

    @Test
    void lz4FramesThatTheOfficialConsumerCannotReadAreRefused() {
        Set<Integer> fine = Set.of(
                0b0110_0000, 0b0110_1000, 0b0111_0000, 0b0111_1000, 0b0110_0100, 0b0110_1100, 0b0111_0100, 0b0111_1100);
        for (int flags = 0; flags < 256; flags++) {
            ByteBuffer frame = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
            frame.putInt(Lz4Frame.MAGIC).put((byte) flags).put((byte) 0b0100_0000);
            int descriptor = (flags & Lz4Frame.CONTENT_SIZE_FLAG) == 0 ? 2 : 10;
            frame.position(4 + descriptor).put(Lz4Frame.headerChecksum(frame, 4, descriptor));
            frame.putInt(0).putInt(0x02cc5d05);
            String answer = check(Compression.LZ4, frame.array()).toString();

            assertThat(answer.contains("not supported"))
                    .as("flags %d: %s", flags, answer)
                    .isEqualTo(!fine.contains(flags));
        }
    }

    @Test
    void zstdFramesWithAndWithoutTheirSizeAndSeveralOfThemAreRead() throws IOException {
        assertReadable(Compression.ZSTD, Zstd.compress(PLAIN, 19));
        assertReadable(Compression.ZSTD, compress(PLAIN, ZstdOutputStreamNoFinalizer::new));
        assertReadable(
                Compression.ZSTD,
                compress(PLAIN, stream -> new ZstdOutputStreamNoFinalizer(stream, 22).setChecksum(true)));
        assertReadable(Compression.ZSTD, joined(Zstd.compress(firstHalf()), Zstd.compress(secondHalf())));
    }

    @Test
    void cutDataOfEveryCodecIsRefused() {
        for (Compression compression : EnumSet.complementOf(EnumSet.of(Compression.NONE))) {
            try (Compressor compressor = new Compressor(CompressionSpec.of(compression))) {
                ByteBuffer whole = compressor.compress(PLAIN, 0, PLAIN.length);
                byte[] bytes = new byte[whole.remaining()];
                whole.get(bytes);
                for (int size = 0; size < bytes.length; size += 1 + size / 10) {
                    assertRefused(compression, Arrays.copyOf(bytes, size));
                }
                assertReadable(compression, bytes);
            }
        }
    }
}
