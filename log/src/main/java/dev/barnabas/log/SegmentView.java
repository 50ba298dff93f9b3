package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a worker gets to know of a segment, which belongs to the loop. Handed to one worker, which closes it, and back
 * to the loop.
 */
final class SegmentView implements AutoCloseable {
    final DiskFile file;
    final long baseOffset;
    final int size;
    final KnownHeaders headers;

    /** The batch at the floor does not begin before the key: a cursor knows its place, an index only one before it. */
    private final boolean isExact;

    /** Where to begin to look, or {@link SegmentIndex#IN_FILE}. */
    private final int floor;

    private final @Nullable DiskFile index;
    private final int indexBlocks;
    private final IndexFile.By by;
    private final long key;
    private boolean indexIsDamaged;

    /**
     * @param by what the worker is going to look for
     * @param file the segment's, open
     * @param headers what is known of its batches
     * @param known position of a batch at or before the one that is looked for, or {@link ReadCursors#UNKNOWN}
     */
    SegmentView(Disk disk, Segment segment, DiskFile file, KnownHeaders headers, IndexFile.By by, long key, int known)
            throws IOException {
        this.file = file;
        this.baseOffset = segment.baseOffset;
        this.size = segment.size;
        this.headers = headers;
        this.isExact = known != ReadCursors.UNKNOWN;
        this.floor = known != ReadCursors.UNKNOWN ? known : segment.index.floor(by, key);
        // Opened here, where its path is known to be right: a worker that comes too late would create it anew.
        this.index = segment.index.blocks > 0 ? disk.open(segment.index.path) : null;
        this.indexBlocks = segment.index.blocks;
        this.by = by;
        this.key = key;
    }

    /** Where to begin to look. */
    int begin() throws IOException {
        return floor == SegmentIndex.IN_FILE ? indexed(by, key) : floor;
    }

    /** Goes through the batches from a boundary between two of them on. */
    BatchScan scan(int from, boolean checkCrc, ByteBuffer chunk) {
        boolean isKey = isExact && from == floor;
        BatchScan scan = new BatchScan(file, from, size, isKey ? key : baseOffset, checkCrc, chunk).knowing(headers);
        return from == 0 || isKey ? scan : scan.fromAnywhere();
    }

    /** The last boundary between batches at or before a position of which the index knows; 0 if it knows of none. */
    int boundary(int position) throws IOException {
        return indexed(IndexFile.By.POSITION, position);
    }

    private int indexed(IndexFile.By how, long wanted) throws IOException {
        if (index == null || indexIsDamaged) {
            return 0;
        }
        int found = IndexFile.floor(index, indexBlocks, baseOffset, how, wanted);
        indexIsDamaged = found == IndexFile.DAMAGED;
        return Math.max(0, found);
    }

    /** Whether the bytes from the known position on, and the whole index, are in memory. */
    boolean isInMemory(int maxBytes) {
        return floor != SegmentIndex.IN_FILE
                && floor < size
                && file.isInMemory(floor, Math.min(maxBytes, size - floor))
                && (index == null || index.isInMemory(0, (long) indexBlocks * IndexFile.BLOCK_BYTES));
    }

    /** Whether the index could not be used, so that everything had to be looked at. */
    boolean indexIsDamaged() {
        return indexIsDamaged;
    }

    @Override
    public void close() {
        if (index != null) {
            index.close();
        }
    }
}
