package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one record batch: append records until it is full, say what the header should hold (in any order, until the
 * end), and {@link #build}. After {@link #reset()} the next one can be written in the same memory; appending creates no
 * garbage then.
 *
 * <p>Records are compressed together, when the batch is built. Until then the size of a compressed batch is an
 * estimate.
 *
 * <p>Owned by one loop, like the {@link Compressor} that it may share with others.
 */
public final class RecordBatchBuilder {
    private static final int FIRST_CAPACITY = 512;

    private final @Nullable Compressor compressor;
    private final int limit;
    private ByteBuffer buffer;

    private double expectedRatio = 1.0;
    private int count;
    private int lastOffsetDelta;
    private long firstTimestamp;
    private long greatestTimestamp;

    private long baseOffset;
    private int partitionLeaderEpoch;
    private long producerId;
    private short producerEpoch;
    private int baseSequence;
    private int flags;
    private long logAppendTime;
    private long deleteHorizonMs;
    private boolean lastOffsetGiven;

    /**
     * A builder of batches that are not compressed.
     *
     * @param limit how large a batch may become, in bytes; only the first record may exceed it
     */
    public RecordBatchBuilder(int limit) {
        this(limit, null);
    }

    /**
     * @param limit how large a batch may become, in bytes, as far as that can be told before it is compressed
     * @param compressor shared with others of the same loop; null means no compression
     */
    public RecordBatchBuilder(int limit, @Nullable Compressor compressor) {
        this.limit = limit;
        this.compressor = compressor == null || compressor.compression() == Compression.NONE ? null : compressor;
        this.buffer = ByteBuffer.allocate(Math.clamp(limit, BatchFormat.HEADER_SIZE, FIRST_CAPACITY));
        reset();
    }

    /**
     * Forgets everything but limit, compressor and expected ratio. What was built before is overwritten from now on.
     */
    public RecordBatchBuilder reset() {
        if (buffer.capacity() > Math.max(limit, FIRST_CAPACITY)) {
            // A first record that was larger than the limit: an exception, not worth its memory.
            buffer = ByteBuffer.allocate(FIRST_CAPACITY);
        }
        buffer.clear().position(BatchFormat.HEADER_SIZE);
        count = 0;
        lastOffsetDelta = -1;
        lastOffsetGiven = false;
        firstTimestamp = RecordBatch.NO_TIMESTAMP;
        greatestTimestamp = RecordBatch.NO_TIMESTAMP;
        baseOffset = 0;
        partitionLeaderEpoch = RecordBatch.NO_PARTITION_LEADER_EPOCH;
        producerId = RecordBatch.NO_PRODUCER_ID;
        producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
        baseSequence = RecordBatch.NO_SEQUENCE;
        flags = 0;
        return this;
    }

    /** Offset of the first record, 0 unless said otherwise. */
    public RecordBatchBuilder baseOffset(long offset) {
        if (count > 0 && lastOffsetDelta != count - 1) {
            throw new IllegalStateException("records with offsets of their own have been appended");
        }
        baseOffset = offset;
        return this;
    }

    public RecordBatchBuilder partitionLeaderEpoch(int epoch) {
        partitionLeaderEpoch = epoch;
        return this;
    }

    /** The batch of an idempotent producer. */
    public RecordBatchBuilder producer(long id, short epoch, int firstSequence) {
        producerId = id;
        producerEpoch = epoch;
        baseSequence = firstSequence;
        return this;
    }

    public RecordBatchBuilder transactional(boolean transactional) {
        return flag(BatchFormat.TRANSACTIONAL_FLAG, transactional);
    }

    public RecordBatchBuilder control(boolean control) {
        return flag(BatchFormat.CONTROL_FLAG, control);
    }

    /** Makes {@code timestamp} that of all records. */
    public RecordBatchBuilder logAppendTime(long timestamp) {
        logAppendTime = timestamp;
        return flag(BatchFormat.LOG_APPEND_TIME_FLAG, true);
    }

    /** From when on compaction may remove tombstones (KIP-534). To be said before the first record is appended. */
    public RecordBatchBuilder deleteHorizon(long horizonMs) {
        if (count > 0) {
            throw new IllegalStateException("the delete horizon must be known before the first record");
        }
        deleteHorizonMs = horizonMs;
        return flag(BatchFormat.DELETE_HORIZON_FLAG, true);
    }

    /** The last offset, where the records that had it are gone: compaction keeps a batch's range of offsets. */
    public RecordBatchBuilder lastOffset(long offset) {
        int delta = delta(offset);
        if (delta < lastOffsetDelta) {
            throw new IllegalStateException("a record with a greater offset than " + offset + " has been appended");
        }
        lastOffsetGiven = true;
        lastOffsetDelta = delta;
        return this;
    }

    /**
     * What part of its size a batch is expected to keep when it is compressed; 1 unless said otherwise. With a figure
     * that comes from {@link #compressionRatio} of earlier batches, batches come close to the limit.
     */
    public RecordBatchBuilder expectedCompressionRatio(double ratio) {
        expectedRatio = ratio;
        return this;
    }

    private RecordBatchBuilder flag(int flag, boolean on) {
        flags = on ? flags | flag : flags & ~flag;
        return this;
    }

    /**
     * Appends a record with the next offset.
     *
     * @param timestamp in ms since 1970, or {@link RecordBatch#NO_TIMESTAMP}
     * @param key from its position to its limit, which are not moved
     * @param value likewise
     * @return false if the batch is full: then nothing was appended. The first record always has room.
     */
    public boolean append(long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value, List<Header> headers) {
        return append(lastOffsetDelta + 1, checked(timestamp), key, value, headers);
    }

    /** As {@link #append(long, ByteBuffer, ByteBuffer, List)}, for who has arrays. */
    public boolean append(long timestamp, byte @Nullable [] key, byte @Nullable [] value, List<Header> headers) {
        int keySize = key == null ? -1 : key.length;
        int valueSize = value == null ? -1 : value.length;
        if (!begin(lastOffsetDelta + 1, checked(timestamp), keySize, valueSize, headers)) {
            return false;
        }
        Varints.write(buffer, keySize);
        if (key != null) {
            buffer.put(key);
        }
        Varints.write(buffer, valueSize);
        if (value != null) {
            buffer.put(value);
        }
        writeHeaders(headers);
        return true;
    }

    private static long checked(long timestamp) {
        if (timestamp < RecordBatch.NO_TIMESTAMP) {
            throw new IllegalArgumentException("a negative timestamp: " + timestamp);
        }
        return timestamp;
    }

    /**
     * Appends a copy of a record with its own offset, which must be greater than that of the record before. Its
     * timestamp may be anything: what was stored once can be copied.
     */
    public boolean append(Record record) {
        return append(delta(record.offset()), record.timestamp(), record.key(), record.value(), record.headers());
    }

    /** Appends a control record and makes the batch a control batch. */
    public boolean appendControl(long timestamp, ControlRecordType type, ByteBuffer value) {
        return control(true).append(timestamp, type.key(), value, List.of());
    }

    /** Appends the marker that ends a transaction; such a batch is transactional, too. */
    public boolean appendEndTxnMarker(long timestamp, EndTxnMarker marker) {
        return transactional(true).appendControl(timestamp, marker.type(), marker.value());
    }

    private boolean append(
            int offsetDelta,
            long timestamp,
            @Nullable ByteBuffer key,
            @Nullable ByteBuffer value,
            List<Header> headers) {
        int keySize = key == null ? -1 : key.remaining();
        int valueSize = value == null ? -1 : value.remaining();
        if (!begin(offsetDelta, timestamp, keySize, valueSize, headers)) {
            return false;
        }
        Varints.write(buffer, keySize);
        write(key);
        Varints.write(buffer, valueSize);
        write(value);
        writeHeaders(headers);
        return true;
    }

    /** Makes room and writes what precedes the key; false if there is no room. */
    private boolean begin(int offsetDelta, long timestamp, int keySize, int valueSize, List<Header> headers) {
        if (lastOffsetGiven || (count > 0 && offsetDelta <= lastOffsetDelta)) {
            throw new IllegalStateException("offsets must grow, and the last one be given last");
        }
        if (count == 0) {
            firstTimestamp = (flags & BatchFormat.DELETE_HORIZON_FLAG) == 0 ? timestamp : deleteHorizonMs;
        }
        long timestampDelta = timestamp - firstTimestamp;
        long body = 1L
                + Varints.sizeOf(timestampDelta)
                + Varints.sizeOf(offsetDelta)
                + sizeOfBytes(keySize)
                + sizeOfBytes(valueSize)
                + Varints.sizeOf(headers.size())
                + sizeOf(headers);
        long size = Varints.sizeOf((int) body) + body;
        if (count > 0 && estimate(buffer.position() + size) > limit) {
            return false;
        }
        ensureRoomFor(size);
        Varints.write(buffer, (int) body);
        buffer.put((byte) 0);
        Varints.write(buffer, timestampDelta);
        Varints.write(buffer, offsetDelta);
        count++;
        lastOffsetDelta = offsetDelta;
        greatestTimestamp = Math.max(greatestTimestamp, timestamp);
        return true;
    }

    private void ensureRoomFor(long size) {
        if (size <= buffer.remaining()) {
            return;
        }
        long needed = buffer.position() + size;
        if (needed > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a batch cannot have " + needed + " bytes");
        }
        long doubled = Math.min(2L * buffer.capacity(), Math.max(limit, 0));
        buffer = ByteBuffer.allocate((int) Math.max(needed, doubled)).put(buffer.flip());
    }

    private void write(@Nullable ByteBuffer bytes) {
        if (bytes != null) {
            int size = bytes.remaining();
            buffer.put(buffer.position(), bytes, bytes.position(), size).position(buffer.position() + size);
        }
    }

    private void writeHeaders(List<Header> headers) {
        Varints.write(buffer, headers.size());
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            int keySize = utf8Size(header.key());
            Varints.write(buffer, keySize);
            if (keySize == header.key().length()) {
                for (int c = 0; c < keySize; c++) {
                    buffer.put((byte) header.key().charAt(c));
                }
            } else {
                buffer.put(header.key().getBytes(StandardCharsets.UTF_8));
            }
            ByteBuffer value = header.value();
            Varints.write(buffer, value == null ? -1 : value.remaining());
            write(value);
        }
    }

    private static long sizeOf(List<Header> headers) {
        long size = 0;
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            ByteBuffer value = header.value();
            size += sizeOfBytes(utf8Size(header.key())) + sizeOfBytes(value == null ? -1 : value.remaining());
        }
        return size;
    }

    private static long sizeOfBytes(int size) {
        return (long) Varints.sizeOf(size) + Math.max(size, 0);
    }

    /** Keys are nearly always ASCII; then their size is their length, and nothing else has that size. */
    private static int utf8Size(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }

    private int delta(long offset) {
        long delta = offset - baseOffset;
        if (delta < 0 || delta > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("offset " + offset + " in a batch that starts at " + baseOffset);
        }
        return (int) delta;
    }

    private long estimate(long plainSize) {
        return compressor == null
                ? plainSize
                : BatchFormat.HEADER_SIZE + (long) Math.ceil((plainSize - BatchFormat.HEADER_SIZE) * expectedRatio);
    }

    public int recordCount() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Size of the batch as it stands: exact without compression, else what the expected ratio says. */
    public int estimatedSizeInBytes() {
        return (int) Math.min(estimate(buffer.position()), Integer.MAX_VALUE);
    }

    /** Size of the batch as it stands, if it were not compressed. */
    public int plainSizeInBytes() {
        return buffer.position();
    }

    /** What part of its size was kept by a batch that this builder built. */
    public double compressionRatio(ByteBuffer batch) {
        int plain = plainSizeInBytes() - BatchFormat.HEADER_SIZE;
        return plain == 0 ? 1.0 : (batch.remaining() - BatchFormat.HEADER_SIZE) / (double) plain;
    }

    /**
     * The finished batch, from position 0 to the limit. Without compression it shares the memory of this builder, and
     * is valid until {@link #reset()}; else it has its own. The builder stays as it is: building again, with another
     * sequence number for example, is possible.
     *
     * @throws IllegalStateException if there are no records, and no last offset that a batch without records could
     *     stand for
     */
    public ByteBuffer build() {
        if (count == 0 && !lastOffsetGiven) {
            throw new IllegalStateException("a batch without records");
        }
        ByteBuffer batch;
        if (compressor == null) {
            batch = buffer.duplicate().flip();
        } else {
            ByteBuffer records = compressor.compress(
                    buffer.array(),
                    buffer.arrayOffset() + BatchFormat.HEADER_SIZE,
                    buffer.position() - BatchFormat.HEADER_SIZE);
            batch = ByteBuffer.allocate(BatchFormat.HEADER_SIZE + records.remaining());
            batch.put(BatchFormat.HEADER_SIZE, records, records.position(), records.remaining());
        }
        writeHeader(batch);
        return batch;
    }

    private void writeHeader(ByteBuffer batch) {
        boolean hasLogAppendTime = (flags & BatchFormat.LOG_APPEND_TIME_FLAG) != 0;
        int compression = compressor == null ? 0 : compressor.compression().id();
        batch.putLong(BatchFormat.BASE_OFFSET, baseOffset)
                .putInt(BatchFormat.LENGTH, batch.limit() - BatchFormat.PREFIX_SIZE)
                .putInt(BatchFormat.PARTITION_LEADER_EPOCH, partitionLeaderEpoch)
                .put(BatchFormat.MAGIC, RecordBatch.MAGIC)
                .putShort(BatchFormat.ATTRIBUTES, (short) (flags | compression))
                .putInt(BatchFormat.LAST_OFFSET_DELTA, lastOffsetDelta)
                .putLong(BatchFormat.BASE_TIMESTAMP, firstTimestamp)
                .putLong(BatchFormat.MAX_TIMESTAMP, hasLogAppendTime ? logAppendTime : greatestTimestamp)
                .putLong(BatchFormat.PRODUCER_ID, producerId)
                .putShort(BatchFormat.PRODUCER_EPOCH, producerEpoch)
                .putInt(BatchFormat.BASE_SEQUENCE, baseSequence)
                .putInt(BatchFormat.RECORD_COUNT, count);
        RecordBatch.framed(batch, 0).writeCrc();
    }
}
