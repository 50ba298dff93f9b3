package dev.barnabas.client;

import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Records of one partition, in order. They lie in memory of their own, so they may be kept, and read on any thread;
 * compressed batches are decompressed while they are iterated, one at a time.
 */
public final class FetchedRecords implements Iterable<Record> {

    private final TopicPartition partition;
    private final List<RecordBatch> batches;
    private final long fromOffset;
    private final long nextOffset;
    private final long highWatermark;

    /**
     * @param batches without control batches and those of aborted transactions
     * @param fromOffset records before it are left out: batches are fetched whole, wherever one starts in them
     * @param nextOffset behind the last record, and behind what was left out after it
     */
    FetchedRecords(
            TopicPartition partition, List<RecordBatch> batches, long fromOffset, long nextOffset, long highWatermark) {
        this.partition = partition;
        this.batches = List.copyOf(batches);
        this.fromOffset = fromOffset;
        this.nextOffset = nextOffset;
        this.highWatermark = highWatermark;
    }

    public TopicPartition partition() {
        return partition;
    }

    /** Where to go on after these records. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Of the partition when they were fetched. */
    public long highWatermark() {
        return highWatermark;
    }

    /** The epoch of the leader that wrote the last of them, or -1. */
    public int leaderEpoch() {
        return batches.isEmpty() ? Offsets.UNKNOWN : batches.getLast().partitionLeaderEpoch();
    }

    /** How many there are, or a few more: without a look into the batches. */
    public int countAtMost() {
        int count = 0;
        for (RecordBatch batch : batches) {
            count += batch.recordCount();
        }
        return count;
    }

    /**
     * The iterator throws {@link dev.barnabas.protocol.record.CorruptRecordException} if what the batches hold is not
     * what they claim.
     */
    @Override
    public Iterator<Record> iterator() {
        return new Records();
    }

    /** Goes from batch to batch. */
    private final class Records implements Iterator<Record> {

        private final Iterator<RecordBatch> ahead = batches.iterator();
        private @Nullable Iterator<Record> current;
        private @Nullable Record next;

        @Override
        public boolean hasNext() {
            while (next == null) {
                if (current == null || !current.hasNext()) {
                    if (!ahead.hasNext()) {
                        return false;
                    }
                    current = ahead.next().records().iterator();
                } else {
                    Record record = current.next();
                    next = record.offset() >= fromOffset ? record : null;
                }
            }
            return true;
        }

        @Override
        public Record next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("no record is left");
            }
            Record record = next;
            next = null;
            return record;
        }
    }
}
