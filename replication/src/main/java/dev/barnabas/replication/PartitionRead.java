package dev.barnabas.replication;

import dev.barnabas.log.AbortedTransaction;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Records;
import java.util.List;

/** What a read of a partition found. */
public sealed interface PartitionRead {

    /**
     * Batches, or nothing if the reader has caught up.
     *
     * @param readableEnd the offset up to which this reader may read: watch from there for more
     */
    record Found(
            Records records,
            long highWatermark,
            long lastStableOffset,
            long logStartOffset,
            long readableEnd,
            List<AbortedTransaction> abortedTransactions)
            implements PartitionRead {}

    /** It is not in memory: {@link Partition#readCold} finds it without making the loop wait. */
    record Cold() implements PartitionRead {}

    /** The reader's log left the leader's: it has to go back to the end of that epoch (KIP-320). */
    record Diverging(int epoch, long endOffset, long highWatermark, long logStartOffset) implements PartitionRead {}

    /** @param logStartOffset where this log starts, if that helps the reader; else -1 */
    record Refused(ErrorCode error, long logStartOffset) implements PartitionRead {
        Refused(ErrorCode error) {
            this(error, -1);
        }
    }
}
