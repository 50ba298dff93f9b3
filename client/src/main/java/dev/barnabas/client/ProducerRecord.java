package dev.barnabas.client;

import dev.barnabas.protocol.record.Header;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record to send. Its bytes are copied when a producer accepts it, if the partitions of the topic are known by then;
 * until it is delivered they must not change.
 *
 * @param partition where it goes, or {@link #ANY}: by the hash of the key, so that records with the same key share a
 *     partition; without a key wherever it suits
 * @param timestampMs in milliseconds since 1970, or {@link #NOW}: when the producer accepts it
 * @param key from position to limit, or null
 * @param value likewise; null marks a deletion where the topic is compacted
 */
public record ProducerRecord(
        String topic,
        int partition,
        long timestampMs,
        @Nullable ByteBuffer key,
        @Nullable ByteBuffer value,
        List<Header> headers) {

    public static final int ANY = -1;
    public static final long NOW = -1;

    /** What a record takes besides key, value and headers, at most. */
    private static final int MAX_OVERHEAD = 36;

    /** What a header takes besides its key and value, at most. */
    private static final int MAX_HEADER_OVERHEAD = 10;

    private static final int MAX_UTF8_BYTES = 3;

    public ProducerRecord {
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("the topic has no name");
        }
        if (partition < ANY || timestampMs < NOW) {
            throw new IllegalArgumentException("a negative partition or timestamp");
        }
        headers = List.copyOf(headers);
    }

    public static ProducerRecord of(String topic, @Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        return new ProducerRecord(topic, ANY, NOW, key, value, List.of());
    }

    public static ProducerRecord of(String topic, byte @Nullable [] key, byte @Nullable [] value) {
        return of(topic, key == null ? null : ByteBuffer.wrap(key), value == null ? null : ByteBuffer.wrap(value));
    }

    /** With key and value in UTF-8. */
    public static ProducerRecord ofText(String topic, @Nullable String key, @Nullable String value) {
        return of(topic, bytes(key), bytes(value));
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    public ProducerRecord withPartition(int newPartition) {
        return new ProducerRecord(topic, newPartition, timestampMs, key, value, headers);
    }

    public ProducerRecord withTimestampMs(long newTimestampMs) {
        return new ProducerRecord(topic, partition, newTimestampMs, key, value, headers);
    }

    public ProducerRecord withHeaders(List<Header> newHeaders) {
        return new ProducerRecord(topic, partition, timestampMs, key, value, newHeaders);
    }

    /** It takes no more than this in a batch, before compression. */
    int maxSizeInBytes() {
        long size = MAX_OVERHEAD + (key == null ? 0L : key.remaining()) + (value == null ? 0L : value.remaining());
        for (int i = 0; i < headers.size(); i++) {
            Header header = headers.get(i);
            ByteBuffer bytes = header.value();
            size += MAX_HEADER_OVERHEAD
                    + (long) MAX_UTF8_BYTES * header.key().length()
                    + (bytes == null ? 0 : bytes.remaining());
        }
        return (int) Math.min(size, Integer.MAX_VALUE);
    }
}
