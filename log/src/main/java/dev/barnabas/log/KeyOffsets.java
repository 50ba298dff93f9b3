package dev.barnabas.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key, in a fixed amount of memory outside of the heap. A key is known by 128 bits of its
 * SHA-256: keys that are chosen to collide, which MD5 would allow, cannot make each other disappear. Used by one thread
 * at a time.
 */
final class KeyOffsets implements AutoCloseable {
    static final long NONE = -1;
    /** What one key takes. */
    static final int ENTRY_BYTES = 24;

    private static final int HASH_BYTES = 32;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final long OFFSET = 16;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment table;
    private final long slots;
    private final long maxKeys;
    private final MessageDigest digest;
    private final byte[] hash = new byte[HASH_BYTES];
    private final ByteBuffer hashBytes = ByteBuffer.wrap(hash);
    private long keys;

    /**
     * @param maxBytes how much memory may be used; there is room for one key at least
     * @param loadFactor how full the table may become
     * @param expectedKeys no more memory is taken than so many keys need
     */
    KeyOffsets(long maxBytes, double loadFactor, long expectedKeys) {
        long affordable = Math.max(2, maxBytes / ENTRY_BYTES);
        long wanted = Math.min(affordable, (long) Math.ceil(Math.max(1, expectedKeys) / loadFactor) + 1);
        this.slots = Math.max(2, wanted);
        // At least one place stays free, or a search would not end.
        this.maxKeys = Math.clamp((long) (slots * loadFactor), 1, slots - 1);
        this.table = arena.allocate(slots * ENTRY_BYTES, Long.BYTES);
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Notes an offset, greater than those before. False if there is no room for another key. */
    boolean put(ByteBuffer key, long offset) {
        long at = find(key);
        if (table.get(LONG, at + OFFSET) == 0) {
            if (keys == maxKeys) {
                return false;
            }
            keys++;
            table.set(LONG, at, hashBytes.getLong(0));
            table.set(LONG, at + Long.BYTES, hashBytes.getLong(Long.BYTES));
        }
        table.set(LONG, at + OFFSET, offset + 1);
        return true;
    }

    /** The greatest offset that was noted for a key, or {@link #NONE}. */
    long get(ByteBuffer key) {
        return keys == 0 ? NONE : table.get(LONG, find(key) + OFFSET) - 1;
    }

    long keys() {
        return keys;
    }

    long sizeInBytes() {
        return table.byteSize();
    }

    /** Where the key is, or would be. */
    private long find(ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, HASH_BYTES);
        } catch (DigestException impossible) {
            throw new IllegalStateException("a SHA-256 has 32 bytes", impossible);
        }
        long first = hashBytes.getLong(0);
        long second = hashBytes.getLong(Long.BYTES);
        long slot = Math.unsignedMultiplyHigh(first, slots);
        while (true) {
            long at = slot * ENTRY_BYTES;
            if (table.get(LONG, at + OFFSET) == 0
                    || (table.get(LONG, at) == first && table.get(LONG, at + Long.BYTES) == second)) {
                return at;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
