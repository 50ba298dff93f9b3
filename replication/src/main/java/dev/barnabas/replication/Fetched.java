package dev.barnabas.replication;

import dev.barnabas.protocol.ErrorCode;
import java.nio.ByteBuffer;

/** What a leader answered to a follower's fetch. */
public sealed interface Fetched {

    /**
     * Whole batches from the offset on, or none.
     *
     * @param batches belong to the partition until it has called back
     * @param highWatermark the leader's
     * @param logStartOffset the leader's
     */
    record Batches(ByteBuffer batches, long highWatermark, long logStartOffset) implements Fetched {}

    /**
     * The follower's log is not the beginning of the leader's.
     *
     * @param epoch the largest epoch of the leader's log that is not larger than the one of the follower's last record
     * @param endOffset where that ends at the leader
     * @param logStartOffset the leader's, or -1 if it did not say
     */
    record Diverging(int epoch, long endOffset, long logStartOffset) implements Fetched {}

    /** @param logStartOffset the leader's, or -1 if it did not say; with OFFSET_OUT_OF_RANGE it matters */
    record Refused(ErrorCode error, long logStartOffset) implements Fetched {}
}
