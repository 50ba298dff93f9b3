package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes the index of a segment anew that gets no more batches, by going through its headers, on a worker. */
final class IndexRebuild implements Disk.Work<SegmentIndex> {
    private static final int CHUNK_BYTES = 64 << 10;

    private final Disk disk;
    private final String folder;
    private final long baseOffset;
    private final DiskFile file;
    private final int size;
    private final int intervalBytes;

    IndexRebuild(Disk disk, String folder, Segment segment, DiskFile file, int intervalBytes) {
        this.disk = disk;
        this.folder = folder;
        this.baseOffset = segment.baseOffset;
        this.file = file;
        this.size = segment.size;
        this.intervalBytes = intervalBytes;
    }

    @Override
    public SegmentIndex run() throws IOException {
        SegmentIndex index = new SegmentIndex(folder, baseOffset);
        BatchScan scan = new BatchScan(file, 0, size, baseOffset, false, ByteBuffer.allocate(CHUNK_BYTES));
        long maxTimestamp = -1;
        while (scan.next()) {
            index.batch(disk, scan.header().baseOffset(), scan.position(), maxTimestamp, intervalBytes);
            maxTimestamp = Math.max(maxTimestamp, scan.header().maxTimestamp());
        }
        index.seal(disk);
        index.forget();
        return index;
    }
}
