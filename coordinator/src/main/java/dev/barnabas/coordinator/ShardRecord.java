package dev.barnabas.coordinator;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record of a shard as the compacted topic stores it.
 *
 * @param value null for a tombstone
 * @param producer in whose transaction it is; null if it is in none
 */
public record ShardRecord(
        ByteBuffer key,
        @Nullable ByteBuffer value,
        @Nullable ProducerInTransaction producer) {
    /** The most that a record takes in a batch beside its key and value: varints for lengths and deltas, attributes. */
    private static final int MOST_OVERHEAD = 40;

    /** A record that is in no transaction. */
    public ShardRecord(ByteBuffer key, @Nullable ByteBuffer value) {
        this(key, value, null);
    }

    /** The most bytes that the record takes in a batch. */
    int mostBytes() {
        return MOST_OVERHEAD + key.remaining() + (value == null ? 0 : value.remaining());
    }
}
