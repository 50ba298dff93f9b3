package dev.barnabas.log;

import dev.barnabas.host.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds batches in a segment on a worker. If they are not in the page cache, reads all of them, so that they are
 * afterwards, and checks their CRC on the way: what leaves cold storage has been looked at. If they are, finding where
 * they end is enough.
 */
final class ColdRead implements Disk.Work<ColdRead.Outcome> {
    private static final int CHUNK_BYTES = 64 << 10;

    /** What is read at once where only headers matter. */
    private static final int HEADERS_BYTES = 4 << 10;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final SegmentView segment;
    private final ReadRange range;
    private final boolean load;

    ColdRead(SegmentView segment, ReadRange range, boolean load) {
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

        Outcome(ReadResult result) {
            this(result, EMPTY, -1);
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
        try (segment) {
            return find();
        }
    }

    private Outcome find() throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(HEADERS_BYTES);
        BatchScan search = segment.scan(segment.begin(), false, chunk);
        boolean there = search.next();
        while (there && search.header().lastOffset() < range.offset()) {
            there = search.next();
        }
        if (!there && search.damage() == null && !segment.headers.gaps()) {
            // The next segment begins behind it.
            return damaged(search.endPosition(), "offset " + range.offset() + " is not where it should be");
        }
        if (!there) {
            return search.damage() == null
                    ? new Outcome(new ReadResult.Nothing(), EMPTY, Outcome.BEHIND_SEGMENT)
                    : damaged(search);
        }
        if (!segment.headers.gaps() && search.header().baseOffset() > range.offset()) {
            // The reader would skip what it asks for.
            return damaged(search.position(), "offset " + range.offset() + " is not where it should be");
        }
        int from = search.position();
        int reach = (int) Math.min(segment.size, (long) from + range.maxBytes());
        if (!load && reach > from && segment.file.isInMemory(from, reach - from)) {
            return take(from, skipped(from, reach, chunk), false, chunk);
        }
        return take(from, from, true, ByteBuffer.allocate(Math.clamp(segment.size, HEADERS_BYTES, CHUNK_BYTES)));
    }

    /** How far the batches can be taken without looking at each: to a boundary that the index knows. */
    private int skipped(int from, int reach, ByteBuffer chunk) throws IOException {
        int boundary = segment.boundary(reach);
        if (boundary <= from) {
            return from;
        }
        BatchScan scan = segment.scan(boundary, false, chunk);
        return scan.next() && scan.header().baseOffset() <= range.upToOffset() ? boundary : from;
    }

    /** @param known the batches from {@code from} to there can be taken */
    private Outcome take(int from, int known, boolean checkCrc, ByteBuffer chunk) throws IOException {
        BatchScan scan = segment.scan(known, checkCrc, chunk);
        int end = known;
        int before = end;
        long nextOffset = -1;
        while (scan.next()) {
            boolean fits = scan.endPosition() - from <= range.maxBytes();
            boolean first = end == from;
            if (scan.header().lastOffset() >= range.upToOffset() || (!fits && !(first && range.minOneBatch()))) {
                nextOffset = scan.header().baseOffset();
                break;
            }
            before = end;
            end = scan.endPosition();
            nextOffset = scan.nextOffset();
            if (!fits) {
                break;
            }
        }
        if (scan.isOutOfOrder() && segment.headers.gaps()) {
            // One of the two is wrong, and nobody knows which.
            end = before;
            nextOffset = -1;
        }
        if (end == from) {
            return scan.damage() == null ? new Outcome(new ReadResult.Nothing()) : damaged(scan);
        }
        FileRecords records = new FileRecords(segment.file, from, end - from);
        return new Outcome(new ReadResult.Found(records), load ? bytes(records) : EMPTY, nextOffset);
    }

    private Outcome damaged(BatchScan scan) throws DamagedSegmentException {
        return damaged(scan.endPosition(), String.valueOf(scan.damage()));
    }

    /** What the batch there says of its offset may be wrong; the one that was asked for is in the same segment. */
    private Outcome damaged(int position, String what) throws DamagedSegmentException {
        throw new DamagedSegmentException(segment.file.path(), position, range.offset(), what);
    }

    private static ByteBuffer bytes(FileRecords records) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        if (records.file().read(bytes, records.position()) < bytes.capacity()) {
            throw new IOException(records.file().path() + " is shorter than it was");
        }
        return bytes.flip();
    }
}
