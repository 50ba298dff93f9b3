package dev.barnabas.protocol.record;

/**
 * What a topic demands of each record that a producer sends.
 *
 * @param keysRequired the topic is compacted: a record without a key could never be found again
 * @param earliestTimestamp smallest timestamp that is accepted, in ms since 1970; records without one are exempt
 * @param latestTimestamp greatest timestamp that is accepted
 */
public record RecordRules(boolean keysRequired, long earliestTimestamp, long latestTimestamp) {
    /** Nothing is demanded but that the records are well-formed. */
    public static final RecordRules NONE = new RecordRules(false, Long.MIN_VALUE, Long.MAX_VALUE);

    /**
     * The rules of a topic whose producers set the timestamps.
     *
     * @param beforeMaxMs {@code message.timestamp.before.max.ms}
     * @param afterMaxMs {@code message.timestamp.after.max.ms}
     */
    public static RecordRules createTime(boolean keysRequired, long nowMs, long beforeMaxMs, long afterMaxMs) {
        long earliest = beforeMaxMs > nowMs ? Long.MIN_VALUE : nowMs - beforeMaxMs;
        long latest = afterMaxMs > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + afterMaxMs;
        return new RecordRules(keysRequired, earliest, latest);
    }

    /** The rules of a topic whose timestamps are set by the broker. */
    public static RecordRules logAppendTime(boolean keysRequired) {
        return new RecordRules(keysRequired, Long.MIN_VALUE, Long.MAX_VALUE);
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
