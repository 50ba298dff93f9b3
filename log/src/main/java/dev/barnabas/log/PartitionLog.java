package dev.barnabas.log;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One partition's log: batches in segment files, from the log start offset to the end offset. Owned by the loop of its
 * {@link LogDirectory}: everything is called there, every answer comes there.
 *
 * <p>Appends and reads are done at once. What changes the log otherwise (moving its start, truncating, closing,
 * deleting) are operations that run one after the other, because each waits for the disk.
 */
public final class PartitionLog {
    private final LogDirectory directory;
    private final String folder;
    private final LogListener listener;
    private final RecoveryReport report;

    private LogSettings settings;
    private LogContents contents;
    private final Appender appender;
    private final LogReader reader;
    private final WorkerReads workerReads;
    private final LogSync sync;
    private final Retention retention;
    private final Truncation truncation;
    private final Ending ending;
    private final LogCompaction compaction;
    private final SegmentSwap segmentSwap;
    private final LogScrub scrub;
    private final Verifications verifications = new Verifications();
    private final Operations operations = new Operations();

    private State state = State.OPEN;

    private enum State {
        OPEN,
        OFFLINE,
        CLOSED
    }

    PartitionLog(LogDirectory directory, Recovery.Recovered recovered, LogSettings settings, LogListener listener) {
        this.directory = directory;
        this.contents = recovered.contents();
        this.folder = contents.folder;
        this.listener = listener;
        this.report = recovered.report();
        this.settings = settings;
        this.appender = new Appender(this, directory);
        this.reader = new LogReader(this, directory);
        this.workerReads = new WorkerReads(this, directory, reader);
        this.sync = new LogSync(this, directory, recovered);
        this.retention = new Retention(this, directory, recovered);
        this.truncation = new Truncation(this, directory, appender, reader);
        this.ending = new Ending(this, directory, appender);
        this.compaction = new LogCompaction(this);
        this.segmentSwap = new SegmentSwap(this, directory, reader);
        this.scrub = new LogScrub(this);
    }

    /** The folder's name, such as {@code orders-0}. */
    public String folder() {
        return folder;
    }

    /** What opening it took. */
    public RecoveryReport recovery() {
        return report;
    }

    public LogSettings settings() {
        return settings;
    }

    public void changeSettings(LogSettings other) {
        directory.loop().requireCurrent();
        settings = other;
        sync.reconsider();
        compaction.reconsider();
    }

    /** Appends batches at the end of this turn of the loop, with whatever else is appended to this log in this turn. */
    public void append(Append request, Appending then) {
        directory.loop().requireCurrent();
        appender.append(request, then);
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
        directory.loop().requireCurrent();
        if (state != State.OPEN) {
            return new ReadResult.Damaged(folder + " is offline");
        }
        return reader.read(new ReadRange(offset, maxBytes, upToOffset, minOneBatch));
    }

    /** The same on a worker: finds the batches, checks their CRC, and brings them into the page cache. */
    public void readCold(long offset, int maxBytes, long upToOffset, boolean minOneBatch, LogAnswer<ReadResult> then) {
        readCold(new ReadRange(offset, maxBytes, upToOffset, minOneBatch), false, new LogAnswer<>() {
            @Override
            public void done(ColdRead.Outcome outcome) {
                then.done(outcome.result());
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.refused(refusal);
            }
        });
    }

    /**
     * Loads whole batches into memory, on a worker, CRC checked: at least one (however large), else not more than
     * {@code maxBytes}. Empty if there is nothing. For coordinators that replay their partition.
     */
    public void load(long offset, int maxBytes, long upToOffset, LogAnswer<ByteBuffer> then) {
        readCold(new ReadRange(offset, maxBytes, upToOffset, true), true, new LogAnswer<>() {
            @Override
            public void done(ColdRead.Outcome outcome) {
                switch (outcome.result()) {
                    case ReadResult.Found found -> then.done(outcome.bytes());
                    case ReadResult.Nothing nothing -> then.done(outcome.bytes());
                    case ReadResult.Cold cold -> then.done(outcome.bytes());
                    case ReadResult.OutOfRange range -> then.refused(outOfRange(offset));
                    case ReadResult.Damaged damaged -> then.refused(LogDirectory.storageError(damaged.message()));
                }
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.refused(refusal);
            }
        });
    }

    private void readCold(ReadRange range, boolean load, LogAnswer<ColdRead.Outcome> then) {
        directory.loop().requireCurrent();
        workerReads.read(range, load, then);
    }

    /** The first record whose timestamp is at least this, if there is one (ListOffsets). */
    public void offsetForTimestamp(long timestampMs, LogAnswer<Optional<OffsetAtTime>> then) {
        directory.loop().requireCurrent();
        workerReads.offsetForTimestamp(timestampMs, then);
    }

    /** The first record that has the greatest timestamp of the log, if any has one (KIP-734). */
    public void offsetOfMaxTimestamp(LogAnswer<Optional<OffsetAtTime>> then) {
        long max = RecordBatch.NO_TIMESTAMP;
        for (Segment segment : contents.segments) {
            max = Math.max(max, segment.maxTimestamp);
        }
        if (max == RecordBatch.NO_TIMESTAMP) {
            then.done(Optional.empty());
        } else {
            offsetForTimestamp(max, then);
        }
    }

    /** Offset of the first record that may be read. */
    public long logStartOffset() {
        return contents.startOffset;
    }

    /** The offset that the next record gets. */
    public long endOffset() {
        return contents.nextOffset;
    }

    /**
     * Everything before it may be acknowledged as far as this node is concerned: on stable storage with
     * {@link Durability#AFTER_SYNC}, else {@link #endOffset}.
     */
    public long stableEndOffset() {
        return sync.stableEnd();
    }

    /**
     * The high watermark as it was last told, at first that of the last checkpoint (at least the log start offset, at
     * most the end offset).
     */
    public long highWatermark() {
        return contents.highWatermark;
    }

    /** Told by the partition whenever it moves. Retention deletes nothing behind it. */
    public void highWatermark(long highWatermark) {
        contents.highWatermark = highWatermark;
        contents.transactions.highWatermark(highWatermark);
    }

    /** Where the earliest transaction begins that is open, or whose end is not below the high watermark. */
    public OptionalLong firstUnstableOffset() {
        return contents.transactions.firstUnstableOffset();
    }

    /** Transactions that have records in a range of offsets and were aborted. */
    public List<AbortedTransaction> abortedTransactions(long fromOffset, long upToOffset) {
        return contents.transactions.aborted(fromOffset, upToOffset);
    }

    /**
     * Whether there is room for more. If not, {@link LogListener#roomIsBack} tells when there is; appends are refused
     * until then.
     */
    public boolean hasRoom() {
        return directory.mayAppend();
    }

    /** Bytes of all segments. */
    public long sizeInBytes() {
        return contents.sizeInBytes();
    }

    /** How far its compaction is. */
    public CompactionStatus compactionStatus() {
        return compaction.status();
    }

    /** What is known of it from checking what is stored. */
    public ScrubStatus scrubStatus() {
        return scrub.status();
    }

    /** The producers that are remembered. */
    public List<ProducerSummary> producers() {
        return contents.producers.all().stream().map(Producer::summary).toList();
    }

    /**
     * Producers whose open transaction has seen neither a batch nor its marker since a time of this node's clock: they
     * may have been forgotten by their coordinator, and hold up whoever reads committed records (KIP-890).
     */
    public List<ProducerSummary> producersInTransactionSince(long lastSeenBeforeMs) {
        if (!contents.transactions.anyOpen()) {
            return List.of();
        }
        return contents.producers.all().stream()
                .filter(each -> each.transactionStart >= 0 && each.lastSeenMs < lastSeenBeforeMs)
                .map(Producer::summary)
                .toList();
    }

    /**
     * A producer wants to append records of a transaction: whether the transaction is open here already, or its
     * coordinator has to be asked whether it knows of this partition (KIP-890). Until then no batch begins a
     * transaction.
     *
     * @param baseSequence of the batch, or {@link RecordBatch#NO_SEQUENCE}
     * @param startsAtZero the producer gets a new epoch for each transaction, so that its sequence numbers begin at 0
     * @return {@link Verifications#NONE}, or the number to append with when the coordinator has said yes
     */
    public long beginVerification(long producerId, short producerEpoch, int baseSequence, boolean startsAtZero) {
        directory.loop().requireCurrent();
        Producer known = contents.producers.get(producerId);
        boolean open = known != null && known.transactionStart >= 0 && known.epoch == producerEpoch;
        return open
                ? Verifications.NONE
                : verifications.begin(
                        producerId,
                        producerEpoch,
                        baseSequence,
                        startsAtZero,
                        directory.clock().wallMs());
    }

    /** The latest leader epoch of the log, if there is any. */
    public OptionalInt latestLeaderEpoch() {
        return contents.epochs.latest();
    }

    /**
     * A leader begins an epoch at the end of the log, behind what was appended in this turn. An epoch that is not newer
     * than the latest changes nothing.
     */
    public void beginLeaderEpoch(int leaderEpoch) {
        directory.loop().requireCurrent();
        operations.between(() -> {
            appender.flush();
            contents.epochs.begin(leaderEpoch, contents.nextOffset);
        });
    }

    /**
     * Where an epoch ends (OffsetForLeaderEpoch): the largest epoch that is not larger, and where the one after it
     * begins. Of an epoch before all that are known, where the first of them begins. Empty if the epoch is later than
     * all that are known.
     */
    public Optional<EpochEnd> endOfLeaderEpoch(int leaderEpoch) {
        return contents.epochs.endOf(leaderEpoch, contents.nextOffset);
    }

    /** The epoch of the record at an offset of the log, if known. */
    public OptionalInt leaderEpochAt(long offset) {
        return contents.epochs.at(offset);
    }

    /**
     * Moves the log start offset forward (DeleteRecords), durably, and answers with it. An offset at or before the
     * start changes nothing; one behind the end is refused.
     */
    public void deleteRecords(long beforeOffset, LogAnswer<Long> then) {
        directory.loop().requireCurrent();
        operations.add(() -> {
            if (beforeOffset > contents.nextOffset) {
                operations.refuse(then, outOfRange(beforeOffset));
            } else {
                retention.moveStart(beforeOffset, false, then);
            }
        });
    }

    /**
     * Removes the batches that reach this offset, durably, and answers with the new end offset (less than asked for if
     * a batch held both sides). Appends wait meanwhile, and nothing from the offset on is read.
     */
    public void truncate(long endOffset, LogAnswer<Long> then) {
        directory.loop().requireCurrent();
        operations.add(() -> truncation.truncate(endOffset, then));
    }

    /** Removes everything and begins anew at that offset: what a follower does that is too far behind its leader. */
    public void restartAt(long offset, LogAnswer<Long> then) {
        directory.loop().requireCurrent();
        operations.add(() -> truncation.restartAt(offset, then));
    }

    /**
     * Replaces the damaged records of the segment that has an offset by those of another replica, as far as they are
     * committed; see {@link LogListener#damageFound}. Refused, and nothing changed, if that replica does not have them,
     * there is no room for a further copy of the segment, or the log changes meanwhile: it may be tried again.
     */
    public void heal(long offset, HealthyReplica replica, LogAnswer<Healed> then) {
        directory.loop().requireCurrent();
        operations.between(() -> SegmentHealing.begin(this, directory, offset, replica, then));
    }

    /** Syncs and closes the log so that opening it reads nothing; no call may follow. */
    public void close(LogAnswer<Long> then) {
        directory.loop().requireCurrent();
        operations.add(() -> ending.close(then));
    }

    /** Closes the log and deletes it with its folder, which has another name from then on; no call may follow. */
    public void delete(LogAnswer<Long> then) {
        directory.loop().requireCurrent();
        operations.add(() -> ending.delete(then));
    }

    // What the parts of a log need of each other.

    LogContents contents() {
        return contents;
    }

    Verifications verifications() {
        return verifications;
    }

    LogSync sync() {
        return sync;
    }

    LogReader reader() {
        return reader;
    }

    LogScrub scrub() {
        return scrub;
    }

    /** Nothing between these offsets is damaged any more. */
    void healed(long fromOffset, long toOffset) {
        scrub.healed(fromOffset, toOffset);
        compaction.reconsider();
        sync.checkpoint();
    }

    void damageFound(LogDamage damage) {
        listener.damageFound(damage);
    }

    Operations operations() {
        return operations;
    }

    LogCompaction compaction() {
        return compaction;
    }

    /** Puts a compacted segment in the place of others. */
    void swap(List<Segment> old, Replacement replacement, SegmentSwap.Ended then) {
        segmentSwap.swap(old, replacement, then);
    }

    void compactionFailed(String why) {
        listener.compactionFailed(why);
    }

    /** The log was recovered anew. */
    void replaceContents(Recovery.Recovered recovered) {
        closeFiles();
        long highWatermark = contents.highWatermark;
        contents = recovered.contents();
        highWatermark(Math.clamp(highWatermark, contents.startOffset, contents.nextOffset));
        sync.replaced(recovered);
        retention.replaced(recovered);
        reader.replaced();
        verifications.clear();
    }

    void closeFiles() {
        for (Segment segment : contents.segments) {
            directory.openFiles().forget(segment, directory.clock().nanos());
        }
    }

    void closed() {
        if (state == State.OPEN) {
            state = State.CLOSED;
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    long segmentMs() {
        LogSettings.Segments segments = settings.segments();
        long jitter = segments.jitterMs() <= 0 ? 0 : Math.floorMod(folder.hashCode() * 31L, segments.jitterMs());
        long ms = Math.max(1, segments.ms() - jitter);
        LogSettings.Compaction compacted = settings.compaction();
        return compacted.compact() ? Math.min(ms, compacted.maxLagMs()) : ms;
    }

    /** A batch has been written to the end of a segment. */
    void apply(Segment segment, RecordBatch batch, @Nullable EndTxnMarker marker, long nowMs) throws IOException {
        reader.appending(batch.baseOffset());
        reader.appended(batch.baseOffset(), segment.size);
        contents.apply(
                directory.disk(),
                segment,
                batch,
                marker,
                nowMs,
                settings.segments().indexIntervalBytes());
        if (batch.isTransactional()) {
            verifications.settled(batch.producerId());
        }
    }

    /** Goes on in a new segment; says why if that is not possible. */
    @Nullable
    LogRefusal tryRoll() {
        try {
            Segment old = contents.active();
            if (old != null) {
                old.index.seal(directory.disk());
                old.index.forget();
                if (old.file != null) {
                    old.trim(old.file);
                }
                sync.rolled(old);
            }
            contents.begin();
            reader.rolled();
            return null;
        } catch (IOException fault) {
            fail("rolling", fault);
            return notOpen();
        }
    }

    /** The parts of this log are gone for good: the start has moved there. */
    void startMoved() {
        listener.logStartOffsetAdvanced(contents.startOffset);
    }

    void roomIsBack() {
        listener.roomIsBack();
    }

    void stableEndAdvanced() {
        listener.stableEndOffsetAdvanced(sync.stableEnd());
    }

    void maintain() {
        if (state == State.OPEN) {
            retention.maintain();
            compaction.rollIfOverdue(directory.clock().wallMs());
        }
    }

    @Nullable
    LogRefusal whyNoAppends() {
        if (state != State.OPEN) {
            return notOpen();
        }
        return directory.mayAppend()
                ? null
                : LogDirectory.diskFull(directory.disk().name());
    }

    LogRefusal notOpen() {
        return LogDirectory.storageError(folder + (state == State.CLOSED ? " is closed" : " is offline"));
    }

    LogRefusal outOfRange(long offset) {
        return new LogRefusal(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                "Offset " + offset + " is not in the log, which has " + contents.startOffset + " to "
                        + contents.nextOffset);
    }

    /** The disk failed: nothing is served from now on. */
    void fail(String doing, IOException fault) {
        if (state == State.OPEN) {
            state = State.OFFLINE;
            sync.stop();
            listener.failed(new LogFault(doing + " " + folder, fault));
        }
    }
}
