package dev.barnabas.replication;

import dev.barnabas.log.FileRecords;
import dev.barnabas.protocol.Records;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordBatches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Record batches for tests: written, and read again. */
final class TestBatches {
    private static final long NOW_MS = 1_767_225_600_000L;

    private TestBatches() {}

    static ByteBuffer of(List<String> values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
        for (String value : values) {
            builder.append(NOW_MS, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return builder.build();
    }

    /** Records of a producer's transaction. */
    static ByteBuffer transactional(long producerId, int epoch, int sequence, List<String> values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20)
                .producer(producerId, (short) epoch, sequence)
                .transactional(true);
        for (String value : values) {
            builder.append(NOW_MS, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return builder.build();
    }

    /** What a read has found, as it would come over a wire. */
    static ByteBuffer bytes(Records records) {
        ByteBuffer bytes = ByteBuffer.allocate(records.sizeInBytes());
        if (records instanceof FileRecords inFile) {
            try {
                inFile.file().read(bytes, inFile.position());
            } catch (IOException fault) {
                throw new UncheckedIOException(fault);
            }
        }
        return bytes.flip();
    }

    /** A record, as a reader sees it. */
    record Seen(long offset, int leaderEpoch, String value) {}

    static List<Seen> seen(ByteBuffer batches) {
        List<Seen> seen = new ArrayList<>();
        for (RecordBatch batch : RecordBatches.of(batches.duplicate())) {
            for (Record each : batch.records()) {
                seen.add(new Seen(each.offset(), batch.partitionLeaderEpoch(), shown(batch, each)));
            }
        }
        return seen;
    }

    private static String shown(RecordBatch batch, Record record) {
        if (batch.isControl()) {
            return batch.producerId() + "-" + (EndTxnMarker.of(record).committed() ? "commits" : "aborts");
        }
        ByteBuffer value = record.value();
        return value == null
                ? ""
                : StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }
}
