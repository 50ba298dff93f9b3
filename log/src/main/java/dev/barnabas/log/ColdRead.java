package dev.barnabas.log;

import dev.barnabas.host.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds batches in a segment on a worker, reads all of them so that they are in the page cache afterwards, and checks
 * their CRC on the way: what leaves cold storage has been looked at.
 */
final class ColdRead implements Disk.Work<ColdRead.Outcome> {
    private static final int CHUNK_BYTES = 64 << 10;
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final Disk disk;
    private final SegmentView segment;
    private final ReadRange range;
    private final boolean load;

    ColdRead(Disk disk, SegmentView segment, ReadRange range, boolean load) {
        this.disk = disk;
        this.segment = segment;
        this.range = range;
        this.load = load;
    }

    /**
     * @param bytes the batches themselves, if they were to be loaded
     * @param nextOffset the offset after the batches
     */
    record Outcome(ReadResult result, ByteBuffer bytes, long nextOffset) {
        private static final long BEHIND_SEGMENT = -2;

        Outcome(ReadResult result, ByteBuffer bytes) {
            this(result, bytes, -1);
        }

        /** The segment has nothing at or behind the offset. */
        boolean isBehindSegment() {
            return nextOffset == BEHIND_SEGMENT;
        }

        void rememberIn(ReadCursors cursors, Segment segment) {
            if (nextOffset >= 0 && result instanceof ReadResult.Found found) {
                FileRecords records = found.records();
                cursors.add(segment, nextOffset, (int) records.position() + records.sizeInBytes());
            }
        }
    }

    @Override
    public Outcome run() throws IOException {
        int chunkBytes = Math.clamp(segment.size(), 1, CHUNK_BYTES);
        ByteBuffer chunk = ByteBuffer.allocate(Math.max(chunkBytes, 4_096));
        BatchScan search =
                new BatchScan(segment.file(), segment.begin(disk), segment.size(), segment.baseOffset(), false, chunk);
        boolean there = search.next();
        while (there && search.header().lastOffset() < range.offset()) {
            there = search.next();
        }
        if (!there) {
            return search.damage() == null
                    ? new Outcome(new ReadResult.Nothing(), EMPTY, Outcome.BEHIND_SEGMENT)
                    : damaged(search);
        }
        return take(search.position(), chunk);
    }

    private Outcome take(int from, ByteBuffer chunk) throws IOException {
        BatchScan scan = new BatchScan(segment.file(), from, segment.size(), segment.baseOffset(), true, chunk);
        int end = from;
        long nextOffset = -1;
        while (scan.next() && scan.header().lastOffset() < range.upToOffset()) {
            boolean fits = scan.endPosition() - from <= range.maxBytes();
            boolean first = end == from;
            if (!fits && !(first && range.minOneBatch())) {
                break;
            }
            end = scan.endPosition();
            nextOffset = scan.nextOffset();
            if (!fits) {
                break;
            }
        }
        if (end == from) {
            return scan.damage() == null ? new Outcome(new ReadResult.Nothing(), EMPTY) : damaged(scan);
        }
        FileRecords records = new FileRecords(segment.file(), from, end - from);
        return new Outcome(new ReadResult.Found(records), load ? bytes(records) : EMPTY, nextOffset);
    }

    private Outcome damaged(BatchScan scan) throws DamagedSegmentException {
        throw new DamagedSegmentException(segment.file().path(), scan.endPosition(), String.valueOf(scan.damage()));
    }

    private static ByteBuffer bytes(FileRecords records) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        if (records.file().read(bytes, records.position()) < bytes.capacity()) {
            throw new IOException(records.file().path() + " is shorter than it was");
        }
        return bytes.flip();
    }
}
