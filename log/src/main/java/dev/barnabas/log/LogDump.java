package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A segment file from the first batch to the last, for people: whoever wrote it, whatever is in it. Blocks on the disk;
 * not for loops.
 */
public final class LogDump implements AutoCloseable {
    private static final int CHUNK_BYTES = 256 << 10;

    /** No batch that a broker takes comes near this; a greater size is damage, not a reason to take so much memory. */
    private static final int MAX_BATCH_BYTES = 256 << 20;

    private final DiskFile file;
    private final BatchScan scan;
    private @Nullable String tooLarge;

    /**
     * A batch in the file.
     *
     * @param position of its first byte
     * @param batch in memory of its own; its records are to be read with care if the CRC does not fit
     */
    public record Entry(long position, RecordBatch batch, boolean crcFits) {}

    private LogDump(DiskFile file, int size) {
        this.file = file;
        this.scan = new BatchScan(file, 0, size, 0, false, ByteBuffer.allocate(CHUNK_BYTES));
    }

    /** @param path of a {@code .log} file, which is only read */
    public static LogDump open(Disk disk, String path) throws IOException {
        if (!disk.exists(path)) {
            throw new IOException("There is no file " + path);
        }
        return of(disk.open(path));
    }

    /** @param file which is only read, and closed with this */
    public static LogDump of(DiskFile file) throws IOException {
        long size = file.size();
        if (size > Integer.MAX_VALUE) {
            file.close();
            throw new IOException(file.path() + " is larger than a segment can be: " + size + " bytes");
        }
        return new LogDump(file, (int) size);
    }

    /** The next batch; empty at the end, or before something that is not a batch: then {@link #damage} says what. */
    public Optional<Entry> next() throws IOException {
        if (tooLarge != null || !scan.next()) {
            return Optional.empty();
        }
        int size = scan.header().sizeInBytes();
        if (size > MAX_BATCH_BYTES) {
            tooLarge = "at position " + scan.position() + ": a batch of " + size + " bytes";
            return Optional.empty();
        }
        RecordBatch batch = scan.load();
        return Optional.of(new Entry(scan.position(), batch, batch.crcValid()));
    }

    /** Why the file goes on, but not with a batch. */
    public Optional<String> damage() {
        if (tooLarge != null) {
            return Optional.of(tooLarge);
        }
        @Nullable String damage = scan.damage();
        return Optional.ofNullable(damage).map(what -> "at position " + scan.endPosition() + ": " + what);
    }

    @Override
    public void close() {
        file.close();
    }
}
