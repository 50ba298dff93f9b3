package dev.barnabas.protocol;

import java.nio.ByteBuffer;

/**
 * Record batches in memory, from position to limit of a buffer. What a {@link Reader} returns is a view of the bytes it
 * reads: it is valid as long as they are, and who keeps it keeps the whole frame.
 */
public record MemoryRecords(ByteBuffer buffer) implements Records {
    public static final MemoryRecords EMPTY = new MemoryRecords(ByteBuffer.allocate(0));

    public MemoryRecords {
        buffer = buffer.slice();
    }

    /** The bytes, big-endian, with a position and limit of the caller's own. */
    @Override
    public ByteBuffer buffer() {
        return buffer.duplicate();
    }

    @Override
    public int sizeInBytes() {
        return buffer.remaining();
    }
}
