package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes one gzip member (RFC 1952). */
final class GzipEncoder extends Encoder {
    /** Magic, method, no flags, no time, no hints, unknown operating system. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private static final int TRAILER_SIZE = 8;
    /** Deflate adds 5 bytes to each block that it stores as it is; blocks are never smaller than this. */
    private static final int SMALLEST_STORED_BLOCK = 4 * 1024;

    private final Deflater deflater;

    GzipEncoder(int level) {
        deflater = new Deflater(level, true);
    }

    @Override
    int maxSize(int plainSize) {
        int blocks = plainSize / SMALLEST_STORED_BLOCK + 1;
        return Math.addExact(plainSize, HEADER.length + TRAILER_SIZE + 8 + 5 * blocks);
    }

    @Override
    void encode(byte[] plain, int from, int size, ByteBuffer target) {
        target.put(HEADER);
        deflater.reset();
        deflater.setInput(plain, from, size);
        deflater.finish();
        while (!deflater.finished()) {
            if (deflater.deflate(target) == 0 && !target.hasRemaining()) {
                throw new IllegalStateException("deflate needs more room than its bound");
            }
        }
        CRC32 crc = new CRC32();
        crc.update(plain, from, size);
        ByteOrder order = target.order();
        target.order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt(size)
                .order(order);
    }

    @Override
    void close() {
        deflater.end();
    }
}
