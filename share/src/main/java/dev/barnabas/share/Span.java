package dev.barnabas.share;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Offsets as they were found in the log: a record batch, or a part of one. What lies between two spans is not there
 * (compaction).
 *
 * @param lastOffset inclusive
 * @param isDeliverable false for what no member sees: control records, and aborted ones where only committed ones count
 * @param keys one for each offset where the group wants its keys in order, see {@link #keyOf}; else null
 */
public record Span(long firstOffset, long lastOffset, boolean isDeliverable, long @Nullable [] keys) {

    static final long NO_KEY = -1;

    /** What stands for the key of a record: a hash, or -1 if it has none. */
    public static long keyOf(@Nullable ByteBuffer key) {
        if (key == null) {
            return NO_KEY;
        }
        CRC32C hash = new CRC32C();
        hash.update(key.duplicate());
        return hash.getValue();
    }

    /** Without keys. */
    public Span(long firstOffset, long lastOffset, boolean isDeliverable) {
        this(firstOffset, lastOffset, isDeliverable, null);
    }

    long keyAt(long offset) {
        if (keys == null) {
            throw new IllegalStateException("the keys were not read");
        }
        return keys[(int) (offset - firstOffset)];
    }
}
