package dev.barnabas.log;

import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Record batches for tests. */
final class Batches {
    /** When every simulated world begins. */
    static final long NOW_MS = 1_767_225_600_000L;

    private Batches() {}

    /** Records without keys, of no producer, with the time at which the world begins. */
    static ByteBuffer of(String... values) {
        return records(builder(), NOW_MS, values).build();
    }

    static ByteBuffer at(long timestampMs, String... values) {
        return records(builder(), timestampMs, values).build();
    }

    /** Records of an idempotent producer. */
    static ByteBuffer of(long producerId, int epoch, int firstSequence, String... values) {
        return records(builder().producer(producerId, (short) epoch, firstSequence), NOW_MS, values)
                .build();
    }

    static ByteBuffer transactional(long producerId, int epoch, int firstSequence, String... values) {
        return records(
                        builder()
                                .producer(producerId, (short) epoch, firstSequence)
                                .transactional(true),
                        NOW_MS,
                        values)
                .build();
    }

    static ByteBuffer marker(long producerId, int epoch, boolean committed, int coordinatorEpoch) {
        RecordBatchBuilder builder = builder().producer(producerId, (short) epoch, -1);
        builder.appendEndTxnMarker(NOW_MS, new EndTxnMarker(committed, coordinatorEpoch));
        return builder.build();
    }

    /** Records of a leader, with offsets and epoch. */
    static ByteBuffer replicated(long baseOffset, int leaderEpoch, String... values) {
        return records(builder().baseOffset(baseOffset).partitionLeaderEpoch(leaderEpoch), NOW_MS, values)
                .build();
    }

    /** A record of about that many bytes. */
    static ByteBuffer large(int bytes) {
        return of("x".repeat(bytes));
    }

    static RecordBatchBuilder builder() {
        return new RecordBatchBuilder(Integer.MAX_VALUE - 64);
    }

    static RecordBatchBuilder records(RecordBatchBuilder builder, long timestampMs, String... values) {
        for (String value : values) {
            builder.append(timestampMs, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return builder;
    }

    /** A record {@code key=value}, or a tombstone {@code key=}, each. */
    static RecordBatchBuilder keyed(RecordBatchBuilder builder, long timestampMs, String... assignments) {
        for (String assignment : assignments) {
            int at = assignment.indexOf('=');
            String value = assignment.substring(at + 1);
            builder.append(
                    timestampMs,
                    assignment.substring(0, at).getBytes(StandardCharsets.UTF_8),
                    value.isEmpty() ? null : value.getBytes(StandardCharsets.UTF_8),
                    List.of());
        }
        return builder;
    }

    static ByteBuffer keyed(String... assignments) {
        return keyed(builder(), NOW_MS, assignments).build();
    }

    static ByteBuffer concat(ByteBuffer... batches) {
        int size = 0;
        for (ByteBuffer batch : batches) {
            size += batch.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (ByteBuffer batch : batches) {
            all.put(batch.duplicate());
        }
        return all.flip();
    }
}
