package dev.barnabas.log;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One partition's log. Owned by the loop of its {@link LogDirectory}: everything is called there, every answer comes
 * there.
 */
public final class PartitionLog {
    PartitionLog() {
        throw new UnsupportedOperationException();
    }

    /** The folder's name, such as {@code orders-0}. */
    public String folder() {
        throw new UnsupportedOperationException();
    }

    public LogSettings settings() {
        throw new UnsupportedOperationException();
    }

    public void changeSettings(LogSettings other) {
        throw new UnsupportedOperationException();
    }

    /** Appends batches at the end of this turn of the loop, with whatever else is appended to this log in this turn. */
    public void append(Append request, Appending then) {
        throw new UnsupportedOperationException();
    }

    /**
     * Finds batches to send, without blocking.
     *
     * @param offset the first batch is the one that holds it
     * @param maxBytes the batches together are not larger, unless {@code minOneBatch}
     * @param upToOffset no batch that reaches it or lies behind it (high watermark, last stable offset, or end offset)
     * @param minOneBatch give the first batch even if it is larger than {@code maxBytes}
     */
    public ReadResult read(long offset, int maxBytes, long upToOffset, boolean minOneBatch) {
        throw new UnsupportedOperationException();
    }

    /** The same on a worker: finds the batches, checks their CRC, and brings them into the page cache. */
    public void readCold(long offset, int maxBytes, long upToOffset, boolean minOneBatch, LogAnswer<ReadResult> then) {
        throw new UnsupportedOperationException();
    }

    /**
     * Loads whole batches into memory, on a worker, CRC checked: at least one (however large), else not more than
     * {@code maxBytes}. Empty if there is nothing. For coordinators that replay their partition.
     */
    public void load(long offset, int maxBytes, long upToOffset, LogAnswer<ByteBuffer> then) {
        throw new UnsupportedOperationException();
    }

    /** The first record whose timestamp is at least this, if there is one (ListOffsets). */
    public void offsetForTimestamp(long timestampMs, LogAnswer<java.util.Optional<OffsetAtTime>> then) {
        throw new UnsupportedOperationException();
    }

    /** The first record that has the greatest timestamp of the log, if any has one (KIP-734). */
    public void offsetOfMaxTimestamp(LogAnswer<java.util.Optional<OffsetAtTime>> then) {
        throw new UnsupportedOperationException();
    }

    /** Offset of the first record that may be read. */
    public long logStartOffset() {
        throw new UnsupportedOperationException();
    }

    /** The offset that the next record gets. */
    public long endOffset() {
        throw new UnsupportedOperationException();
    }

    /**
     * Everything before it may be acknowledged as far as this node is concerned: on stable storage with
     * {@link Durability#AFTER_SYNC}, else {@link #endOffset}.
     */
    public long stableEndOffset() {
        throw new UnsupportedOperationException();
    }

    /**
     * The high watermark as it was last told, at first that of the last checkpoint (at least the log start offset, at
     * most the end offset).
     */
    public long highWatermark() {
        throw new UnsupportedOperationException();
    }

    /** Told by the partition whenever it moves. Retention deletes nothing behind it. */
    public void highWatermark(long highWatermark) {
        throw new UnsupportedOperationException();
    }

    /** Where the earliest open transaction begins, if there is one. */
    public OptionalLong firstUnstableOffset() {
        throw new UnsupportedOperationException();
    }

    /** Transactions that have records in a range of offsets and were aborted. */
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) {
        throw new UnsupportedOperationException();
    }

    /** Bytes of all segments. */
    public long sizeInBytes() {
        throw new UnsupportedOperationException();
    }

    /** The producers that are remembered. */
    public List<ProducerSummary> producers() {
        throw new UnsupportedOperationException();
    }

    /** The latest leader epoch of the log, if there is any. */
    public OptionalInt latestLeaderEpoch() {
        throw new UnsupportedOperationException();
    }

    /** A leader begins an epoch at the end of the log. An epoch that is not newer than the latest changes nothing. */
    public void beginLeaderEpoch(int leaderEpoch) {
        throw new UnsupportedOperationException();
    }

    /** Where an epoch ends (OffsetForLeaderEpoch); empty if the log knows no epoch that is not larger. */
    public java.util.Optional<EpochEnd> endOfLeaderEpoch(int leaderEpoch) {
        throw new UnsupportedOperationException();
    }

    /** The epoch of the record at an offset of the log, if known. */
    public OptionalInt leaderEpochAt(long offset) {
        throw new UnsupportedOperationException();
    }

    /**
     * Moves the log start offset forward (DeleteRecords), durably, and answers with it. An offset at or before the
     * start changes nothing; one behind the end is refused.
     */
    public void deleteRecords(long beforeOffset, LogAnswer<Long> then) {
        throw new UnsupportedOperationException();
    }

    /**
     * Removes the records from this offset on, durably, and answers with the new end offset. Appends wait meanwhile.
     */
    public void truncate(long endOffset, LogAnswer<Long> then) {
        throw new UnsupportedOperationException();
    }

    /** Removes everything and begins anew at that offset: what a follower does that is too far behind its leader. */
    public void restartAt(long offset, LogAnswer<Long> then) {
        throw new UnsupportedOperationException();
    }

    /** Syncs and closes the log so that opening it reads nothing; no call may follow. */
    public void close(LogAnswer<Long> then) {
        throw new UnsupportedOperationException();
    }

    /** Closes the log and deletes it with its folder, which has another name from then on; no call may follow. */
    public void delete(LogAnswer<Long> then) {
        throw new UnsupportedOperationException();
    }
}
