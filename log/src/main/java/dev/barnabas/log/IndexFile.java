package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The format of {@code .index} files, see the package documentation. Stateless; used on loops and on workers. */
final class IndexFile {
    static final int BLOCK_BYTES = 4_096;
    static final int ENTRIES_PER_BLOCK = 255;

    private static final int ENTRY_BYTES = 16;
    private static final int HEADER_BYTES = 16;
    private static final byte VERSION = 1;

    /** A block is not what it should be. */
    static final int DAMAGED = -1;

    private IndexFile() {}

    /** What a search goes by. An entry matches if the batch that is looked for cannot lie before it. */
    enum By {
        /** The key is an offset. */
        OFFSET,
        /** The key is a position. */
        POSITION,
        /** The key is a timestamp: the batch is the first that reaches it. */
        TIMESTAMP;

        boolean matches(long offset, int position, long maxTimestampBefore, long key) {
            return switch (this) {
                case OFFSET -> offset <= key;
                case POSITION -> position <= key;
                case TIMESTAMP -> maxTimestampBefore < key;
            };
        }
    }

    static ByteBuffer block(long baseOffset, int count, int[] offsets, int[] positions, long[] timestamps) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        block.putInt(0).put(VERSION).put((byte) 0).putShort((short) count).putLong(baseOffset);
        for (int i = 0; i < count; i++) {
            block.putInt(offsets[i]).putInt(positions[i]).putLong(timestamps[i]);
        }
        return block.clear().putInt(0, crc(block));
    }

    private static int crc(ByteBuffer block) {
        CRC32C crc = new CRC32C();
        crc.update(block.slice(4, BLOCK_BYTES - 4));
        return (int) crc.getValue();
    }

    /**
     * Position of the last entry that matches, 0 if none does, or {@link #DAMAGED}.
     *
     * @param blocks how many blocks count
     */
    static int floor(DiskFile file, int blocks, long baseOffset, By by, long key) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        int low = 0;
        int high = blocks - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (!read(file, middle, baseOffset, block)) {
                return DAMAGED;
            }
            if (matches(block, 0, by, key)) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (high < 0) {
            return 0;
        }
        if (!read(file, high, baseOffset, block)) {
            return DAMAGED;
        }
        int first = 0;
        int last = count(block) - 1;
        while (first < last) {
            int middle = (first + last + 1) >>> 1;
            if (matches(block, middle, by, key)) {
                first = middle;
            } else {
                last = middle - 1;
            }
        }
        return block.getInt(HEADER_BYTES + first * ENTRY_BYTES + 4);
    }

    private static boolean read(DiskFile file, int index, long baseOffset, ByteBuffer block) throws IOException {
        int bytes = file.read(block.clear(), (long) index * BLOCK_BYTES);
        return bytes == BLOCK_BYTES
                && block.getInt(0) == crc(block)
                && block.get(4) == VERSION
                && block.getLong(8) == baseOffset
                && count(block) >= 1
                && count(block) <= ENTRIES_PER_BLOCK;
    }

    private static int count(ByteBuffer block) {
        return block.getShort(6);
    }

    private static boolean matches(ByteBuffer block, int entry, By by, long key) {
        int at = HEADER_BYTES + entry * ENTRY_BYTES;
        return by.matches(block.getLong(8) + block.getInt(at), block.getInt(at + 4), block.getLong(at + 8), key);
    }
}
