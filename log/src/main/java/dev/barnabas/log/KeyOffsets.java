package dev.barnabas.log;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key, in memory outside of the heap that grows with the keys up to a bound. A key is known by
 * 128 bits of its SHA-256: keys that are chosen to collide, which MD5 would allow, cannot make each other disappear.
 * Used by one thread at a time.
 */
final class KeyOffsets implements AutoCloseable {
    static final long NONE = -1;
    /** What one key takes. */
    static final int ENTRY_BYTES = 24;

    private static final int HASH_BYTES = 32;
    private static final int FIRST_SLOTS = 1_024;
    private static final int GROWTH = 4;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final long OFFSET = 16;

    private final long maxSlots;
    private final double loadFactor;
    private final MessageDigest digest;
    private final byte[] hash = new byte[HASH_BYTES];
    private final ByteBuffer hashBytes = ByteBuffer.wrap(hash);
    private Table table;
    private long keys;

    /** Open addressing: 128 bits of the hash, and the offset plus one, 0 in a free slot. */
    private record Table(Arena arena, MemorySegment memory, long slots, long maxKeys) {
        static Table of(long slots, double loadFactor) {
            Arena arena = Arena.ofShared();
            MemorySegment memory = arena.allocate(slots * ENTRY_BYTES, Long.BYTES);
            // At least one place stays free, or a search would not end.
            return new Table(arena, memory, slots, Math.clamp((long) (slots * loadFactor), 1, slots - 1));
        }

        boolean isFree(long at) {
            return memory.get(LONG, at + OFFSET) == 0;
        }

        /** Where a key is, or would be. */
        long find(long first, long second) {
            long slot = Math.unsignedMultiplyHigh(first, slots);
            while (true) {
                long at = slot * ENTRY_BYTES;
                boolean isIt = memory.get(LONG, at) == first && memory.get(LONG, at + Long.BYTES) == second;
                if (isIt || isFree(at)) {
                    return at;
                }
                slot = slot + 1 == slots ? 0 : slot + 1;
            }
        }

        void set(long at, long first, long second, long offsetPlusOne) {
            memory.set(LONG, at, first);
            memory.set(LONG, at + Long.BYTES, second);
            memory.set(LONG, at + OFFSET, offsetPlusOne);
        }

        void addAll(Table other) {
            for (long at = 0; at < other.memory.byteSize(); at += ENTRY_BYTES) {
                if (!other.isFree(at)) {
                    long first = other.memory.get(LONG, at);
                    long second = other.memory.get(LONG, at + Long.BYTES);
                    set(find(first, second), first, second, other.memory.get(LONG, at + OFFSET));
                }
            }
        }
    }

    /**
     * @param maxBytes how much memory may be used; there is room for one key at least
     * @param loadFactor how full the table may become
     */
    KeyOffsets(long maxBytes, double loadFactor) {
        // While the last table is filled from the one before, both are there.
        this.maxSlots = Math.max(2, maxBytes / ENTRY_BYTES * GROWTH / (GROWTH + 1));
        this.loadFactor = loadFactor;
        this.table = Table.of(Math.min(FIRST_SLOTS, maxSlots), loadFactor);
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Notes an offset, greater than those before. False if there is no room for another key. */
    boolean put(ByteBuffer key, long offset) {
        hash(key);
        long first = hashBytes.getLong(0);
        long second = hashBytes.getLong(Long.BYTES);
        long at = table.find(first, second);
        if (table.isFree(at)) {
            if (keys == table.maxKeys) {
                if (table.slots == maxSlots) {
                    return false;
                }
                grow();
                at = table.find(first, second);
            }
            keys++;
        }
        table.set(at, first, second, offset + 1);
        return true;
    }

    private void grow() {
        Table larger = Table.of(Math.min(GROWTH * table.slots, maxSlots), loadFactor);
        larger.addAll(table);
        table.arena.close();
        table = larger;
    }

    /** The greatest offset that was noted for a key, or {@link #NONE}. */
    long get(ByteBuffer key) {
        if (keys == 0) {
            return NONE;
        }
        hash(key);
        return table.memory.get(LONG, table.find(hashBytes.getLong(0), hashBytes.getLong(Long.BYTES)) + OFFSET) - 1;
    }

    private void hash(ByteBuffer key) {
        digest.update(key.duplicate());
        try {
            digest.digest(hash, 0, HASH_BYTES);
        } catch (DigestException impossible) {
            throw new IllegalStateException("a SHA-256 has 32 bytes", impossible);
        }
    }

    long keys() {
        return keys;
    }

    long sizeInBytes() {
        return table.memory.byteSize();
    }

    @Override
    public void close() {
        table.arena.close();
    }
}
