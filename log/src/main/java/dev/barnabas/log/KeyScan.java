package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes through one segment, a bounded number of bytes at a time, and notes the last offset of every key. Records of
 * aborted transactions do not count. Used by one worker at a time.
 */
final class KeyScan implements Disk.Work<KeyScan.Progress> {
    private final SegmentBatches batches;
    private final KeyOffsets lastOffsets;
    private final CompactedTransactions transactions;
    private final Decompressor decompressor;
    private final long fromOffset;
    private final int stepBytes;

    /**
     * @param bytes how many were read in this step
     * @param isDone the end of the segment was reached, or there is no room for another key
     * @param fullAt the first offset whose key had no room, or {@link KeyOffsets#NONE}
     */
    record Progress(int bytes, boolean isDone, long fullAt) {}

    /** @param fromOffset records before it do not count */
    KeyScan(
            SegmentBatches batches,
            KeyOffsets lastOffsets,
            CompactedTransactions transactions,
            Decompressor decompressor,
            long fromOffset,
            int stepBytes) {
        this.batches = batches;
        this.lastOffsets = lastOffsets;
        this.transactions = transactions;
        this.decompressor = decompressor;
        this.fromOffset = fromOffset;
        this.stepBytes = stepBytes;
    }

    @Override
    public Progress run() throws IOException {
        int bytes = 0;
        while (bytes < stepBytes) {
            RecordBatch batch = batches.next();
            if (batch == null) {
                return new Progress(bytes, true, KeyOffsets.NONE);
            }
            bytes += batch.sizeInBytes();
            if (batch.isControl() || batch.lastOffset() < fromOffset || transactions.isAborted(batch)) {
                continue;
            }
            long fullAt = note(batch);
            if (fullAt >= 0) {
                return new Progress(bytes, true, fullAt);
            }
        }
        return new Progress(bytes, false, KeyOffsets.NONE);
    }

    private long note(RecordBatch batch) throws DamagedSegmentException {
        try {
            RecordReader reader = batch.reader(decompressor);
            while (reader.next()) {
                ByteBuffer key = reader.key();
                if (key != null && reader.offset() >= fromOffset && !lastOffsets.put(key, reader.offset())) {
                    return reader.offset();
                }
            }
            return KeyOffsets.NONE;
        } catch (CorruptRecordException corrupt) {
            throw batches.damaged(String.valueOf(corrupt.getMessage()));
        }
    }
}
