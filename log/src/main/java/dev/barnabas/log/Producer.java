package dev.barnabas.log;

import dev.barnabas.protocol.record.RecordBatch;
import java.util.Arrays;

/**
 * What a log remembers of an idempotent or transactional producer: its epoch and the last batches, so that a batch
 * which is sent again is recognised (KIP-98). Owned like the log's {@link LogContents}.
 */
final class Producer {
    /** A producer may have so many requests under way; that is how many batches are remembered. */
    static final int REMEMBERED = 5;

    private static final int WORDS = 3;

    final long id;
    short epoch;
    int coordinatorEpoch = -1;
    /** Offset of the first record of the open transaction, or -1. */
    long transactionStart = -1;
    /** Greatest timestamp of the last batch. */
    long lastTimestamp = -1;
    /**
     * Wall-clock time of the last batch or marker on this node: when a producer is forgotten does not depend on what it
     * writes as timestamps.
     */
    long lastSeenMs;

    /**
     * Per batch, from the oldest: both sequences, last offset, timestamp. A ring of a plain array: no garbage per
     * batch.
     */
    private long[] batches = new long[WORDS];

    private int first;
    private int count;

    Producer(long id, short epoch) {
        this.id = id;
        this.epoch = epoch;
    }

    int count() {
        return count;
    }

    /** @param index 0 for the oldest */
    int baseSequence(int index) {
        return (int) (batches[at(index)] >>> 32);
    }

    int lastSequence(int index) {
        return (int) batches[at(index)];
    }

    long lastOffset(int index) {
        return batches[at(index) + 1];
    }

    long baseOffset(int index) {
        return lastOffset(index) - ((lastSequence(index) - baseSequence(index)) & Integer.MAX_VALUE);
    }

    long timestamp(int index) {
        return batches[at(index) + 2];
    }

    private int at(int index) {
        return (first + index) % (batches.length / WORDS) * WORDS;
    }

    /** Sequence number of the last record, or -1 if no batch of the epoch is remembered. */
    int lastSequence() {
        return count == 0 ? RecordBatch.NO_SEQUENCE : lastSequence(count - 1);
    }

    /** Index of the remembered batch with these sequences, or -1. */
    int find(int baseSequence, int lastSequence) {
        for (int i = count - 1; i >= 0; i--) {
            if (baseSequence(i) == baseSequence && lastSequence(i) == lastSequence) {
                return i;
            }
        }
        return -1;
    }

    void setEpoch(short newer) {
        if (newer != epoch) {
            epoch = newer;
            first = 0;
            count = 0;
        }
    }

    void remember(int baseSequence, int lastSequence, long lastOffset, long timestamp) {
        int capacity = batches.length / WORDS;
        if (count == capacity && capacity < REMEMBERED) {
            // first is 0 as long as nothing was overwritten.
            batches = Arrays.copyOf(batches, WORDS * (capacity == 1 ? 2 : REMEMBERED));
        } else if (count == capacity) {
            first = (first + 1) % capacity;
            count--;
        }
        int at = at(count);
        batches[at] = ((long) baseSequence << 32) | Integer.toUnsignedLong(lastSequence);
        batches[at + 1] = lastOffset;
        batches[at + 2] = timestamp;
        count++;
    }

    ProducerSummary summary() {
        return new ProducerSummary(id, epoch, lastSequence(), lastTimestamp, coordinatorEpoch, transactionStart);
    }
}
