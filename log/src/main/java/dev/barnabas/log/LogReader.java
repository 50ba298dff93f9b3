package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Finds batches in one log. Readers at the tail are answered from memory. What was appended a while ago is looked up in
 * the index and by stepping over a few headers, on the loop as long as it is likely to be in the page cache, else on a
 * worker. Owned by the log's loop.
 */
final class LogReader {
    private final PartitionLog log;
    private final LogDirectory directory;
    private final RecentBatches recent = new RecentBatches();
    private final ReadCursors cursors = new ReadCursors();
    private HotTail hot;
    /** Counts how often the contents were replaced. */
    private int generation;
    /** Nothing is read from here on: it is being removed. */
    private long cap = Long.MAX_VALUE;

    LogReader(PartitionLog log, LogDirectory directory) {
        this.log = log;
        this.directory = directory;
        this.hot = new HotTail(log.contents().nextOffset, directory.appendedBytes());
    }

    void appending(long offset) {
        hot.appending(offset, directory.appendedBytes(), directory.settings().hotBytes());
    }

    void appended(long baseOffset, int position) {
        recent.add(baseOffset, position);
    }

    void rolled() {
        recent.clear();
    }

    void removing(long fromOffset) {
        cap = fromOffset;
    }

    /** The log's contents are others now. */
    void replaced() {
        generation++;
        cap = Long.MAX_VALUE;
        recent.clear();
        cursors.clear();
        hot = new HotTail(log.contents().nextOffset, directory.appendedBytes());
    }

    /** A worker must not read meanwhile: it would see files that are being cut. */
    private boolean isRemoving() {
        return cap != Long.MAX_VALUE;
    }

    private boolean isOutOfRange(long offset) {
        return offset < log.contents().startOffset || offset > log.contents().nextOffset;
    }

    private ReadResult outOfRange() {
        return new ReadResult.OutOfRange(log.contents().startOffset, log.contents().nextOffset);
    }

    private long bound(long upToOffset) {
        return Math.min(Math.min(upToOffset, cap), log.contents().nextOffset);
    }

    ReadResult read(long offset, int maxBytes, long upToOffset, boolean minOneBatch) {
        if (isOutOfRange(offset)) {
            return outOfRange();
        }
        long upTo = bound(upToOffset);
        LogContents contents = log.contents();
        int index = contents.floor(offset);
        if (offset >= upTo || index < 0) {
            return new ReadResult.Nothing();
        }
        long hotFrom = hot.begin(directory.appendedBytes(), directory.settings().hotBytes(), contents.nextOffset);
        if (offset < hotFrom) {
            return new ReadResult.Cold();
        }
        try {
            Segment segment = contents.segments.get(index);
            int from = locate(segment, offset);
            while (from == segment.size && index + 1 < contents.segments.size()) {
                // The offsets that follow are missing in this segment.
                segment = contents.segments.get(++index);
                from = 0;
            }
            return found(segment, index, from, maxBytes, upTo, minOneBatch);
        } catch (IOException fault) {
            return failed(fault);
        }
    }

    private ReadResult found(Segment segment, int index, int from, int maxBytes, long upTo, boolean minOneBatch)
            throws IOException {
        int limit = upTo < log.contents().endOffset(index) ? locate(segment, upTo) : segment.size;
        int end = limit - from <= maxBytes ? limit : cut(segment, from, from + maxBytes);
        if (end <= from && minOneBatch && from < limit) {
            end = cutAfterFirst(segment, from, limit);
        }
        if (end <= from) {
            return new ReadResult.Nothing();
        }
        return new ReadResult.Found(new FileRecords(use(segment), from, end - from));
    }

    ReadResult failed(IOException fault) {
        if (!(fault instanceof DamagedSegmentException)) {
            log.fail("reading", fault);
        }
        return new ReadResult.Damaged(String.valueOf(fault.getMessage()));
    }

    private DiskFile use(Segment segment) throws IOException {
        return directory.openFiles().use(segment, directory.clock().nanos());
    }

    /** Position of the first batch that reaches the offset; the size of the segment if none does. */
    private int locate(Segment segment, long offset) throws IOException {
        if (offset <= segment.baseOffset) {
            return 0;
        }
        if (segment == log.contents().active()) {
            int position = recent.byOffset(offset);
            if (position != RecentBatches.UNKNOWN) {
                return position;
            }
        }
        int position = cursors.find(segment, offset);
        if (position != ReadCursors.UNKNOWN) {
            return position;
        }
        BatchScan scan = scan(segment, floor(segment, IndexFile.By.OFFSET, offset));
        while (scan.next()) {
            if (scan.header().lastOffset() >= offset) {
                return scan.position();
            }
        }
        requireWhole(segment, scan);
        return segment.size;
    }

    /** The last boundary between batches that is not behind the target. */
    private int cut(Segment segment, int from, int target) throws IOException {
        if (segment == log.contents().active()) {
            int position = recent.byPosition(target);
            if (position != RecentBatches.UNKNOWN) {
                return position;
            }
        }
        BatchScan scan = scan(segment, Math.max(from, floor(segment, IndexFile.By.POSITION, target)));
        int end = scan.endPosition();
        long nextOffset = -1;
        while (scan.next() && scan.endPosition() <= target) {
            end = scan.endPosition();
            nextOffset = scan.nextOffset();
        }
        requireWhole(segment, scan);
        if (nextOffset >= 0) {
            cursors.add(segment, nextOffset, end);
        }
        return end;
    }

    private int cutAfterFirst(Segment segment, int from, int limit) throws IOException {
        BatchScan scan = scan(segment, from);
        if (!scan.next()) {
            requireWhole(segment, scan);
            return from;
        }
        cursors.add(segment, scan.nextOffset(), scan.endPosition());
        return Math.min(scan.endPosition(), limit);
    }

    private BatchScan scan(Segment segment, int from) throws IOException {
        return new BatchScan(use(segment), from, segment.size, segment.baseOffset, false, directory.scratch());
    }

    private static void requireWhole(Segment segment, BatchScan scan) throws DamagedSegmentException {
        String damage = scan.damage();
        if (damage != null) {
            throw new DamagedSegmentException(segment.path, scan.endPosition(), damage);
        }
    }

    private int floor(Segment segment, IndexFile.By by, long key) throws IOException {
        int position = segment.index.floor(by, key);
        if (position != SegmentIndex.IN_FILE) {
            return position;
        }
        DiskFile file = directory.disk().open(segment.index.path);
        try {
            position = IndexFile.floor(file, segment.index.blocks, segment.baseOffset, by, key);
        } finally {
            file.close();
        }
        if (position == IndexFile.DAMAGED) {
            segment.index.discard();
            return 0;
        }
        return position;
    }

    /** Reads on a worker; with {@code load} the batches come with the answer. */
    void readCold(ReadRange range, boolean load, LogAnswer<ColdRead.Outcome> then) {
        if (isOutOfRange(range.offset())) {
            then.done(new ColdRead.Outcome(outOfRange(), ByteBuffer.allocate(0)));
            return;
        }
        int index = log.contents().floor(range.offset());
        if (index < 0 || range.offset() >= bound(range.upToOffset())) {
            then.done(new ColdRead.Outcome(new ReadResult.Nothing(), ByteBuffer.allocate(0)));
            return;
        }
        readCold(index, range.upTo(bound(range.upToOffset())), load, then);
    }

    private void readCold(int index, ReadRange range, boolean load, LogAnswer<ColdRead.Outcome> then) {
        if (isRemoving()) {
            log.whenIdle(() -> readCold(range, load, then));
            return;
        }
        Segment segment = log.contents().segments.get(index);
        long nextBase = log.contents().endOffset(index);
        int asked = generation;
        ColdRead work;
        try {
            work = new ColdRead(
                    directory.disk(),
                    SegmentView.of(segment, use(segment), IndexFile.By.OFFSET, range.offset()),
                    range,
                    load);
        } catch (IOException fault) {
            then.done(new ColdRead.Outcome(failed(fault), ByteBuffer.allocate(0)));
            return;
        }
        directory.disk().offload(work, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(ColdRead.Outcome outcome) {
                if (asked != generation) {
                    // What was found may have been removed meanwhile.
                    readCold(range, load, then);
                } else if (outcome.isBehindSegment() && nextBase < range.upToOffset()) {
                    readCold(range.from(nextBase), load, then);
                } else {
                    outcome.rememberIn(cursors, segment);
                    then.done(outcome);
                }
            }

            @Override
            public void failed(IOException fault) {
                if (asked != generation || isRemoving()) {
                    readCold(range, load, then);
                } else {
                    then.done(new ColdRead.Outcome(LogReader.this.failed(fault), ByteBuffer.allocate(0)));
                }
            }
        });
    }

    /** The first record at or after a time, looking from one segment to the next. */
    void offsetForTimestamp(long timestampMs, LogAnswer<Optional<OffsetAtTime>> then) {
        lookUp(timestampMs, 0, then);
    }

    /** @param fromBase the segments before this base offset have been looked at */
    private void lookUp(long timestampMs, long fromBase, LogAnswer<Optional<OffsetAtTime>> then) {
        if (isRemoving()) {
            log.whenIdle(() -> offsetForTimestamp(timestampMs, then));
            return;
        }
        LogContents contents = log.contents();
        int index = 0;
        while (index < contents.segments.size() && !mayHold(contents.segments.get(index), fromBase, timestampMs)) {
            index++;
        }
        if (index >= contents.segments.size()) {
            then.done(Optional.empty());
            return;
        }
        Segment segment = contents.segments.get(index);
        long nextBase = contents.endOffset(index);
        int asked = generation;
        TimeLookup work;
        try {
            work = new TimeLookup(
                    directory.disk(),
                    SegmentView.of(segment, use(segment), IndexFile.By.TIMESTAMP, timestampMs),
                    timestampMs,
                    contents.startOffset);
        } catch (IOException fault) {
            refuse(then, fault);
            return;
        }
        directory.disk().offload(work, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(Optional<OffsetAtTime> found) {
                if (asked != generation) {
                    offsetForTimestamp(timestampMs, then);
                } else if (found.isEmpty()) {
                    lookUp(timestampMs, nextBase, then);
                } else {
                    then.done(found);
                }
            }

            @Override
            public void failed(IOException fault) {
                if (asked != generation || isRemoving()) {
                    offsetForTimestamp(timestampMs, then);
                } else {
                    refuse(then, fault);
                }
            }
        });
    }

    private static boolean mayHold(Segment segment, long fromBase, long timestampMs) {
        return segment.baseOffset >= fromBase
                && segment.maxTimestamp >= timestampMs
                && segment.maxTimestamp != RecordBatch.NO_TIMESTAMP;
    }

    private void refuse(LogAnswer<Optional<OffsetAtTime>> then, IOException fault) {
        failed(fault);
        then.refused(LogDirectory.storageError(String.valueOf(fault.getMessage())));
    }
}
