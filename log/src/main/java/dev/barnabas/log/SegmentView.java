package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;

/**
 * What a worker gets to know of a segment, which belongs to the loop.
 *
 * @param floor where to begin to look for a key, or {@link SegmentIndex#IN_FILE}
 * @param by what the key is
 */
record SegmentView(
        DiskFile file,
        long baseOffset,
        int size,
        String indexPath,
        int indexBlocks,
        int floor,
        IndexFile.By by,
        long key) {

    static SegmentView of(Segment segment, DiskFile file, IndexFile.By by, long key) {
        return new SegmentView(
                file,
                segment.baseOffset,
                segment.size,
                segment.index.path,
                segment.index.blocks,
                segment.index.floor(by, key),
                by,
                key);
    }

    /** Where to begin to look, from the index file if need be. */
    int begin(Disk disk) throws IOException {
        if (floor != SegmentIndex.IN_FILE) {
            return floor;
        }
        DiskFile index = disk.open(indexPath);
        try {
            // A damaged index only costs time: then everything is looked at.
            return Math.max(0, IndexFile.floor(index, indexBlocks, baseOffset, by, key));
        } finally {
            index.close();
        }
    }
}
