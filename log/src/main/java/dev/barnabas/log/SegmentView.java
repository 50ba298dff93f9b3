package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a worker gets to know of a segment, which belongs to the loop. Handed to one worker, and back to the loop. */
final class SegmentView {
    final DiskFile file;
    final long baseOffset;
    final int size;

    private final int floor;
    private final @Nullable DiskFile index;
    private final int indexBlocks;
    private final IndexFile.By by;
    private final long key;
    private boolean indexIsDamaged;

    /**
     * @param by what the worker is going to look for
     * @param file the segment's, open
     */
    SegmentView(Disk disk, Segment segment, DiskFile file, IndexFile.By by, long key) throws IOException {
        this.file = file;
        this.baseOffset = segment.baseOffset;
        this.size = segment.size;
        this.floor = segment.index.floor(by, key);
        // Opened here, where its path is known to be right: a worker that comes too late would create it anew.
        this.index = floor == SegmentIndex.IN_FILE ? disk.open(segment.index.path) : null;
        this.indexBlocks = segment.index.blocks;
        this.by = by;
        this.key = key;
    }

    /** Where to begin to look; to be asked once. */
    int begin() throws IOException {
        if (index == null) {
            return floor;
        }
        try {
            int found = IndexFile.floor(index, indexBlocks, baseOffset, by, key);
            indexIsDamaged = found == IndexFile.DAMAGED;
            return Math.max(0, found);
        } finally {
            index.close();
        }
    }

    /** Whether {@link #begin} could not use the index, so that everything had to be looked at. */
    boolean indexIsDamaged() {
        return indexIsDamaged;
    }
}
