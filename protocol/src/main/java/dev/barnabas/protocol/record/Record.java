package dev.barnabas.protocol.record;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record, as read from a batch. Its buffers share the memory of the batch (or of its decompressed bytes) and must
 * not be changed; they stay valid as long as that memory does.
 *
 * @param offset its place in the partition
 * @param timestamp milliseconds since 1970, or {@link RecordBatch#NO_TIMESTAMP}
 * @param key null if the record has none; null and empty are different things
 * @param value null marks a deletion where the topic is compacted
 */
@SuppressWarnings("AvoidCommonTypeNames") // It is the word of everybody who knows Kafka; java.lang.Record has no users.
public record Record(
        long offset,
        long timestamp,
        @Nullable ByteBuffer key,
        @Nullable ByteBuffer value,
        List<Header> headers) {
    public Record {
        headers = List.copyOf(headers);
    }
}
