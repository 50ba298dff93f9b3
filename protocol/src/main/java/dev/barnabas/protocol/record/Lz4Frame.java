package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.XXHashFactory;

/** The LZ4 frame format, as far as Kafka uses it: constants, and what reading and writing share. */
final class Lz4Frame {
    static final int MAGIC = 0x184d2204;
    /** Magic, flags, block descriptor, header checksum. */
    static final int MIN_HEADER_SIZE = 7;

    static final int VERSION_MASK = 0b1100_0000;
    static final int VERSION = 0b0100_0000;
    static final int INDEPENDENT_BLOCKS_FLAG = 1 << 5;
    static final int BLOCK_CHECKSUM_FLAG = 1 << 4;
    static final int CONTENT_SIZE_FLAG = 1 << 3;
    static final int CONTENT_CHECKSUM_FLAG = 1 << 2;
    static final int RESERVED_FLAG = 1 << 1;
    static final int DICTIONARY_FLAG = 1;

    static final int BLOCK_SIZE_SHIFT = 4;
    static final int BLOCK_SIZE_MASK = 0b0111_0000;
    /** Code 4 means blocks of up to 64 KB, and each further one four times as much. */
    static final int MIN_BLOCK_SIZE_CODE = 4;

    /** In the size of a block: it is not compressed. */
    static final int STORED_FLAG = 1 << 31;

    static final XXHashFactory HASHES = XXHashFactory.fastestInstance();
    static final LZ4Factory FACTORY = LZ4Factory.fastestInstance();
    static final LZ4SafeDecompressor DECOMPRESSOR = FACTORY.safeDecompressor();

    private Lz4Frame() {}

    static int blockSize(int code) {
        return 1 << (2 * code + 8);
    }

    static int hash(ByteBuffer bytes, int from, int size) {
        return HASHES.hash32().hash(bytes, from, size, 0);
    }

    /** The second byte of the hash of the descriptor. */
    static byte headerChecksum(ByteBuffer bytes, int from, int size) {
        return (byte) (hash(bytes, from, size) >> 8);
    }
}
