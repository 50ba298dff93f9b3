package dev.barnabas.protocol.record;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/** Writes snappy in the framing of snappy-java, which is what every client expects. */
final class SnappyEncoder extends Encoder {
    /** Magic, version 1, readable by version 1. */
    private static final byte[] HEADER = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};

    /** Snappy looks back 64 KB at most, and the official client writes blocks of 32 KB. */
    private static final int BLOCK_SIZE = 32 * 1024;

    @Override
    int maxSize(int plainSize) {
        int blocks = plainSize / BLOCK_SIZE + 1;
        return Math.addExact(
                HEADER.length,
                Math.multiplyExact(
                        blocks, Integer.BYTES + Snappy.maxCompressedLength(Math.min(plainSize, BLOCK_SIZE))));
    }

    @Override
    void encode(byte[] plain, int from, int size, ByteBuffer target) {
        target.put(HEADER);
        int end = from + size;
        for (int start = from; start < end; start += BLOCK_SIZE) {
            int block = target.position() + Integer.BYTES;
            try {
                int compressed = Snappy.compress(
                        plain, start, Math.min(end - start, BLOCK_SIZE), target.array(), target.arrayOffset() + block);
                target.putInt(compressed).position(block + compressed);
            } catch (IOException impossible) {
                throw new UncheckedIOException("snappy cannot compress", impossible);
            }
        }
    }
}
