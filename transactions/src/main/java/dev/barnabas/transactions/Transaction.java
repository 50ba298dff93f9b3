package dev.barnabas.transactions;

import java.util.Collection;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * A transactional id: the producer that may use it, and its transaction. Its methods are the transitions of the state
 * machine; who may ask for one is decided by the operations.
 *
 * @param previousProducerId the producer id before the last transition; other than {@code producerId} only right after
 *     the epochs of an id were used up
 * @param nextProducerId what the producer has been told to use after this transaction, because the epochs of its id are
 *     used up; otherwise -1
 * @param producerEpoch the only one that is not fenced
 * @param timeoutMs how long a transaction may be open; {@link #NO_TIMEOUT}: as long as it takes (KIP-939)
 * @param partitions what the transaction has written to; empty unless it is under way or ending
 * @param startMs when the transaction began, in milliseconds since the epoch; -1: none has yet
 * @param updateMs when something was last asked of this id
 * @param version the version of transactions that the producer has used last: 2 with an epoch of its own for each
 *     transaction (KIP-890), otherwise 0
 */
record Transaction(
        String id,
        long producerId,
        long previousProducerId,
        long nextProducerId,
        short producerEpoch,
        int timeoutMs,
        Status status,
        NavigableSet<TopicPartition> partitions,
        long startMs,
        long updateMs,
        short version) {
    static final long NO_ID = -1;
    static final short NO_EPOCH = -1;
    static final int NO_TIMEOUT = Integer.MAX_VALUE;

    /** With this version each transaction has an epoch of its own. */
    static final short EPOCH_PER_TRANSACTION = 2;

    private static final long NOT_STARTED = -1;

    /** The last epoch that is given to a producer: the one above it is for fencing it. */
    private static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    Transaction {
        partitions = Collections.unmodifiableNavigableSet(new TreeSet<>(partitions));
    }

    /** Whether a producer with this epoch has used up those of its id. */
    static boolean isLastEpoch(short epoch) {
        return epoch >= LAST_EPOCH;
    }

    /** A transactional id that nobody has used before. */
    static Transaction created(String id, long producerId, int timeoutMs, long nowMs) {
        return new Transaction(
                id,
                producerId,
                producerId,
                NO_ID,
                (short) 0,
                timeoutMs,
                Status.EMPTY,
                Collections.emptyNavigableSet(),
                NOT_STARTED,
                nowMs,
                (short) 0);
    }

    boolean isLastEpoch() {
        return isLastEpoch(producerEpoch);
    }

    boolean isOngoing() {
        return status == Status.ONGOING;
    }

    /** When the transaction has been open for too long, in milliseconds since the epoch. */
    long deadlineMs() {
        return timeoutMs == NO_TIMEOUT ? Long.MAX_VALUE : startMs + timeoutMs;
    }

    /** A producer begins, or begins again, with this epoch. */
    Transaction initialized(short epoch, int newTimeoutMs, long nowMs) {
        return begun(producerId, epoch, newTimeoutMs, nowMs);
    }

    /** A producer begins with another id, since the epochs of the old one are used up. */
    Transaction initialized(long newProducerId, int newTimeoutMs, long nowMs) {
        return begun(newProducerId, (short) 0, newTimeoutMs, nowMs);
    }

    private Transaction begun(long newProducerId, short epoch, int newTimeoutMs, long nowMs) {
        return new Transaction(
                id,
                newProducerId,
                producerId,
                nextProducerId,
                epoch,
                newTimeoutMs,
                Status.EMPTY,
                Collections.emptyNavigableSet(),
                NOT_STARTED,
                nowMs,
                version);
    }

    /** The transaction goes on, or begins, in more partitions. */
    Transaction with(Collection<TopicPartition> added, short usedVersion, long nowMs) {
        NavigableSet<TopicPartition> all = new TreeSet<>(partitions);
        all.addAll(added);
        return new Transaction(
                id,
                producerId,
                producerId,
                nextProducerId,
                producerEpoch,
                timeoutMs,
                Status.ONGOING,
                all,
                isOngoing() ? startMs : nowMs,
                nowMs,
                usedVersion);
    }

    /** It is decided how the transaction ends, and in which epoch that is made known. */
    Transaction ending(boolean committed, short epoch, long newNextProducerId, short usedVersion, long nowMs) {
        return new Transaction(
                id,
                producerId,
                producerId,
                newNextProducerId,
                epoch,
                timeoutMs,
                committed ? Status.PREPARE_COMMIT : Status.PREPARE_ABORT,
                partitions,
                // A producer may abort without having begun anything (KIP-890).
                isOngoing() ? startMs : nowMs,
                nowMs,
                usedVersion);
    }

    /** All partitions know how an ending transaction ends: the producer may go on. */
    Transaction completed(long nowMs) {
        boolean anotherId = nextProducerId != NO_ID;
        return new Transaction(
                id,
                anotherId ? nextProducerId : producerId,
                producerId,
                NO_ID,
                anotherId ? 0 : producerEpoch,
                timeoutMs,
                status == Status.PREPARE_COMMIT ? Status.COMPLETE_COMMIT : Status.COMPLETE_ABORT,
                Collections.emptyNavigableSet(),
                startMs,
                nowMs,
                version);
    }

    /** As much of it as could be stored before transaction.version 1. */
    Transaction inFirstFormat() {
        return new Transaction(
                id, producerId, NO_ID, NO_ID, producerEpoch, timeoutMs, status, partitions, startMs, updateMs, (short)
                        0);
    }

    /** How its end is made known to its partitions. */
    Marker marker(int coordinatorEpoch) {
        return new Marker(producerId, producerEpoch, status == Status.PREPARE_COMMIT, coordinatorEpoch, version);
    }
}
