package dev.barnabas.broker;

import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Header;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordBatches;
import dev.barnabas.share.DeadLetters.Cause;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Dead letters in one batch (KIP-1191): a record for each offset, whose headers, named as in Kafka, say where it comes
 * from and why; with the key and value of the record where the group wants that.
 *
 * @param lastOffset the last offset that has a letter in it
 */
record DeadLetterBatch(ByteBuffer bytes, long lastOffset) {

    /** What the letters of a range have in common. */
    record Subject(String topic, int partition, String groupId, short deliveryCount, Cause cause) {

        private List<Header> headers(long offset) {
            return List.of(
                    header("topic", topic),
                    header("partition", Integer.toString(partition)),
                    header("offset", Long.toString(offset)),
                    header("group", groupId),
                    header("delivery.count", Short.toString(deliveryCount)),
                    header("message", cause.text()));
        }

        private static Header header(String name, String value) {
            return new Header("__dlq.errors." + name, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * As many letters as fit; one, if even that does not.
     *
     * @param source the record batches from the first offset on, as far as they were read; empty if none are copied
     */
    static DeadLetterBatch of(
            Subject subject, long firstOffset, long lastOffset, ByteBuffer source, int maxBytes, long nowMs) {
        Map<Long, Record> copied = new HashMap<>();
        long end = lastOffset;
        if (source.hasRemaining()) {
            long readTo = firstOffset;
            try {
                for (RecordBatch batch : RecordBatches.of(source)) {
                    for (Record record : batch.records()) {
                        if (record.offset() >= firstOffset && record.offset() <= lastOffset) {
                            copied.put(record.offset(), record);
                        }
                    }
                    readTo = batch.lastOffset();
                }
            } catch (CorruptRecordException e) {
                // What cannot be read cannot be copied; a letter without it says where it was.
                readTo = lastOffset;
            }
            end = Math.clamp(readTo, firstOffset, lastOffset);
        }
        RecordBatchBuilder builder = new RecordBatchBuilder(maxBytes);
        long next = firstOffset;
        while (next <= end) {
            Record record = copied.get(next);
            boolean fits = builder.append(
                    nowMs,
                    record == null ? null : record.key(),
                    record == null ? null : record.value(),
                    subject.headers(next));
            if (!fits) {
                break;
            }
            next++;
        }
        return new DeadLetterBatch(builder.build(), next - 1);
    }
}
