package dev.barnabas.protocol.record;

import static dev.barnabas.protocol.record.BatchFormat.ATTRIBUTES;
import static dev.barnabas.protocol.record.BatchFormat.HEADER_SIZE;
import static dev.barnabas.protocol.record.BatchFormat.PREFIX_SIZE;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A record batch (magic 2) where it lies: a view on a buffer, heap or direct, that copies and allocates nothing.
 *
 * <p>A {@code RecordBatch} is always framed: its header and all the bytes that its length field announces are in the
 * buffer, and its magic is 2, so no getter can fail. Whether what it says is true, the CRC, the counts, the records, is
 * for {@link #crcValid()} and {@link BatchCheck} to find out. The exception is a {@link #header}, whose records are
 * elsewhere.
 *
 * <p>Owned by whoever owns the buffer; the setters write into it.
 */
public final class RecordBatch {
    /** The only record format that is written since 4.0. */
    public static final byte MAGIC = 2;
    /** Base offset and length: what precedes the bytes that the length field counts. */
    public static final int PREFIX_BYTES = PREFIX_SIZE;
    /** Everything that precedes the records; the size of a batch without records. */
    public static final int HEADER_BYTES = HEADER_SIZE;

    /** The CRC covers everything from this byte of the batch to its end. */
    public static final int CRC_FROM = ATTRIBUTES;

    public static final long NO_TIMESTAMP = -1;
    public static final long NO_PRODUCER_ID = -1;
    public static final short NO_PRODUCER_EPOCH = -1;
    public static final int NO_SEQUENCE = -1;
    public static final int NO_PARTITION_LEADER_EPOCH = -1;

    private final ByteBuffer buffer;
    private final int position;

    private RecordBatch(ByteBuffer buffer, int position) {
        this.buffer = buffer;
        this.position = position;
    }

    /**
     * The batch that starts at {@code position}.
     *
     * @throws CorruptRecordException if there is no complete batch of magic 2; {@link BatchCheck#stored} says that with
     *     a value
     */
    public static RecordBatch at(ByteBuffer buffer, int position) {
        BatchRefusal refusal = BatchCheck.framing(buffer, position);
        if (refusal != null) {
            throw new CorruptRecordException(refusal, BatchCheck.describeFraming(refusal, buffer, position));
        }
        return framed(buffer, position);
    }

    /**
     * A view on a header alone, of which {@link #HEADER_BYTES} are in the buffer and nothing was checked: everything
     * can be asked but the records and the CRC of what is not there. For who steps through a file by headers.
     */
    public static RecordBatch header(ByteBuffer buffer, int position) {
        return framed(buffer, position);
    }

    static RecordBatch framed(ByteBuffer buffer, int position) {
        return new RecordBatch(buffer.order() == ByteOrder.BIG_ENDIAN ? buffer : buffer.duplicate(), position);
    }

    /** The buffer this is a view on; its own position and limit mean nothing here. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where in the buffer the batch starts. */
    public int position() {
        return position;
    }

    /** The bytes of the whole batch, sharing the buffer's memory. */
    public ByteBuffer bytes() {
        return buffer.slice(position, sizeInBytes());
    }

    /** Size of the whole batch, including the prefix of {@link #PREFIX_BYTES}. */
    public int sizeInBytes() {
        return PREFIX_SIZE + buffer.getInt(position + BatchFormat.LENGTH);
    }

    public long baseOffset() {
        return buffer.getLong(position + BatchFormat.BASE_OFFSET);
    }

    /** Offset of the last record, or what it was before compaction removed it. */
    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset that follows the batch. */
    public long endOffset() {
        return lastOffset() + 1;
    }

    public int lastOffsetDelta() {
        return buffer.getInt(position + BatchFormat.LAST_OFFSET_DELTA);
    }

    /** Epoch of the leader that appended the batch; {@link #NO_PARTITION_LEADER_EPOCH} on its way from a producer. */
    public int partitionLeaderEpoch() {
        return buffer.getInt(position + BatchFormat.PARTITION_LEADER_EPOCH);
    }

    public byte magic() {
        return buffer.get(position + BatchFormat.MAGIC);
    }

    /** The stored CRC-32C, unsigned. */
    public long crc() {
        return Integer.toUnsignedLong(buffer.getInt(position + BatchFormat.CRC));
    }

    /** The CRC-32C of what the batch holds, unsigned. */
    public long computeCrc() {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(position + ATTRIBUTES, sizeInBytes() - ATTRIBUTES));
        return crc.getValue();
    }

    public boolean crcValid() {
        return crc() == computeCrc();
    }

    public short attributes() {
        return buffer.getShort(position + ATTRIBUTES);
    }

    private boolean has(int flag) {
        return (attributes() & flag) != 0;
    }

    /** @throws CorruptRecordException if the attributes name a compression that does not exist */
    public Compression compression() {
        int id = attributes() & BatchFormat.COMPRESSION_MASK;
        Compression compression = Compression.ofId(id);
        if (compression == null) {
            throw new CorruptRecordException(
                    BatchRefusal.UNKNOWN_COMPRESSION, "There is no compression with the code " + id);
        }
        return compression;
    }

    public boolean isCompressed() {
        return has(BatchFormat.COMPRESSION_MASK);
    }

    public TimestampType timestampType() {
        return has(BatchFormat.LOG_APPEND_TIME_FLAG) ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
    }

    public boolean isTransactional() {
        return has(BatchFormat.TRANSACTIONAL_FLAG);
    }

    /** Whether the records are control records: markers of the broker that no consumer sees. */
    public boolean isControl() {
        return has(BatchFormat.CONTROL_FLAG);
    }

    /** Whether {@link #baseTimestamp()} is a delete horizon instead (KIP-534). */
    public boolean hasDeleteHorizon() {
        return has(BatchFormat.DELETE_HORIZON_FLAG);
    }

    /** From when on compaction may remove tombstones and transaction markers of this batch, in ms since 1970. */
    public OptionalLong deleteHorizonMs() {
        return hasDeleteHorizon() ? OptionalLong.of(baseTimestamp()) : OptionalLong.empty();
    }

    /**
     * What the timestamp deltas of the records are relative to: the first record's timestamp, or the delete horizon.
     */
    public long baseTimestamp() {
        return buffer.getLong(position + BatchFormat.BASE_TIMESTAMP);
    }

    /** The greatest timestamp of a record, in ms since 1970, or {@link #NO_TIMESTAMP}. */
    public long maxTimestamp() {
        return buffer.getLong(position + BatchFormat.MAX_TIMESTAMP);
    }

    public long producerId() {
        return buffer.getLong(position + BatchFormat.PRODUCER_ID);
    }

    /** Whether the batch comes from an idempotent or transactional producer. */
    public boolean hasProducerId() {
        return producerId() > NO_PRODUCER_ID;
    }

    public short producerEpoch() {
        return buffer.getShort(position + BatchFormat.PRODUCER_EPOCH);
    }

    public int baseSequence() {
        return buffer.getInt(position + BatchFormat.BASE_SEQUENCE);
    }

    /** Sequence number of the last record, or {@link #NO_SEQUENCE}. Sequence numbers wrap to 0. */
    public int lastSequence() {
        int base = baseSequence();
        return base == NO_SEQUENCE ? NO_SEQUENCE : sequenceAfter(base, lastOffsetDelta());
    }

    /** The sequence number {@code increment} records after {@code sequence}: after the greatest int comes 0. */
    public static int sequenceAfter(int sequence, int increment) {
        return (sequence + increment) & Integer.MAX_VALUE;
    }

    /** How many records there are; fewer than offsets where compaction removed some. */
    public int recordCount() {
        return buffer.getInt(position + BatchFormat.RECORD_COUNT);
    }

    /** Assigns the offsets. Not covered by the CRC, so this costs nothing. */
    public void setBaseOffset(long baseOffset) {
        buffer.putLong(position + BatchFormat.BASE_OFFSET, baseOffset);
    }

    /** Says in which leader's epoch the batch was appended. Not covered by the CRC. */
    public void setPartitionLeaderEpoch(int epoch) {
        buffer.putInt(position + BatchFormat.PARTITION_LEADER_EPOCH, epoch);
    }

    /** Makes {@code timestamp} the timestamp of all records, {@link TimestampType#LOG_APPEND_TIME}, and the CRC fit. */
    public void setLogAppendTime(long timestamp) {
        buffer.putShort(position + ATTRIBUTES, (short) (attributes() | BatchFormat.LOG_APPEND_TIME_FLAG));
        setMaxTimestamp(timestamp);
    }

    /** Corrects the maximum timestamp (a producer may have written anything) and makes the CRC fit. */
    public void setMaxTimestamp(long timestamp) {
        buffer.putLong(position + BatchFormat.MAX_TIMESTAMP, timestamp);
        writeCrc();
    }

    void writeCrc() {
        buffer.putInt(position + BatchFormat.CRC, (int) computeCrc());
    }

    /**
     * The records, for batches of one's own making and for tools: a compressed batch is decompressed at once, as a
     * whole. What comes from elsewhere is better read with {@link #records(Decompressor)}.
     *
     * @throws CorruptRecordException from here or while iterating, if the batch is broken or its records take more than
     *     {@link Decompressor#DEFAULT_MAX_BYTES}
     */
    public Iterable<Record> records() {
        return () -> RecordReader.wholly(this).iterator();
    }

    /**
     * The records, decompressed while they are iterated. The buffers of the records stay valid after the iteration went
     * on. One iteration per decompressor at a time: a new one ends an older one, which may be left at any point.
     *
     * @throws CorruptRecordException while iterating, if the batch is broken or too large
     */
    public Iterable<Record> records(Decompressor decompressor) {
        return () -> RecordReader.retaining(this, decompressor).iterator();
    }

    /**
     * A cursor over the records that creates no garbage: what it returns for a record is valid until the next one.
     *
     * @throws CorruptRecordException from here or while reading, if the batch is broken or too large
     */
    public RecordReader reader(Decompressor decompressor) {
        return RecordReader.reusing(this, decompressor);
    }

    /**
     * The first record whose timestamp is at least {@code timestamp} and whose offset is at least {@code fromOffset}:
     * how ListOffsets finds an offset by time.
     *
     * @throws CorruptRecordException if the batch is broken or too large
     */
    public Optional<TimestampAndOffset> firstAtOrAfter(long timestamp, long fromOffset, Decompressor decompressor) {
        RecordReader reader = RecordReader.skipping(this, decompressor, Integer.MAX_VALUE);
        while (reader.next()) {
            if (reader.timestamp() >= timestamp && reader.offset() >= fromOffset) {
                return Optional.of(new TimestampAndOffset(reader.timestamp(), reader.offset()));
            }
        }
        return Optional.empty();
    }

    /**
     * The first record that has the batch's maximum timestamp; empty if no record has a timestamp.
     *
     * @throws CorruptRecordException if the batch is broken or too large
     */
    public Optional<TimestampAndOffset> maxTimestampAndOffset(Decompressor decompressor) {
        if (maxTimestamp() == NO_TIMESTAMP) {
            return Optional.empty();
        }
        return firstAtOrAfter(maxTimestamp(), Long.MIN_VALUE, decompressor);
    }

    @Override
    public String toString() {
        return "RecordBatch[offsets=" + baseOffset() + ".." + lastOffset() + ", count=" + recordCount() + ", bytes="
                + sizeInBytes() + ", leaderEpoch=" + partitionLeaderEpoch() + ", attributes=" + attributes()
                + ", maxTimestamp=" + maxTimestamp() + ", producerId=" + producerId() + ", producerEpoch="
                + producerEpoch() + ", baseSequence=" + baseSequence() + "]";
    }
}
