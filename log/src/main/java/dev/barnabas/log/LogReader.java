package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

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

    /** Segments have been replaced by others that hold the same, as far as anybody needs it. */
    void compacted() {
        generation++;
        cursors.clear();
    }

    /** Counts how often the contents were replaced: what was found before that may be gone. */
    int generation() {
        return generation;
    }

    /** Whether batches are being removed from the end. */
    boolean isRemoving() {
        return cap != Long.MAX_VALUE;
    }

    ReadCursors cursors() {
        return cursors;
    }

    /** Up to where is read at most. */
    long bound(long upToOffset) {
        return Math.min(Math.min(upToOffset, cap), log.contents().nextOffset);
    }

    /** The answer to a read that needs no look at any batch; null for all others. */
    @Nullable
    ReadResult withoutReading(ReadRange range) {
        LogContents contents = log.contents();
        if (range.offset() < contents.startOffset || range.offset() > contents.nextOffset) {
            return new ReadResult.OutOfRange(contents.startOffset, contents.nextOffset);
        }
        boolean isThere = range.offset() < bound(range.upToOffset()) && contents.floor(range.offset()) >= 0;
        return isThere ? null : new ReadResult.Nothing();
    }

    ReadResult read(ReadRange range) {
        ReadResult atOnce = withoutReading(range);
        if (atOnce != null) {
            return atOnce;
        }
        LogContents contents = log.contents();
        long offset = range.offset();
        int index = contents.floor(offset);
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
            return found(segment, index, from, range.upTo(bound(range.upToOffset())));
        } catch (IOException fault) {
            return failed(fault);
        }
    }

    private ReadResult found(Segment segment, int index, int from, ReadRange range) throws IOException {
        long upTo = range.upToOffset();
        int maxBytes = range.maxBytes();
        int limit = upTo < log.contents().endOffset(index) ? locate(segment, upTo) : segment.size;
        int end = limit - from <= maxBytes ? limit : cut(segment, from, from + maxBytes);
        if (end <= from && range.minOneBatch() && from < limit) {
            end = cutAfterFirst(segment, from, limit);
        }
        if (end <= from) {
            return new ReadResult.Nothing();
        }
        return new ReadResult.Found(new FileRecords(use(segment), from, end - from));
    }

    ReadResult failed(IOException fault) {
        if (!(fault instanceof DamagedSegmentException damaged)) {
            log.fail("reading", fault);
        } else if (!isRemoving()) {
            // Else it may be a file that is just being cut.
            log.scrub().found(damaged.damage());
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
        LogContents contents = log.contents();
        BatchScan scan = new BatchScan(use(segment), from, segment.size, segment.baseOffset, false, directory.scratch())
                .knowing(contents.headers(contents.segments.lastIndexOf(segment)));
        return from == 0 ? scan : scan.fromAnywhere();
    }

    private static void requireWhole(Segment segment, BatchScan scan) throws DamagedSegmentException {
        String damage = scan.damage();
        if (damage != null) {
            throw new DamagedSegmentException(segment.path, scan.endPosition(), scan.damagedOffset(), damage);
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
}
