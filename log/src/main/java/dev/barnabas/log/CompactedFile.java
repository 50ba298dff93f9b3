package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The file, and its index, that is going to replace segments, while it is written. Opened on the loop, written by one
 * worker at a time, through handles that stay right whatever happens to the log's folder meanwhile.
 */
final class CompactedFile {
    private static final int BUFFER_BYTES = 256 << 10;

    final DiskFile file;
    final DiskFile index;
    private final long baseOffset;
    private final int indexInterval;

    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long written;
    private long maxTimestamp = -1;
    private long firstTimestamp = -1;
    private long horizonMs = Segment.NO_HORIZON;

    private int blocks;
    private int count;
    private long lastPosition;
    private final int[] offsets = new int[IndexFile.ENTRIES_PER_BLOCK];
    private final int[] positions = new int[IndexFile.ENTRIES_PER_BLOCK];
    private final long[] timestamps = new long[IndexFile.ENTRIES_PER_BLOCK];

    /**
     * @param file empty
     * @param index empty
     */
    CompactedFile(DiskFile file, DiskFile index, long baseOffset, int indexInterval) {
        this.file = file;
        this.index = index;
        this.baseOffset = baseOffset;
        this.indexInterval = indexInterval;
    }

    /** @param horizon when something of the batch may be removed, or {@link Segment#NO_HORIZON} */
    void append(RecordBatch batch, long horizon) throws IOException {
        int bytes = batch.sizeInBytes();
        if (size() + bytes > Integer.MAX_VALUE) {
            throw new IOException(file.path() + " would become larger than a segment can be");
        }
        note(batch);
        horizonMs = Math.min(horizonMs, horizon);
        if (bytes > buffer.remaining()) {
            flush();
        }
        if (bytes > buffer.remaining()) {
            file.append(batch.bytes());
            written += bytes;
        } else {
            buffer.put(batch.bytes());
        }
    }

    private void note(RecordBatch batch) throws IOException {
        int position = (int) size();
        if (position > 0 && position - lastPosition >= indexInterval) {
            if (count == IndexFile.ENTRIES_PER_BLOCK) {
                writeBlock();
            }
            offsets[count] = (int) (batch.baseOffset() - baseOffset);
            positions[count] = position;
            timestamps[count] = maxTimestamp;
            count++;
            lastPosition = position;
        }
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
        if (position == 0) {
            firstTimestamp = batch.maxTimestamp();
        }
    }

    private void writeBlock() throws IOException {
        index.append(IndexFile.block(baseOffset, count, offsets, positions, timestamps));
        blocks++;
        count = 0;
    }

    /** Writes what is in memory. */
    void flush() throws IOException {
        written += buffer.position();
        file.append(buffer.flip());
        buffer.clear();
    }

    /** There is no further batch. */
    void finish() throws IOException {
        flush();
        if (count > 0) {
            writeBlock();
        }
    }

    long size() {
        return written + buffer.position();
    }

    /** The finished file, as what replaces the segments. */
    Replacement replaces(String id, long endOffset, Segment first, Segment last, List<Long> removedMarkers) {
        return new Replacement(
                baseOffset,
                endOffset,
                id,
                (int) size(),
                blocks,
                maxTimestamp,
                firstTimestamp >= 0 ? firstTimestamp : first.firstTimestamp,
                last.lastAppendMs,
                horizonMs,
                removedMarkers);
    }

    void close() {
        file.close();
        index.close();
    }
}
