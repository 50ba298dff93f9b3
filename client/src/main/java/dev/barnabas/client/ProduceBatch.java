package dev.barnabas.client;

import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Records for one partition that travel together, and who wants to know what becomes of each. Owned by the producer's
 * loop.
 */
final class ProduceBatch {

    private static final int FIRST_CAPACITY = 16;

    final PartitionQueue queue;
    final RecordBatchBuilder builder;
    final FlushEpoch flushEpoch;
    final long createdNanos;

    /** Its place among the batches of its partition. */
    final long order;

    /** Counts against the producer's buffer until the batch is done. */
    long bufferedBytes;

    private Delivery[] deliveries = new Delivery[FIRST_CAPACITY];
    private long[] timestamps = new long[FIRST_CAPACITY];

    /** No more records fit, or none may be added any more because it has been sent. */
    private boolean full;

    private int attempts;
    private @Nullable ProducerIdentity identity;
    private boolean mayBeWritten;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private long number;

    ProduceBatch(
            PartitionQueue queue, RecordBatchBuilder builder, FlushEpoch flushEpoch, long createdNanos, long order) {
        this.queue = queue;
        this.builder = builder;
        this.flushEpoch = flushEpoch;
        this.createdNanos = createdNanos;
        this.order = order;
    }

    /** Adds a record, unless there is no room for it. The first record always has room. */
    boolean append(ProducerRecord record, long timestampMs, Delivery delivery, int batchBytes) {
        if (full || !builder.append(timestampMs, record.key(), record.value(), record.headers())) {
            full = true;
            return false;
        }
        int index = builder.recordCount() - 1;
        if (index == deliveries.length) {
            deliveries = Arrays.copyOf(deliveries, 2 * index);
            timestamps = Arrays.copyOf(timestamps, 2 * index);
        }
        deliveries[index] = delivery;
        timestamps[index] = timestampMs;
        full = builder.estimatedSizeInBytes() >= batchBytes;
        return true;
    }

    void close() {
        full = true;
    }

    boolean isFull() {
        return full;
    }

    int recordCount() {
        return builder.recordCount();
    }

    int sizeInBytes() {
        return builder.estimatedSizeInBytes();
    }

    /** How often it has been sent. */
    int attempts() {
        return attempts;
    }

    /** Whether it has a sequence number: it has been sent, and for all we know it could have been written. */
    boolean hasSequence() {
        return identity != null;
    }

    /** Nobody knows what became of an attempt to send it under its number. */
    void attemptUnknown() {
        mayBeWritten = true;
    }

    /**
     * Whether an earlier attempt may have written it: then the refusal of a later one does not say that it is not
     * there, and its number must not be given to another batch.
     */
    boolean mayBeWritten() {
        return mayBeWritten;
    }

    int baseSequence() {
        return baseSequence;
    }

    /** How many batches of the partition were given a sequence number before it. */
    long number() {
        return number;
    }

    void assignSequence(ProducerIdentity newIdentity, int sequence, long newNumber) {
        identity = newIdentity;
        baseSequence = sequence;
        number = newNumber;
    }

    /** It is known not to have been written, so it may be sent under another number without becoming a duplicate. */
    void clearSequence() {
        identity = null;
        mayBeWritten = false;
        baseSequence = RecordBatch.NO_SEQUENCE;
    }

    /** The bytes to send. Valid until the next call, and until the builder is used again. */
    ByteBuffer build() {
        full = true;
        attempts++;
        if (identity != null) {
            builder.producer(identity.id(), identity.epoch(), baseSequence);
        }
        return builder.build();
    }

    /** @param logAppendTimeMs -1 if each record keeps its own timestamp */
    void delivered(long baseOffset, long logAppendTimeMs) {
        TopicPartition partition = queue.id();
        for (int i = 0; i < builder.recordCount(); i++) {
            deliveries[i].delivered(
                    partition,
                    baseOffset < 0 ? Offsets.UNKNOWN : baseOffset + i,
                    logAppendTimeMs >= 0 ? logAppendTimeMs : timestamps[i]);
        }
    }

    void failed(ClientError error) {
        for (int i = 0; i < builder.recordCount(); i++) {
            deliveries[i].failed(error);
        }
    }

    Delivery delivery(int index) {
        return deliveries[index];
    }
}
