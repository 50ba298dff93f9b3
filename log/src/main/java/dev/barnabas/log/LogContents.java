package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.protocol.record.ControlRecordType;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a log without reading it, all of which follows from its batches: segments, producers, transactions,
 * leader epochs. It changes when a batch that has been written is applied, the same way when it is appended and when it
 * is recovered. Built by the recovery on a worker, then owned by the log's loop.
 */
final class LogContents {
    final String folder;
    /** By base offset; the last one is appended to. A segment ends where the next one begins. */
    final List<Segment> segments = new ArrayList<>(1);

    final Transactions transactions = new Transactions();
    final Producers producers = new Producers(transactions);
    final LeaderEpochs epochs = new LeaderEpochs();

    long startOffset;
    long nextOffset;
    long highWatermark;
    /** Batches need not follow on each other: compaction, here or on the leader, has removed some. */
    boolean hasGaps;
    /** Before this offset they need not either, whatever is said of the others: it was compacted here. */
    long gapsBefore;
    /** Up to this offset only the last record of each key is left, and tombstones have got their horizon. */
    long compactedEnd;
    /**
     * Each batch has the leader epoch that {@link #epochs} has for it; else one may have come with an earlier epoch
     * than those before it (a log that was taken over from elsewhere), or that is not known.
     */
    boolean everyEpoch = true;
    /** The leader epoch that the journal has for the batches that are appended now; empty if that is not known. */
    OptionalInt journalledEpoch = OptionalInt.empty();

    LogContents(String folder, long offset) {
        this.folder = folder;
        this.startOffset = offset;
        this.nextOffset = offset;
        this.highWatermark = offset;
        this.compactedEnd = offset;
    }

    /** The segment that is appended to; null as long as there is none. */
    @Nullable
    Segment active() {
        return segments.isEmpty() ? null : segments.getLast();
    }

    /** The log goes on in a new segment. Its file appears with the first append. */
    Segment begin() {
        Segment segment = new Segment(folder, nextOffset);
        segments.add(segment);
        return segment;
    }

    /** The offset that follows a segment. */
    long endOffset(int index) {
        return index + 1 < segments.size() ? segments.get(index + 1).baseOffset : nextOffset;
    }

    /** Whether batches of the segment that begins there need not follow on each other. */
    boolean mayHaveGapsAt(long baseOffset) {
        return hasGaps || baseOffset < gapsBefore;
    }

    /** What is known of the batches of a segment. */
    KnownHeaders headers(int index) {
        return new KnownHeaders(
                mayHaveGapsAt(segments.get(index).baseOffset), endOffset(index), epochs.copy(), everyEpoch);
    }

    /** Index of the segment that would hold the offset: the last one that does not begin behind it; -1 if all do. */
    int floor(long offset) {
        int last = segments.size() - 1;
        if (last < 0 || segments.get(last).baseOffset <= offset) {
            return last;
        }
        int low = -1;
        int high = last;
        while (low < high) {
            int middle = (low + high + 1) >> 1;
            if (segments.get(middle).baseOffset <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    long sizeInBytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.size;
        }
        return bytes;
    }

    /** A batch has been appended to a segment, or was found there. */
    void apply(
            Disk disk, Segment segment, RecordBatch batch, @Nullable EndTxnMarker marker, long nowMs, int indexInterval)
            throws IOException {
        int position = segment.size;
        long timestamp = batch.maxTimestamp();
        segment.index.batch(disk, batch.baseOffset(), position, segment.maxTimestamp, indexInterval);
        segment.size = position + batch.sizeInBytes();
        segment.maxTimestamp = Math.max(segment.maxTimestamp, timestamp);
        segment.lastAppendMs = nowMs;
        if (position == 0) {
            segment.firstTimestamp = timestamp >= 0 ? timestamp : nowMs;
        }
        nextOffset = batch.lastOffset() + 1;
        epochs.append(batch.partitionLeaderEpoch(), batch.baseOffset());
        everyEpoch &= epochs.isLatest(batch.partitionLeaderEpoch());
        producers.apply(batch, marker, nowMs);
    }

    /**
     * A state is going to be written. Behind its end it says that the latest epoch goes on; where batches come with an
     * earlier one (segments were taken over from elsewhere, or the metadata is older than the log), the journal needs
     * another entry.
     */
    void stateTaken() {
        if (!journalledEpoch.equals(epochs.latest())) {
            journalledEpoch = OptionalInt.empty();
        }
    }

    void moveStart(long offset) {
        startOffset = Math.max(startOffset, offset);
        highWatermark = Math.max(highWatermark, startOffset);
        epochs.truncateStart(startOffset);
        transactions.truncateStart(startOffset);
    }

    /** Segments were replaced. */
    void replaced(Replacement by) {
        gapsBefore = Math.max(gapsBefore, by.endOffset());
        transactions.forget(by.removedMarkers());
    }

    /**
     * The transaction marker in a whole control batch; null if it is none.
     *
     * @throws CorruptRecordException if the records are not what they should be
     */
    static @Nullable EndTxnMarker marker(RecordBatch batch) {
        if (!batch.isControl()) {
            return null;
        }
        for (Record record : batch.records()) {
            return ControlRecordType.of(record).endsTransaction() ? EndTxnMarker.of(record) : null;
        }
        return null;
    }
}
