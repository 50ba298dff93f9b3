package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.TimestampAndOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Finds the first record of a segment whose timestamp is at least a given one, on a worker. */
final class TimeLookup implements Disk.Work<Optional<OffsetAtTime>> {
    private static final int CHUNK_BYTES = 16 << 10;

    private final SegmentView segment;
    private final long timestampMs;
    private final long fromOffset;

    TimeLookup(SegmentView segment, long timestampMs, long fromOffset) {
        this.segment = segment;
        this.timestampMs = timestampMs;
        this.fromOffset = fromOffset;
    }

    @Override
    public Optional<OffsetAtTime> run() throws IOException {
        try (segment) {
            return find();
        }
    }

    private Optional<OffsetAtTime> find() throws IOException {
        BatchScan scan = segment.scan(segment.begin(), false, ByteBuffer.allocate(CHUNK_BYTES));
        try (Decompressor decompressor = new Decompressor()) {
            while (scan.next()) {
                RecordBatch header = scan.header();
                if (header.maxTimestamp() < timestampMs || header.lastOffset() < fromOffset) {
                    continue;
                }
                RecordBatch batch = scan.load();
                if (!batch.crcValid()) {
                    throw new DamagedSegmentException(
                            segment.file.path(), scan.position(), header.baseOffset(), "the CRC does not fit");
                }
                Optional<TimestampAndOffset> found = batch.firstAtOrAfter(timestampMs, fromOffset, decompressor);
                if (found.isPresent()) {
                    return Optional.of(new OffsetAtTime(
                            found.get().offset(), found.get().timestamp(), header.partitionLeaderEpoch()));
                }
            }
        } catch (CorruptRecordException corrupt) {
            throw new DamagedSegmentException(
                    segment.file.path(),
                    scan.position(),
                    scan.header().baseOffset(),
                    String.valueOf(corrupt.getMessage()));
        }
        String damage = scan.damage();
        if (damage != null) {
            throw new DamagedSegmentException(segment.file.path(), scan.endPosition(), scan.damagedOffset(), damage);
        }
        return Optional.empty();
    }
}
