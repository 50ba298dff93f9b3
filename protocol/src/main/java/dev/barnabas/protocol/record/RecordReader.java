package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the records of a batch. Call {@link #next()}; while it answers true, the getters describe the record it
 * stands on. What they return is valid until the next call.
 *
 * <p>Owned by the loop that owns the decompressor. It needs no closing and may be left at any point.
 */
public final class RecordReader {
    private static final int NONE = -1;

    private final RecordBytes bytes;
    private final boolean skip;
    private final int maxRecordBytes;
    private final long baseOffset;
    private final long baseTimestamp;
    private final long logAppendTime;
    private final boolean hasLogAppendTime;
    private final int count;

    private int index;
    private int sizeInBytes;
    private int offsetDelta;
    private long timestamp;
    private int keySize;
    private int valueSize;
    private int headerCount;
    private long keyAt;
    private long valueAt;
    private long headersAt;

    private RecordReader(RecordBatch batch, RecordBytes bytes, boolean skip, int maxRecordBytes) {
        this.bytes = bytes;
        this.skip = skip;
        this.maxRecordBytes = maxRecordBytes;
        this.baseOffset = batch.baseOffset();
        this.baseTimestamp = batch.baseTimestamp();
        this.logAppendTime = batch.maxTimestamp();
        this.hasLogAppendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
        this.count = batch.recordCount();
        if (count < 0) {
            throw CorruptRecordException.malformed("A batch cannot have " + count + " records");
        }
    }

    /** For a look at everything but keys, values and headers: constant memory however large they are. */
    static RecordReader skipping(RecordBatch batch, Decompressor decompressor, int maxRecordBytes) {
        int max = batch.isCompressed() ? maxRecordBytes : Integer.MAX_VALUE;
        return new RecordReader(batch, bytes(batch, decompressor, false), true, max);
    }

    static RecordReader reusing(RecordBatch batch, Decompressor decompressor) {
        return new RecordReader(batch, bytes(batch, decompressor, false), false, Integer.MAX_VALUE);
    }

    static RecordReader retaining(RecordBatch batch, Decompressor decompressor) {
        return new RecordReader(batch, bytes(batch, decompressor, true), false, Integer.MAX_VALUE);
    }

    static RecordReader wholly(RecordBatch batch) {
        if (!batch.isCompressed()) {
            return new RecordReader(batch, inPlace(batch), false, Integer.MAX_VALUE);
        }
        try (Decompressor decompressor = new Decompressor()) {
            ByteBuffer all = decompressor.decompress(batch);
            return new RecordReader(batch, RecordBytes.of(all, 0, all.limit()), false, Integer.MAX_VALUE);
        }
    }

    private static RecordBytes bytes(RecordBatch batch, Decompressor decompressor, boolean retain) {
        if (!batch.isCompressed()) {
            return inPlace(batch);
        }
        Decoding decoding = decompressor.open(batch);
        return retain ? RecordBytes.retaining(decoding) : RecordBytes.reusing(decoding);
    }

    private static RecordBytes inPlace(RecordBatch batch) {
        int start = batch.position();
        return RecordBytes.of(batch.buffer(), start + BatchFormat.HEADER_SIZE, start + batch.sizeInBytes());
    }

    /**
     * Moves to the next record; false if there is none left.
     *
     * @throws IllegalStateException if the decompressor has meanwhile been used for another compressed batch
     * @throws CorruptRecordException if what follows is not a record, if the batch goes on after its last record, or if
     *     its records are larger than the decompressor allows
     */
    public boolean next() {
        bytes.requireCurrent();
        if (index == count) {
            if (!bytes.exhausted()) {
                throw CorruptRecordException.malformed("The batch goes on after its last record");
            }
            return false;
        }
        index++;
        long start = bytes.position();
        int size = bytes.readVarint();
        if (size < BatchFormat.MIN_RECORD_SIZE - 1) {
            throw CorruptRecordException.malformed("A record cannot have the size " + size);
        }
        long sizeOfAll = bytes.position() - start + size;
        if (sizeOfAll > Integer.MAX_VALUE) {
            throw CorruptRecordException.malformed("A record cannot have the size " + size);
        }
        if (size > maxRecordBytes) {
            throw new CorruptRecordException(
                    BatchRefusal.RECORD_TOO_LARGE,
                    "Invalid record size: " + size + " exceeds the configured maximum record size of "
                            + maxRecordBytes);
        }
        sizeInBytes = (int) sizeOfAll;
        if (!skip) {
            bytes.require(size);
        }
        readBody(start + sizeOfAll);
        return true;
    }

    private void readBody(long end) {
        // The record's own attributes: none are defined, and none are looked at.
        bytes.readByte();
        long timestampDelta = bytes.readVarlong();
        timestamp = hasLogAppendTime ? logAppendTime : baseTimestamp + timestampDelta;
        offsetDelta = bytes.readVarint();
        keySize = bytes.readVarint();
        keyAt = bytes.position();
        skip(keySize, end, "key");
        valueSize = bytes.readVarint();
        valueAt = bytes.position();
        skip(valueSize, end, "value");
        headerCount = bytes.readVarint();
        headersAt = bytes.position();
        if (headerCount < 0 || headerCount > end - headersAt) {
            throw CorruptRecordException.malformed("A record cannot have " + headerCount + " headers");
        }
        for (int i = 0; i < headerCount; i++) {
            int headerKeySize = bytes.readVarint();
            if (headerKeySize < 0) {
                throw CorruptRecordException.malformed("The key of a header cannot have the size " + headerKeySize);
            }
            skip(headerKeySize, end, "header key");
            skip(bytes.readVarint(), end, "header value");
        }
        if (bytes.position() != end) {
            throw CorruptRecordException.malformed("The size of a record is not that of its content");
        }
    }

    private void skip(int size, long end, String what) {
        if (size > end - bytes.position()) {
            throw CorruptRecordException.malformed("The " + what + " of a record is larger than the record: " + size);
        }
        if (size > 0) {
            bytes.skip(size);
        }
    }

    /** Size of the record with its length field, uncompressed. */
    public int sizeInBytes() {
        return sizeInBytes;
    }

    public long offset() {
        return baseOffset + offsetDelta;
    }

    public int offsetDelta() {
        return offsetDelta;
    }

    /** In ms since 1970; that of the batch, where the broker set the timestamps. */
    public long timestamp() {
        return timestamp;
    }

    public boolean hasKey() {
        return keySize >= 0;
    }

    public boolean hasValue() {
        return valueSize >= 0;
    }

    /** Size of the key, -1 if there is none. */
    public int keySize() {
        return Math.max(keySize, NONE);
    }

    /** Size of the value, -1 if there is none. */
    public int valueSize() {
        return Math.max(valueSize, NONE);
    }

    public @Nullable ByteBuffer key() {
        return slice(keyAt, keySize);
    }

    public @Nullable ByteBuffer value() {
        return slice(valueAt, valueSize);
    }

    private @Nullable ByteBuffer slice(long from, int size) {
        if (skip) {
            throw new IllegalStateException("this reader skips keys and values");
        }
        return size < 0 ? null : bytes.slice(from, size);
    }

    /** The headers in their order; a list of its own, but the values share the memory of the batch. */
    public List<Header> headers() {
        if (skip) {
            throw new IllegalStateException("this reader skips headers");
        }
        if (headerCount == 0) {
            return List.of();
        }
        // The record was walked through by next(), so these bytes are known to be well-formed.
        List<Header> headers = new ArrayList<>(Math.min(headerCount, 64));
        HeaderCursor cursor = new HeaderCursor(headersAt);
        for (int i = 0; i < headerCount; i++) {
            int headerKeySize = cursor.varint();
            String key = StandardCharsets.UTF_8
                    .decode(bytes.slice(cursor.skip(headerKeySize), headerKeySize))
                    .toString();
            int headerValueSize = cursor.varint();
            ByteBuffer value = headerValueSize < 0 ? null : bytes.slice(cursor.skip(headerValueSize), headerValueSize);
            headers.add(new Header(key, value));
        }
        return headers;
    }

    /** The record as a value. Its buffers are valid as long as those of this reader are. */
    public Record record() {
        return new Record(offset(), timestamp, key(), value(), headers());
    }

    Iterator<Record> iterator() {
        return new Iterator<>() {
            private @Nullable Record upcoming;
            private boolean ended;

            @Override
            public boolean hasNext() {
                if (upcoming == null && !ended) {
                    if (RecordReader.this.next()) {
                        upcoming = RecordReader.this.record();
                    } else {
                        ended = true;
                    }
                }
                return upcoming != null;
            }

            @Override
            public Record next() {
                if (!hasNext() || upcoming == null) {
                    throw new NoSuchElementException("no record left");
                }
                Record record = upcoming;
                upcoming = null;
                return record;
            }
        };
    }

    /** Reads again what next() has walked over. */
    private final class HeaderCursor {
        private long at;

        HeaderCursor(long at) {
            this.at = at;
        }

        int varint() {
            int raw = 0;
            int shift = 0;
            byte next;
            do {
                next = bytes.get(at++);
                raw |= (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            return Varints.unZigZag(raw);
        }

        /** Returns where the skipped bytes begin. */
        long skip(int size) {
            long from = at;
            at += size;
            return from;
        }
    }
}
