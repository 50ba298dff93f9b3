package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks all of a segment file: that batches follow on each other, their CRC, and their records, which are decompressed
 * and parsed. For people who ask for it; a running node checks less, but always ({@link DirectoryScrub}). Blocks on the
 * disk; not for loops. Memory is bounded by the largest batch whose CRC fits.
 *
 * <p>Whether a log has gaps is not in its segments. So an offset that has become too high shows only at the batch
 * behind it.
 */
public final class SegmentVerification implements AutoCloseable {
    private static final int CHUNK_BYTES = 256 << 10;

    private final SegmentCheck check;
    private final Decompressor decompressor = new Decompressor();
    private long batches;
    private long records;

    /**
     * @param file which is only read, and not closed
     * @param baseOffset that its name says
     * @param size how much of it is to be checked, to the end of a batch
     */
    public SegmentVerification(DiskFile file, long baseOffset, int size) {
        BatchScan scan = new BatchScan(file, 0, size, baseOffset, true, ByteBuffer.allocate(CHUNK_BYTES));
        this.check = new SegmentCheck(file.path(), scan, size, Long.MAX_VALUE, this::checkRecords);
    }

    /** Goes on for about so many bytes. False when all is done. */
    public boolean run(int bytes) throws IOException {
        return check.run(bytes);
    }

    private @Nullable String checkRecords(BatchScan scan) throws IOException {
        batches++;
        records += Math.max(0, scan.header().recordCount());
        try {
            // No record has that offset: so all are looked at, in little memory.
            scan.load().firstAtOrAfter(Long.MIN_VALUE, Long.MAX_VALUE, decompressor);
            return null;
        } catch (CorruptRecordException corrupt) {
            return "the CRC fits, but not the records: " + corrupt.getMessage();
        }
    }

    /** What was found since the last call. */
    public List<LogDamage> takeDamages() {
        return check.takeDamages();
    }

    /** Everything before it was looked at. */
    public int position() {
        return check.position();
    }

    /** The offset behind the last batch. */
    public long nextOffset() {
        return check.nextOffset();
    }

    /** How many batches have been found whose header makes sense and whose CRC fits. */
    public long batches() {
        return batches;
    }

    /** The records in them. */
    public long records() {
        return records;
    }

    @Override
    public void close() {
        decompressor.close();
    }
}
