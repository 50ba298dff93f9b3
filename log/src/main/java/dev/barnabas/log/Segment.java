package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A segment of a log: one {@code .log} file and what is known of it without reading it. Owned by the loop of the log;
 * the recovery builds it on a worker before anybody else knows it.
 */
final class Segment {
    /** Space is reserved in advance only for segments that have grown to this. */
    private static final int PREALLOCATE_FROM = 512 << 10;

    private static final int PREALLOCATE_AT_MOST = 32 << 20;

    /** Nothing in the segment waits for its delete horizon. */
    static final long NO_HORIZON = Long.MAX_VALUE;

    final long baseOffset;
    final String path;
    SegmentIndex index;

    /** Bytes of whole batches. */
    int size;
    /** Greatest timestamp of a record, or -1. */
    long maxTimestamp = -1;
    /**
     * Greatest timestamp of the first batch (or when it was appended, if it has none): the segment's age counts from
     * there.
     */
    long firstTimestamp = -1;
    /** Wall-clock time of the last append, for records without timestamps. */
    long lastAppendMs = -1;
    /** The earliest delete horizon of a batch, as far as compaction has seen; or {@link #NO_HORIZON}. */
    long horizonMs = NO_HORIZON;

    /** Bytes were appended that no sync has covered. */
    boolean dirty;

    private int preallocated;

    // Links of OpenFiles.
    @Nullable
    DiskFile file;

    @Nullable
    Segment newer;

    @Nullable
    Segment older;

    Segment(String folder, long baseOffset) {
        this.baseOffset = baseOffset;
        this.path = FileNames.path(folder, baseOffset, FileNames.SEGMENT);
        this.index = new SegmentIndex(folder, baseOffset);
    }

    /** Time that counts for retention. */
    long retentionTimestamp() {
        return maxTimestamp >= 0 ? maxTimestamp : lastAppendMs;
    }

    /** How many bytes should be reserved before so many more are appended; 0 if there is no need. */
    int reservation(int bytes, LogSettings.Segments settings) {
        int after = size + bytes;
        if (after <= preallocated) {
            return 0;
        }
        if (settings.preallocate()) {
            return Math.max(after, settings.bytes());
        }
        if (after < PREALLOCATE_FROM) {
            return 0;
        }
        return (int) Math.max(after, Math.min(settings.bytes(), after + (long) Math.min(after, PREALLOCATE_AT_MOST)));
    }

    void reserved(int bytes) {
        preallocated = bytes;
    }

    /** Gives back what was reserved and not used. */
    void trim(DiskFile handle) throws IOException {
        if (preallocated > size) {
            handle.truncate(size);
            preallocated = 0;
        }
    }
}
