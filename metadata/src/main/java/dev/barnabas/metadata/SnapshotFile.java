package dev.barnabas.metadata;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The form of snapshot files: see the package's documentation. */
final class SnapshotFile {

    static final int HEADER = Integer.BYTES + 2 * Short.BYTES + 2 * Long.BYTES + Integer.BYTES;

    /** "BMDS". */
    private static final int MAGIC = 0x424D4453;

    private static final short FORMAT = 1;

    private SnapshotFile() {}

    static ByteBuffer header(long lastOffset, ByteBuffer state) {
        ByteBuffer header = ByteBuffer.allocate(HEADER)
                .putInt(MAGIC)
                .putShort(FORMAT)
                .putShort((short) 0)
                .putLong(lastOffset)
                .putLong(state.remaining());
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().flip());
        crc.update(state.duplicate());
        return header.putInt((int) crc.getValue()).flip();
    }

    /** The state in a file, null if the file is not whole. */
    static @Nullable ByteBuffer read(ByteBuffer file, long lastOffset) {
        if (file.remaining() < HEADER) {
            return null;
        }
        ByteBuffer state = file.slice(HEADER, file.limit() - HEADER);
        return file.slice(0, HEADER).equals(header(lastOffset, state)) ? state : null;
    }
}
