package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The batches of a whole segment, one after the other, each checked. Used by one worker at a time. */
final class SegmentBatches {
    private static final int FIRST_BYTES = 64 << 10;

    private final Source source;
    private final BatchScan scan;
    private ByteBuffer memory = ByteBuffer.allocate(FIRST_BYTES);

    /**
     * A segment that gets no more batches.
     *
     * @param file open as long as it is read
     * @param headers what is known of its batches
     */
    record Source(DiskFile file, long baseOffset, int size, KnownHeaders headers) {}

    /** @param chunk for reading, of no other segment at the same time */
    SegmentBatches(Source source, ByteBuffer chunk) {
        this.source = source;
        this.scan = new BatchScan(source.file, 0, source.size, source.baseOffset, true, chunk).knowing(source.headers);
    }

    /**
     * The next batch, valid until the next call; null at the end.
     *
     * @throws DamagedSegmentException if something is not a batch whose CRC fits
     */
    @Nullable
    RecordBatch next() throws IOException {
        if (!scan.next()) {
            String damage = scan.damage();
            if (damage != null) {
                throw damaged(damage);
            }
            return null;
        }
        int bytes = scan.endPosition() - scan.position();
        if (bytes > memory.capacity()) {
            memory = ByteBuffer.allocate(Math.max(bytes, 2 * memory.capacity()));
        }
        if (source.file.read(memory.clear().limit(bytes), scan.position()) < bytes) {
            throw new IOException(source.file.path() + " is shorter than it was");
        }
        return RecordBatch.at(memory.flip(), 0);
    }

    /** Whether the batch that was given out was the last. */
    boolean isLast() {
        return scan.endPosition() == source.size;
    }

    DamagedSegmentException damaged(String what) {
        return new DamagedSegmentException(source.file.path(), scan.position(), scan.damagedOffset(), what);
    }
}
