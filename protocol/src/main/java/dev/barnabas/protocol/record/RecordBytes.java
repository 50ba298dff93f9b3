package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a batch's records, read from front to back: either where they lie in the batch, or in a window that is
 * filled by a decoder as reading goes on.
 *
 * <p>All reading is bounds-checked; {@link CorruptRecordException} says that the bytes end too early.
 */
final class RecordBytes {
    /** The window, if the records are compressed. Null: they are not. */
    private final @Nullable Decoding decoding;

    private final boolean retain;
    private ByteBuffer window;
    private int at;
    private int limit;
    /** Position, in the stream of bytes, of the window's first one. */
    private long windowStart;

    private RecordBytes(ByteBuffer window, int at, int limit) {
        this.decoding = null;
        this.retain = true;
        this.window = window;
        this.at = at;
        this.limit = limit;
    }

    private RecordBytes(Decoding decoding, boolean retain) {
        this.decoding = decoding;
        this.retain = retain;
        this.window = retain ? ByteBuffer.allocate(0) : decoding.scratch(0);
    }

    /** Bytes from {@code from} to {@code to}, which are there already. */
    static RecordBytes of(ByteBuffer bytes, int from, int to) {
        return new RecordBytes(bytes, from, to);
    }

    /**
     * What the decoder yields, in a window that is used again and again: slices of it are valid until the next read.
     */
    static RecordBytes reusing(Decoding decoding) {
        return new RecordBytes(decoding, false);
    }

    /** What the decoder yields; slices stay valid. */
    static RecordBytes retaining(Decoding decoding) {
        return new RecordBytes(decoding, true);
    }

    /** How many bytes were read or skipped. */
    long position() {
        return windowStart + at;
    }

    /**
     * Makes the next {@code count} bytes lie in one piece. Memory grows with the bytes that there are, not with the
     * wish.
     */
    void require(int count) {
        if (limit - at < count) {
            fill(count);
        }
    }

    /** The window is shared: once another batch is in it, there is nothing to be read here. */
    void requireCurrent() {
        if (decoding != null) {
            decoding.requireCurrent();
        }
    }

    byte readByte() {
        if (at == limit) {
            fill(1);
        }
        return window.get(at++);
    }

    int readVarint() {
        if (at < limit) {
            byte only = window.get(at);
            if (only >= 0) {
                at++;
                return Varints.unZigZag((int) only);
            }
        }
        return readLongerVarint();
    }

    private int readLongerVarint() {
        int raw = 0;
        for (int shift = 0; shift < 7 * Varints.MAX_INT_SIZE; shift += 7) {
            byte next = readByte();
            raw |= (next & 0x7f) << shift;
            if (next >= 0) {
                return Varints.unZigZag(raw);
            }
        }
        throw CorruptRecordException.malformed("A varint takes more than " + Varints.MAX_INT_SIZE + " bytes");
    }

    long readVarlong() {
        if (at < limit) {
            byte only = window.get(at);
            if (only >= 0) {
                at++;
                return Varints.unZigZag((long) only);
            }
        }
        return readLongerVarlong();
    }

    private long readLongerVarlong() {
        long raw = 0;
        for (int shift = 0; shift < 7 * Varints.MAX_LONG_SIZE; shift += 7) {
            byte next = readByte();
            raw |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return Varints.unZigZag(raw);
            }
        }
        throw CorruptRecordException.malformed("A varlong takes more than " + Varints.MAX_LONG_SIZE + " bytes");
    }

    /** Skips bytes without ever having more than a window of them. */
    void skip(int count) {
        int rest = count;
        while (rest > limit - at) {
            rest -= limit - at;
            at = limit;
            fill(1);
        }
        at += rest;
    }

    /** The bytes from position {@code from} on, which must still be in the window. */
    ByteBuffer slice(long from, int count) {
        return window.slice((int) (from - windowStart), count);
    }

    byte get(long position) {
        return window.get((int) (position - windowStart));
    }

    /** Whether there is nothing more; decompresses a little further to find out. */
    boolean exhausted() {
        if (at < limit) {
            return false;
        }
        if (decoding == null) {
            return true;
        }
        while (decoding.room() > 0) {
            if (decoding.decode(decoding.scratch(decoding.room()).clear()) > 0) {
                return false;
            }
        }
        return true;
    }

    private void fill(int count) {
        if (decoding == null) {
            throw endsTooEarly();
        }
        int kept = limit - at;
        if (retain) {
            fillAfresh(decoding, kept, count);
        } else {
            refill(decoding, kept, count);
        }
    }

    private void refill(Decoding decoding, int kept, int count) {
        window.put(0, window, at, kept);
        windowStart += at;
        at = 0;
        limit = kept;
        while (limit < count) {
            int room = decoding.room();
            if (room == 0) {
                throw endsTooEarly();
            }
            window = decoding.scratch((long) limit + room);
            limit += decoding.decode(window.clear().position(limit));
        }
    }

    private void fillAfresh(Decoding decoding, int kept, int count) {
        byte[] gathered = new byte[kept];
        window.get(at, gathered);
        int size = kept;
        while (size < count) {
            int room = decoding.room();
            if (room == 0) {
                throw endsTooEarly();
            }
            ByteBuffer scratch = decoding.scratch(room).clear();
            int decoded = decoding.decode(scratch);
            int total = Math.addExact(size, decoded);
            if (total > gathered.length) {
                int capacity = Math.max(total, (int) Math.min(count, 2L * size));
                gathered = Arrays.copyOf(gathered, capacity);
            }
            scratch.get(0, gathered, size, decoded);
            size = total;
        }
        windowStart += at;
        window = ByteBuffer.wrap(gathered);
        at = 0;
        limit = size;
    }

    private static CorruptRecordException endsTooEarly() {
        return CorruptRecordException.malformed("The bytes of the batch end within a record");
    }
}
