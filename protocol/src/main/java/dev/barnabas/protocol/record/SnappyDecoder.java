package dev.barnabas.protocol.record;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Reads snappy in both forms that clients send: blocks in the framing of snappy-java (the Java client and most others),
 * or one bare block.
 */
final class SnappyDecoder extends Decoder {
    /** The first eight bytes of the framing. A bare block cannot start with them. */
    private static final long FRAMING_MAGIC = 0x82_53_4e_41_50_50_59_00L;

    /** The first half of it: where it stands in the place of a block's size, another framed stream begins. */
    private static final int FRAMING_MAGIC_HEAD = (int) (FRAMING_MAGIC >>> 32);

    private static final int FRAMING_HEADER_SIZE = 16;

    /** The best that snappy can do: 64 bytes of output for 3 of input. More is a lie that would cost memory. */
    private static final int MAX_RATIO = 22;

    private final ByteBuffer input;
    private final boolean framed;
    private byte[] copied = new byte[0];
    /** The block that is decoded next, and its size when decompressed. Zero: not looked for yet. */
    private int blockSize;

    private int plainSize;

    SnappyDecoder(ByteBuffer input) {
        this.input = input;
        this.framed = input.remaining() >= FRAMING_HEADER_SIZE && input.getLong(input.position()) == FRAMING_MAGIC;
        if (framed) {
            readFramingHeader();
        }
    }

    /**
     * Nobody looks at the two versions behind the magic, snappy-java neither, and clients have written many things
     * there.
     */
    private void readFramingHeader() {
        int start = input.position();
        if (input.remaining() < FRAMING_HEADER_SIZE || input.getLong(start) != FRAMING_MAGIC) {
            throw CorruptRecordException.compressed("Unknown framing of snappy data");
        }
        input.position(start + FRAMING_HEADER_SIZE);
    }

    @Override
    int room() {
        if (blockSize == 0) {
            if (!input.hasRemaining()) {
                return 0;
            }
            blockSize = framed ? nextBlockSize() : input.remaining();
            if (blockSize == 0) {
                return 0;
            }
            plainSize = plainSize();
        }
        // An empty block needs no room but is a step all the same.
        return Math.max(plainSize, 1);
    }

    private int nextBlockSize() {
        while (input.remaining() >= Integer.BYTES && input.getInt(input.position()) == FRAMING_MAGIC_HEAD) {
            readFramingHeader();
        }
        if (input.remaining() < Integer.BYTES) {
            return 0;
        }
        int size = input.getInt();
        if (size <= 0 || size > input.remaining()) {
            throw CorruptRecordException.compressed("A block of snappy data cannot have the size " + size);
        }
        return size;
    }

    /** What the block itself says: a varint in front of it. */
    private int plainSize() {
        long size = 0;
        for (int i = 0; i < Varints.MAX_INT_SIZE && i < blockSize; i++) {
            byte next = input.get(input.position() + i);
            size |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                if (size > (long) blockSize * MAX_RATIO) {
                    throw CorruptRecordException.compressed(
                            "A block of " + blockSize + " bytes of snappy data cannot hold " + size);
                }
                return (int) Math.min(size, Integer.MAX_VALUE);
            }
        }
        throw CorruptRecordException.compressed("Not snappy data");
    }

    @Override
    void decode(ByteBuffer target) {
        byte[] source;
        int from;
        if (input.hasArray()) {
            source = input.array();
            from = input.arrayOffset() + input.position();
        } else {
            source = copied = copied.length < blockSize ? new byte[blockSize] : copied;
            from = 0;
            input.get(input.position(), source, 0, blockSize);
        }
        try {
            int size = Snappy.uncompress(
                    source, from, blockSize, target.array(), target.arrayOffset() + target.position());
            target.position(target.position() + size);
        } catch (IOException broken) {
            throw CorruptRecordException.compressed("Not snappy data: " + broken.getMessage(), broken);
        }
        input.position(input.position() + blockSize);
        blockSize = 0;
    }
}
