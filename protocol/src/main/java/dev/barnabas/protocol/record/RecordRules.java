package dev.barnabas.protocol.record;

/**
 * What a topic demands of each record that a producer sends.
 *
 * @param keysRequired the topic is compacted: a record without a key could never be found again
 * @param earliestTimestamp smallest timestamp that is accepted, in ms since 1970; records without one are exempt
 * @param latestTimestamp greatest timestamp that is accepted
 * @param maxDecompressedBytes how large a record may be in a compressed batch, without its length field
 *     ({@code max.decompressed.message.bytes})
 */
public record RecordRules(
        boolean keysRequired, long earliestTimestamp, long latestTimestamp, int maxDecompressedBytes) {
    /** Nothing is demanded but that the records are well-formed. */
    public static final RecordRules NONE = new RecordRules(false, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

    /**
     * The same for timestamps around now: for topics whose producers set them. Where the broker sets them, any is
     * accepted.
     *
     * @param beforeMaxMs {@code message.timestamp.before.max.ms}
     * @param afterMaxMs {@code message.timestamp.after.max.ms}
     */
    public RecordRules withTimestampsAround(long nowMs, long beforeMaxMs, long afterMaxMs) {
        long earliest = beforeMaxMs > nowMs ? Long.MIN_VALUE : nowMs - beforeMaxMs;
        long latest = afterMaxMs > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + afterMaxMs;
        return new RecordRules(keysRequired, earliest, latest, maxDecompressedBytes);
    }

    public RecordRules withKeysRequired(boolean required) {
        return new RecordRules(required, earliestTimestamp, latestTimestamp, maxDecompressedBytes);
    }

    public RecordRules withMaxDecompressedBytes(int bytes) {
        return new RecordRules(keysRequired, earliestTimestamp, latestTimestamp, bytes);
    }

    /**
     * Whether the timestamps in the header of a batch leave nothing to complain about. They are the producer's claim:
     * only the deep check knows whether they are true.
     */
    public boolean acceptsTimestampsOf(RecordBatch batch) {
        return accepts(batch.baseTimestamp()) && accepts(batch.maxTimestamp());
    }

    boolean accepts(long timestamp) {
        return timestamp == RecordBatch.NO_TIMESTAMP
                || (timestamp >= earliestTimestamp && timestamp <= latestTimestamp);
    }
}
