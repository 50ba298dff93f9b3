package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the batches of segments that are to become one, a bounded number of bytes at a time, and writes what
 * stays of them; or, without an output, looks only whether all of them stay as they are. Used by one worker at a time.
 */
final class GroupRewrite implements Disk.Work<GroupRewrite.Progress> {
    private final List<SegmentBatches.Source> segments;
    private final ByteBuffer chunk;
    private final BatchCompaction compaction;
    private final @Nullable CompactedFile output;
    private final int stepBytes;

    private int at;
    private @Nullable SegmentBatches current;
    private long horizonMs = Segment.NO_HORIZON;

    /**
     * @param bytes how many were read and written in this step
     * @param isDone there is no further batch
     * @param isChanged without an output: something is to be removed or changed, so an output is needed
     * @param horizonMs without an output, when it is done: as of {@link Segment}
     */
    record Progress(int bytes, boolean isDone, boolean isChanged, long horizonMs) {}

    GroupRewrite(
            List<SegmentBatches.Source> segments,
            ByteBuffer chunk,
            BatchCompaction compaction,
            @Nullable CompactedFile output,
            int stepBytes) {
        this.segments = segments;
        this.chunk = chunk;
        this.compaction = compaction;
        this.output = output;
        this.stepBytes = stepBytes;
    }

    @Override
    public Progress run() throws IOException {
        long before = output == null ? 0 : output.size();
        int bytes = 0;
        while (bytes < stepBytes && at < segments.size()) {
            SegmentBatches segment = current;
            if (segment == null) {
                segment = new SegmentBatches(segments.get(at), chunk);
                current = segment;
            }
            RecordBatch batch = segment.next();
            if (batch == null) {
                current = null;
                at++;
                continue;
            }
            bytes += batch.sizeInBytes();
            // A segment is never empty, and ends where it ended: so much can always be told from the file.
            boolean mustStay = at == segments.size() - 1 && segment.isLast();
            BatchCompaction.Verdict verdict = decide(segment, batch, mustStay);
            if (output == null && !(verdict instanceof BatchCompaction.Verdict.Same)) {
                return new Progress(bytes, true, true, horizonMs);
            }
            switch (verdict) {
                case BatchCompaction.Verdict.Same same -> keep(batch);
                case BatchCompaction.Verdict.Gone gone -> {}
                case BatchCompaction.Verdict.Other(RecordBatch other) -> keep(other);
            }
        }
        boolean isDone = at == segments.size();
        if (output != null) {
            if (isDone) {
                output.finish();
            } else {
                output.flush();
            }
            bytes += (int) (output.size() - before);
        }
        return new Progress(bytes, isDone, false, horizonMs);
    }

    private void keep(RecordBatch batch) throws IOException {
        long horizon = compaction.horizonAhead(batch);
        horizonMs = Math.min(horizonMs, horizon);
        if (output != null) {
            output.append(batch, horizon);
        }
    }

    private BatchCompaction.Verdict decide(SegmentBatches segment, RecordBatch batch, boolean mustStay)
            throws DamagedSegmentException {
        try {
            return compaction.decide(batch, mustStay);
        } catch (DamagedBatchException damaged) {
            throw segment.damaged(String.valueOf(damaged.getMessage()));
        } catch (CorruptRecordException corrupt) {
            throw segment.damaged(String.valueOf(corrupt.getMessage()));
        }
    }
}
