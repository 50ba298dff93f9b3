package dev.barnabas.coordinator;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record of a shard as the compacted topic stores it.
 *
 * @param value null for a tombstone
 */
public record ShardRecord(ByteBuffer key, @Nullable ByteBuffer value) {
    /** The most that a record takes in a batch beside its key and value: varints for lengths and deltas, attributes. */
    private static final int MOST_OVERHEAD = 40;

    /** The most bytes that the record takes in a batch. */
    int mostBytes() {
        return MOST_OVERHEAD + key.remaining() + (value == null ? 0 : value.remaining());
    }
}
