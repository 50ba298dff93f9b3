package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether bytes are a record batch that may be stored: the answer is a value, whatever the bytes are.
 *
 * <p>There are three questions. {@link #stored}: is this what a broker once wrote? For recovery and replication.
 * {@link #produced}: may a producer send this? Header and CRC only, without a look at the records. {@link #deep}: are
 * the records what the header says, and what the topic demands? That decompresses them, in bounded memory.
 */
public sealed interface BatchCheck {
    /** No more than this many records of a batch are complained about one by one. */
    int MAX_RECORD_REFUSALS = 1_000;

    /**
     * @param maxTimestamp the greatest timestamp of a record; after the deep check that of the records, else that which
     *     the header claims
     */
    record Accepted(RecordBatch batch, long maxTimestamp) implements BatchCheck {}

    /**
     * @param message a sentence for the client
     * @param records the records to blame, if it is about single records; see {@link #MAX_RECORD_REFUSALS}
     */
    record Refused(BatchRefusal reason, String message, List<RecordRefusal> records) implements BatchCheck {
        public Refused {
            records = List.copyOf(records);
        }
    }

    /**
     * A record that breaks a rule.
     *
     * @param index its place in the batch, from 0
     */
    record RecordRefusal(int index, BatchRefusal reason, String message) {}

    /**
     * The batch at {@code position}, up to the buffer's limit, as a log or a leader should hold it: complete, magic 2,
     * CRC fits, and counts that can be true. {@link BatchRefusal#INCOMPLETE} means that the buffer ends before the
     * batch does.
     */
    static BatchCheck stored(ByteBuffer buffer, int position) {
        BatchRefusal framing = framing(buffer, position);
        if (framing != null) {
            return refused(framing, describeFraming(framing, buffer, position));
        }
        RecordBatch batch = RecordBatch.framed(buffer, position);
        if (!batch.crcValid()) {
            return badCrc(batch);
        }
        if (Compression.ofId(batch.attributes() & BatchFormat.COMPRESSION_MASK) == null) {
            return unknownCompression(batch);
        }
        int count = batch.recordCount();
        int lastOffsetDelta = batch.lastOffsetDelta();
        if (lastOffsetDelta < 0 || count < 0 || count - 1 > lastOffsetDelta || !canHold(batch, count)) {
            return badCount(batch);
        }
        return new Accepted(batch, batch.maxTimestamp());
    }

    /**
     * What a producer sent for one partition, from the buffer's position to its limit. Looks at header and CRC only, so
     * it trusts the producer about the records themselves.
     */
    static BatchCheck produced(ByteBuffer buffer) {
        int position = buffer.position();
        BatchRefusal framing = framing(buffer, position);
        if (framing != null) {
            return refused(framing, describeFraming(framing, buffer, position));
        }
        RecordBatch batch = RecordBatch.framed(buffer, position);
        if (position + batch.sizeInBytes() != buffer.limit()) {
            return refused(
                    BatchRefusal.MORE_THAN_ONE_BATCH,
                    "A produce request must contain exactly one record batch per partition, but bytes follow the"
                            + " first");
        }
        if (Compression.ofId(batch.attributes() & BatchFormat.COMPRESSION_MASK) == null) {
            return unknownCompression(batch);
        }
        if (batch.baseOffset() != 0) {
            return refused(
                    BatchRefusal.BASE_OFFSET_NOT_ZERO,
                    "The base offset of a record batch in a produce request must be 0, but it is "
                            + batch.baseOffset());
        }
        if (!batch.crcValid()) {
            return badCrc(batch);
        }
        int count = batch.recordCount();
        if (count <= 0 || batch.lastOffsetDelta() != count - 1 || !canHold(batch, count)) {
            return badCount(batch);
        }
        if (batch.isControl()) {
            return refused(BatchRefusal.CONTROL_BATCH, "Clients are not allowed to write control records");
        }
        if (batch.hasProducerId() && batch.baseSequence() < 0) {
            return refused(
                    BatchRefusal.BAD_SEQUENCE,
                    "Invalid sequence number " + batch.baseSequence() + " in a record batch of producer id "
                            + batch.producerId());
        }
        if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
            return refused(BatchRefusal.LOG_APPEND_TIME, "A producer must not set the timestamp type to LogAppendTime");
        }
        return new Accepted(batch, batch.maxTimestamp());
    }

    /**
     * Whether the records are as many as the header says, numbered 0, 1, 2..., fill the batch exactly, and keep the
     * rules. The memory this takes does not depend on how large the records are when decompressed.
     */
    static BatchCheck deep(RecordBatch batch, RecordRules rules, Decompressor decompressor) {
        List<RecordRefusal> refusals = new ArrayList<>(0);
        long maxTimestamp = RecordBatch.NO_TIMESTAMP;
        int refused = 0;
        boolean badTimestamp = false;
        try {
            RecordReader reader = RecordReader.skipping(batch, decompressor, rules.maxDecompressedBytes());
            for (int index = 0; reader.next(); index++) {
                if (reader.offsetDelta() != index) {
                    return refused(
                            BatchRefusal.MALFORMED_RECORD,
                            "Record " + index + " has the offset delta " + reader.offsetDelta() + " instead of "
                                    + index);
                }
                maxTimestamp = Math.max(maxTimestamp, reader.timestamp());
                RecordRefusal refusal = check(reader, index, rules);
                if (refusal != null) {
                    refused++;
                    badTimestamp |= refusal.reason() == BatchRefusal.BAD_TIMESTAMP;
                    if (refusals.size() < MAX_RECORD_REFUSALS) {
                        refusals.add(refusal);
                    }
                }
            }
        } catch (CorruptRecordException broken) {
            return refused(broken.reason(), String.valueOf(broken.getMessage()));
        }
        if (refused == 0) {
            return new Accepted(batch, maxTimestamp);
        }
        return badTimestamp
                ? new Refused(
                        BatchRefusal.BAD_TIMESTAMP,
                        "One or more records have been rejected due to invalid timestamp",
                        refusals)
                : new Refused(
                        BatchRefusal.BAD_RECORD,
                        "One or more records have been rejected due to " + refused
                                + " record errors in total, the first of them: "
                                + refusals.getFirst().message(),
                        refusals);
    }

    private static @Nullable RecordRefusal check(RecordReader reader, int index, RecordRules rules) {
        if (rules.keysRequired() && !reader.hasKey()) {
            return new RecordRefusal(
                    index, BatchRefusal.BAD_RECORD, "Compacted topic cannot accept message without key");
        }
        if (!rules.accepts(reader.timestamp())) {
            return new RecordRefusal(
                    index,
                    BatchRefusal.BAD_TIMESTAMP,
                    "Timestamp " + reader.timestamp() + " of message with offset " + index
                            + " is out of range. The timestamp should be within [" + rules.earliestTimestamp() + ", "
                            + rules.latestTimestamp() + "]");
        }
        return null;
    }

    /** Null if a complete batch of magic 2 starts at {@code position}. Looks at nothing but length and magic. */
    static @Nullable BatchRefusal framing(ByteBuffer buffer, int position) {
        int available = buffer.limit() - position;
        if (available < BatchFormat.PREFIX_SIZE) {
            return BatchRefusal.INCOMPLETE;
        }
        int length = length(buffer, position);
        if (length < BatchFormat.MIN_LENGTH_OF_ANY_MAGIC) {
            return BatchRefusal.BAD_LENGTH;
        }
        if (available <= BatchFormat.MAGIC) {
            return BatchRefusal.INCOMPLETE;
        }
        byte magic = buffer.get(position + BatchFormat.MAGIC);
        if (magic < 0 || magic > RecordBatch.MAGIC) {
            return BatchRefusal.UNKNOWN_MAGIC;
        }
        if (magic < RecordBatch.MAGIC) {
            return BatchRefusal.LEGACY_MAGIC;
        }
        if (length < BatchFormat.HEADER_SIZE - BatchFormat.PREFIX_SIZE) {
            return BatchRefusal.BAD_LENGTH;
        }
        return length > available - BatchFormat.PREFIX_SIZE ? BatchRefusal.INCOMPLETE : null;
    }

    static String describeFraming(BatchRefusal refusal, ByteBuffer buffer, int position) {
        return switch (refusal) {
            case BAD_LENGTH -> "A record batch cannot have the length " + length(buffer, position);
            case LEGACY_MAGIC, UNKNOWN_MAGIC ->
                "Only record batches of magic 2 are accepted, not of magic " + buffer.get(position + BatchFormat.MAGIC);
            default -> "There is no complete record batch in " + (buffer.limit() - position) + " bytes";
        };
    }

    private static int length(ByteBuffer buffer, int position) {
        int length = buffer.getInt(position + BatchFormat.LENGTH);
        return buffer.order() == ByteOrder.BIG_ENDIAN ? length : Integer.reverseBytes(length);
    }

    /** Records that are not compressed need a few bytes each, so a count can be refused without a look at them. */
    private static boolean canHold(RecordBatch batch, int count) {
        int recordBytes = batch.sizeInBytes() - BatchFormat.HEADER_SIZE;
        return batch.isCompressed() || (long) count * BatchFormat.MIN_RECORD_SIZE <= recordBytes;
    }

    private static Refused refused(BatchRefusal reason, String message) {
        return new Refused(reason, message, List.of());
    }

    private static Refused badCrc(RecordBatch batch) {
        return refused(
                BatchRefusal.BAD_CRC,
                "Record is corrupt (stored crc = " + batch.crc() + ", computed crc = " + batch.computeCrc() + ")");
    }

    private static Refused badCount(RecordBatch batch) {
        return refused(
                BatchRefusal.BAD_COUNT,
                "A record batch of " + batch.sizeInBytes() + " bytes cannot have " + batch.recordCount()
                        + " records at offset deltas up to " + batch.lastOffsetDelta());
    }

    private static Refused unknownCompression(RecordBatch batch) {
        return refused(
                BatchRefusal.UNKNOWN_COMPRESSION,
                "There is no compression with the code " + (batch.attributes() & BatchFormat.COMPRESSION_MASK));
    }
}
