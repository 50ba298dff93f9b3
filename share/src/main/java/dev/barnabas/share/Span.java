package dev.barnabas.share;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Offsets as they were found in the log: a record batch, or a part of one. What lies between two spans is not there
 * (compaction).
 */
public final class Span {

    static final long NO_KEY = -1;

    private final long firstOffset;
    private final long lastOffset;
    private final boolean deliverable;
    private final long @Nullable [] keys;

    /**
     * @param lastOffset inclusive
     * @param deliverable false for what no member sees: control records, and aborted ones where only committed ones
     *     count
     * @param keys one for each offset where the group wants its keys in order, see {@link #keyOf}; else null
     */
    public Span(long firstOffset, long lastOffset, boolean deliverable, long @Nullable [] keys) {
        this.firstOffset = firstOffset;
        this.lastOffset = lastOffset;
        this.deliverable = deliverable;
        this.keys = keys;
    }

    /** Without keys. */
    public Span(long firstOffset, long lastOffset, boolean deliverable) {
        this(firstOffset, lastOffset, deliverable, null);
    }

    /** What stands for the key of a record: a hash, or -1 if it has none. */
    public static long keyOf(@Nullable ByteBuffer key) {
        if (key == null) {
            return NO_KEY;
        }
        CRC32C hash = new CRC32C();
        hash.update(key.duplicate());
        return hash.getValue();
    }

    public long firstOffset() {
        return firstOffset;
    }

    /** Inclusive. */
    public long lastOffset() {
        return lastOffset;
    }

    public boolean isDeliverable() {
        return deliverable;
    }

    long keyAt(long offset) {
        if (keys == null) {
            throw new IllegalStateException("the keys were not read");
        }
        return keys[(int) (offset - firstOffset)];
    }
}
