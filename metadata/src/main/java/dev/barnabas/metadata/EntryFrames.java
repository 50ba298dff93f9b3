package dev.barnabas.metadata;

import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The form of log files: see the package's documentation. */
final class EntryFrames {

    static final int HEADER = 2 * Integer.BYTES + 2 * Short.BYTES + 2 * Long.BYTES;
    static final int MAX_ENTRY_BYTES = 64 << 20;

    private static final short FORMAT = 1;
    private static final int CHECKSUM = Integer.BYTES;
    private static final int CHECKED = CHECKSUM + Integer.BYTES;
    private static final int OFFSET = CHECKED + 2 * Short.BYTES;
    private static final int DURABLE_END_OFFSET = OFFSET + Long.BYTES;

    private EntryFrames() {}

    /**
     * @param offset of the entry
     * @param durableEndOffset when this was written all entries before that offset were on stable storage
     * @param end where the next frame begins
     */
    record Frame(long offset, long durableEndOffset, ByteBuffer entry, int end) {}

    static ByteBuffer frame(long offset, long durableEndOffset, ByteBuffer entry) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + entry.remaining())
                .putInt(entry.remaining())
                .putInt(0)
                .putShort(FORMAT)
                .putShort((short) 0)
                .putLong(offset)
                .putLong(durableEndOffset)
                .put(entry.duplicate())
                .flip();
        return frame.putInt(CHECKSUM, checksum(frame.slice(CHECKED, frame.limit() - CHECKED)));
    }

    /** The frame at a position, null if there is none that is whole. */
    static @Nullable Frame read(ByteBuffer file, int position) {
        if (file.limit() - position < HEADER) {
            return null;
        }
        int length = file.getInt(position);
        if (length < 0 || length > MAX_ENTRY_BYTES || length > file.limit() - position - HEADER) {
            return null;
        }
        int end = position + HEADER + length;
        int checksum = checksum(file.slice(position + CHECKED, end - position - CHECKED));
        if (file.getInt(position + CHECKSUM) != checksum || file.getShort(position + CHECKED) != FORMAT) {
            return null;
        }
        return new Frame(
                file.getLong(position + OFFSET),
                file.getLong(position + DURABLE_END_OFFSET),
                file.slice(position + HEADER, length),
                end);
    }

    /**
     * Looks behind damage for a proof that what is damaged was once on stable storage: a whole frame that says so.
     *
     * @param missing the offset of the first entry that cannot be read
     * @return where the proof is
     */
    static OptionalInt proofOfLoss(ByteBuffer file, int from, long missing) {
        for (int position = from; position <= file.limit() - HEADER; position++) {
            long offset = file.getLong(position + OFFSET);
            long durableEndOffset = file.getLong(position + DURABLE_END_OFFSET);
            // Only where the numbers fit is it worth the checksum.
            if (durableEndOffset > missing && durableEndOffset <= offset && read(file, position) != null) {
                return OptionalInt.of(position);
            }
        }
        return OptionalInt.empty();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
