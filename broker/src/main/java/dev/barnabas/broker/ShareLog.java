package dev.barnabas.broker;

import dev.barnabas.host.DiskFile;
import dev.barnabas.log.AbortedTransaction;
import dev.barnabas.log.FileRecords;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordReader;
import dev.barnabas.share.Acquired;
import dev.barnabas.share.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was read of a log for a share group: batches in a file, of which mostly only the headers are looked at. Where
 * keys matter, all of it is.
 */
final class ShareLog {

    private static final int CHUNK_BYTES = 8 << 10;

    private final FileRecords records;
    private final List<Batch> batches = new ArrayList<>();
    private final List<Span> spans = new ArrayList<>();

    private record Batch(long firstOffset, long lastOffset, long position, int size) {}

    private ShareLog(FileRecords records) {
        this.records = records;
    }

    /**
     * Looks at headers.
     *
     * @param aborted transactions whose records are not delivered
     */
    static ShareLog read(FileRecords records, List<AbortedTransaction> aborted) throws IOException {
        ShareLog log = new ShareLog(records);
        DiskFile file = records.file();
        long end = records.position() + records.sizeInBytes();
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, records.sizeInBytes()));
        long chunkAt = records.position();
        chunk.limit(0);
        for (long at = records.position(); at + RecordBatch.HEADER_BYTES <= end; ) {
            if (at < chunkAt || at + RecordBatch.HEADER_BYTES > chunkAt + chunk.limit()) {
                chunk.clear();
                chunkAt = at;
                file.read(chunk, at);
                chunk.flip();
                if (chunk.limit() < RecordBatch.HEADER_BYTES) {
                    throw new IOException(file.path() + " is shorter than it was");
                }
            }
            RecordBatch header = RecordBatch.header(chunk, (int) (at - chunkAt));
            int size = header.sizeInBytes();
            if (size < RecordBatch.HEADER_BYTES || header.lastOffset() < header.baseOffset()) {
                throw new IOException(file.path() + " has no record batch at " + at);
            }
            log.batches.add(new Batch(header.baseOffset(), header.lastOffset(), at, size));
            log.spans.add(new Span(header.baseOffset(), header.lastOffset(), isDeliverable(header, aborted)));
            at += size;
        }
        return log;
    }

    /** Looks at records, to find their keys. */
    static ShareLog readKeys(FileRecords records, List<AbortedTransaction> aborted, Decompressor decompressor)
            throws IOException {
        ShareLog log = new ShareLog(records);
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        records.file().read(bytes, records.position());
        bytes.flip();
        int at = 0;
        while (at + RecordBatch.HEADER_BYTES <= bytes.limit()) {
            try {
                RecordBatch batch = RecordBatch.at(bytes, at);
                log.batches.add(new Batch(
                        batch.baseOffset(), batch.lastOffset(), records.position() + at, batch.sizeInBytes()));
                if (isDeliverable(batch, aborted)) {
                    log.addKeys(batch, decompressor);
                } else {
                    log.spans.add(new Span(batch.baseOffset(), batch.lastOffset(), false));
                }
                at += batch.sizeInBytes();
            } catch (CorruptRecordException e) {
                throw new IOException(records.file().path() + " has damaged records at " + at, e);
            }
        }
        return log;
    }

    private void addKeys(RecordBatch batch, Decompressor decompressor) {
        RecordReader reader = batch.reader(decompressor);
        long[] keys = new long[Math.max(1, Math.min(batch.recordCount(), 1024))];
        long first = batch.baseOffset();
        int count = 0;
        while (reader.next()) {
            if (reader.offset() != first + count) {
                addSpan(first, keys, count);
                first = reader.offset();
                count = 0;
            }
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, 2 * count);
            }
            keys[count++] = Span.keyOf(reader.key());
        }
        addSpan(first, keys, count);
        if (first + count <= batch.lastOffset()) {
            spans.add(new Span(first + count, batch.lastOffset(), false));
        }
    }

    private void addSpan(long first, long[] keys, int count) {
        if (count > 0) {
            spans.add(new Span(first, first + count - 1, true, Arrays.copyOf(keys, count)));
        }
    }

    private static boolean isDeliverable(RecordBatch batch, List<AbortedTransaction> aborted) {
        if (batch.isControl()) {
            return false;
        }
        return !batch.isTransactional()
                || aborted.stream()
                        .noneMatch(transaction -> transaction.producerId() == batch.producerId()
                                && transaction.firstOffset() <= batch.baseOffset()
                                && transaction.lastOffset() >= batch.lastOffset());
    }

    List<Span> spans() {
        return spans;
    }

    /** The batches that hold what was acquired, and what lies between them. */
    FileRecords holding(List<Acquired> acquired) {
        long first = acquired.getFirst().firstOffset();
        long last = acquired.getLast().lastOffset();
        long from = -1;
        long to = -1;
        for (Batch batch : batches) {
            if (batch.lastOffset >= first && batch.firstOffset <= last) {
                from = from < 0 ? batch.position : from;
                to = batch.position + batch.size;
            }
        }
        if (from < 0) {
            throw new IllegalStateException("acquired what was not read: " + acquired);
        }
        return new FileRecords(records.file(), from, (int) (to - from));
    }
}
