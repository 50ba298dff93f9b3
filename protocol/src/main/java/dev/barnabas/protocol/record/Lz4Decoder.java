package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.xxhash.StreamingXXHash32;

/**
 * Reads one LZ4 frame (LZ4 frame format 1.6, KIP-57). As with Kafka, blocks that depend on earlier ones, dictionaries
 * and skippable frames are refused: the official consumers could not read them.
 */
final class Lz4Decoder extends Decoder {
    /** The best that LZ4 can do: a byte of input stands for at most 255 of output. */
    private static final int MAX_RATIO = 255;

    private final ByteBuffer input;
    private final boolean blockChecksums;
    private final boolean contentChecksum;
    private final int maxBlockSize;
    private final StreamingXXHash32 contentHash;
    private boolean ended;

    Lz4Decoder(ByteBuffer input) {
        this.input = input.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        need(Lz4Frame.MIN_HEADER_SIZE);
        if (this.input.getInt() != Lz4Frame.MAGIC) {
            throw CorruptRecordException.compressed("Not an LZ4 frame");
        }
        int descriptor = this.input.position();
        int flags = this.input.get();
        int blockDescriptor = this.input.get();
        if ((flags & Lz4Frame.VERSION_MASK) != Lz4Frame.VERSION
                || (flags & (Lz4Frame.RESERVED_FLAG | Lz4Frame.DICTIONARY_FLAG)) != 0
                || (flags & Lz4Frame.INDEPENDENT_BLOCKS_FLAG) == 0
                || (blockDescriptor & ~Lz4Frame.BLOCK_SIZE_MASK) != 0
                || blockDescriptor >> Lz4Frame.BLOCK_SIZE_SHIFT < Lz4Frame.MIN_BLOCK_SIZE_CODE) {
            throw CorruptRecordException.compressed(
                    "An LZ4 frame that is not supported: flags " + flags + ", block descriptor " + blockDescriptor);
        }
        blockChecksums = (flags & Lz4Frame.BLOCK_CHECKSUM_FLAG) != 0;
        contentChecksum = (flags & Lz4Frame.CONTENT_CHECKSUM_FLAG) != 0;
        maxBlockSize = Lz4Frame.blockSize(blockDescriptor >> Lz4Frame.BLOCK_SIZE_SHIFT);
        if ((flags & Lz4Frame.CONTENT_SIZE_FLAG) != 0) {
            need(Long.BYTES);
            this.input.getLong();
        }
        byte checksum = Lz4Frame.headerChecksum(this.input, descriptor, this.input.position() - descriptor);
        need(1);
        if (this.input.get() != checksum) {
            throw CorruptRecordException.compressed("The header checksum of the LZ4 frame is wrong");
        }
        contentHash = Lz4Frame.HASHES.newStreamingHash32(0);
    }

    @Override
    int room() {
        if (ended) {
            return 0;
        }
        need(Integer.BYTES);
        int header = input.getInt(input.position());
        long bound = (header & Lz4Frame.STORED_FLAG) != 0 ? header & ~Lz4Frame.STORED_FLAG : (long) header * MAX_RATIO;
        return Math.clamp(bound, 1, maxBlockSize);
    }

    @Override
    void decode(ByteBuffer target) {
        need(Integer.BYTES);
        int header = input.getInt();
        if (header == 0) {
            endFrame();
            return;
        }
        boolean stored = (header & Lz4Frame.STORED_FLAG) != 0;
        int size = header & ~Lz4Frame.STORED_FLAG;
        if (size > maxBlockSize) {
            throw CorruptRecordException.compressed("A block of an LZ4 frame cannot have the size " + size);
        }
        need(size);
        int from = input.position();
        int before = target.position();
        if (stored) {
            target.put(target.position(), input, from, size);
            target.position(before + size);
        } else {
            decompress(target, from, size);
        }
        input.position(from + size);
        if (contentChecksum) {
            contentHash.update(target.array(), target.arrayOffset() + before, target.position() - before);
        }
        if (blockChecksums) {
            need(Integer.BYTES);
            if (input.getInt() != Lz4Frame.hash(input, from, size)) {
                throw CorruptRecordException.compressed("The checksum of an LZ4 block is wrong");
            }
        }
    }

    private void decompress(ByteBuffer target, int from, int size) {
        try {
            int room = Math.min(target.remaining(), maxBlockSize);
            int plain = Lz4Frame.DECOMPRESSOR.decompress(input, from, size, target, target.position(), room);
            target.position(target.position() + plain);
        } catch (LZ4Exception broken) {
            throw CorruptRecordException.compressed("Not LZ4 data: " + broken.getMessage(), broken);
        }
    }

    private void endFrame() {
        ended = true;
        if (contentChecksum) {
            need(Integer.BYTES);
            if (input.getInt() != contentHash.getValue()) {
                throw CorruptRecordException.compressed("The content checksum of the LZ4 frame is wrong");
            }
        }
    }

    private void need(int size) {
        if (input.remaining() < size) {
            throw CorruptRecordException.compressed("The LZ4 frame ends too early");
        }
    }
}
