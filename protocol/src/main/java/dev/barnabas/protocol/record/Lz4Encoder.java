package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;

/** Writes one LZ4 frame of independent blocks of 64 KB without checksums, as the official client does (KIP-57). */
final class Lz4Encoder extends Encoder {
    private static final int BLOCK_SIZE_CODE = Lz4Frame.MIN_BLOCK_SIZE_CODE;
    private static final int BLOCK_SIZE = Lz4Frame.blockSize(BLOCK_SIZE_CODE);

    private final LZ4Compressor compressor;

    Lz4Encoder(int level) {
        // The default level means the fast algorithm, every other one the thorough one (KIP-390).
        compressor = level == Compression.LZ4.defaultLevel()
                ? Lz4Frame.FACTORY.fastCompressor()
                : Lz4Frame.FACTORY.highCompressor(level);
    }

    @Override
    int maxSize(int plainSize) {
        int blocks = plainSize / BLOCK_SIZE + 1;
        int perBlock = Integer.BYTES + compressor.maxCompressedLength(Math.min(plainSize, BLOCK_SIZE));
        return Math.addExact(Lz4Frame.MIN_HEADER_SIZE + Integer.BYTES, Math.multiplyExact(blocks, perBlock));
    }

    @Override
    void encode(byte[] plain, int from, int size, ByteBuffer target) {
        ByteOrder order = target.order();
        target.order(ByteOrder.LITTLE_ENDIAN).putInt(Lz4Frame.MAGIC);
        int descriptor = target.position();
        target.put((byte) (Lz4Frame.VERSION | Lz4Frame.INDEPENDENT_BLOCKS_FLAG));
        target.put((byte) (BLOCK_SIZE_CODE << Lz4Frame.BLOCK_SIZE_SHIFT));
        target.put(Lz4Frame.headerChecksum(target, descriptor, 2));
        int end = from + size;
        for (int start = from; start < end; start += BLOCK_SIZE) {
            encodeBlock(plain, start, Math.min(end - start, BLOCK_SIZE), target);
        }
        target.putInt(0).order(order);
    }

    private void encodeBlock(byte[] plain, int from, int size, ByteBuffer target) {
        int block = target.position() + Integer.BYTES;
        int compressed = compressor.compress(
                plain, from, size, target.array(), target.arrayOffset() + block, target.limit() - block);
        if (compressed < size) {
            target.putInt(compressed).position(block + compressed);
        } else {
            target.putInt(size | Lz4Frame.STORED_FLAG).put(plain, from, size);
        }
    }
}
