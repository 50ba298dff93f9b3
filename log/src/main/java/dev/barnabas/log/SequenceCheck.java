package dev.barnabas.log;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a producer's batch follows on what the log has of that producer: whether it is a duplicate, out of
 * order, or fenced by a newer epoch (KIP-98, KIP-360), and whether it is part of a transaction that its coordinator
 * knows of (KIP-890). Owned by a loop, shared by its logs; what it holds is about the batch that is being checked.
 */
final class SequenceCheck {
    // The batch's producer, as it will be when what was accepted earlier in this turn is in the log.
    private boolean known;
    private short epoch;
    private int lastSequence;
    private int coordinatorEpoch;
    /** Whether it has an open transaction. */
    private boolean open;
    /** Whether a transaction of it has begun or ended in this turn. */
    private boolean settled;

    /**
     * Sets the refusal of an append, or that it is a duplicate.
     *
     * @param earlier appends of the same turn, of which those before {@code index} are written before this one
     * @param next the offset that the batch would get
     */
    void check(
            PendingAppend append,
            RecordBatch batch,
            PartitionLog log,
            List<PendingAppend> earlier,
            int index,
            long next) {
        Producer producer = log.contents().producers.get(batch.producerId());
        begin(producer);
        boolean client = append.origin == AppendOrigin.CLIENT;
        PendingAppend same = null;
        for (int i = 0; i < index; i++) {
            PendingAppend each = earlier.get(i);
            RecordBatch other = each.first;
            if (other == null || !each.accepted() || other.producerId() != batch.producerId()) {
                continue;
            }
            if (client && isSame(other, batch)) {
                same = each;
            }
            follow(other, each.marker);
        }
        EndTxnMarker marker = append.marker;
        if (known && batch.producerEpoch() < epoch) {
            append.refusal = new LogRefusal(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "Producer " + batch.producerId() + " writes with epoch " + batch.producerEpoch() + ", and epoch "
                            + epoch + " has been seen: another producer took its place");
        } else if (marker != null) {
            checkMarker(append, batch, marker, next);
        } else if (same != null) {
            duplicateOf(append, same.baseOffset, same.lastOffset, same.maxTimestamp());
        } else if (!client || !isRemembered(append, batch, producer)) {
            if (client) {
                append.refusal = checkSequence(batch, log.verifications());
            }
            if (append.refusal == null) {
                append.refusal = checkTransaction(append, batch, log.verifications());
            }
        }
    }

    private void begin(@Nullable Producer producer) {
        known = producer != null;
        epoch = producer == null ? RecordBatch.NO_PRODUCER_EPOCH : producer.epoch;
        lastSequence = producer == null ? RecordBatch.NO_SEQUENCE : producer.lastSequence();
        coordinatorEpoch = producer == null ? -1 : producer.coordinatorEpoch;
        open = producer != null && producer.transactionStart >= 0;
        settled = false;
    }

    /** A batch is going to be in the log before the one that is checked. */
    private void follow(RecordBatch batch, @Nullable EndTxnMarker marker) {
        if (!known || batch.producerEpoch() != epoch) {
            lastSequence = RecordBatch.NO_SEQUENCE;
        }
        known = true;
        epoch = batch.producerEpoch();
        if (marker != null) {
            coordinatorEpoch = marker.coordinatorEpoch();
            open = false;
            settled = true;
            return;
        }
        if (batch.baseSequence() != RecordBatch.NO_SEQUENCE) {
            lastSequence = batch.lastSequence();
        }
        if (batch.isTransactional()) {
            open = true;
            settled = true;
        }
    }

    private static boolean isSame(RecordBatch one, RecordBatch other) {
        return one.producerEpoch() == other.producerEpoch()
                && one.baseSequence() == other.baseSequence()
                && one.lastSequence() == other.lastSequence();
    }

    /** Whether the log has just that batch. */
    private static boolean isRemembered(PendingAppend append, RecordBatch batch, @Nullable Producer producer) {
        if (producer == null || producer.epoch != batch.producerEpoch()) {
            return false;
        }
        int found = producer.find(batch.baseSequence(), batch.lastSequence());
        if (found >= 0) {
            duplicateOf(append, producer.baseOffset(found), producer.lastOffset(found), producer.timestamp(found));
        }
        return found >= 0;
    }

    private static void duplicateOf(PendingAppend append, long baseOffset, long lastOffset, long timestamp) {
        append.duplicate = true;
        append.baseOffset = baseOffset;
        append.lastOffset = lastOffset;
        append.logAppendTimeMs = timestamp;
    }

    private void checkMarker(PendingAppend append, RecordBatch batch, EndTxnMarker marker, long next) {
        if (known && append.bumpsEpoch && batch.producerEpoch() == epoch) {
            if (open) {
                append.refusal = new LogRefusal(
                        ErrorCode.INVALID_PRODUCER_EPOCH,
                        "The marker with epoch " + epoch + " of producer " + batch.producerId()
                                + " ends a transaction before the one that is open");
            } else {
                // It is there already. Where, nobody knows any more; it is safe when everything up to here is.
                duplicateOf(append, next - 1, next - 1, RecordBatch.NO_TIMESTAMP);
            }
        } else if (marker.coordinatorEpoch() < coordinatorEpoch) {
            append.refusal = new LogRefusal(
                    ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                    "The marker comes from a transaction coordinator of epoch " + marker.coordinatorEpoch()
                            + ", and one of epoch " + coordinatorEpoch + " has written since");
        }
    }

    private @Nullable LogRefusal checkSequence(RecordBatch batch, Verifications verifications) {
        int expected;
        if (known) {
            expected = batch.producerEpoch() == epoch ? RecordBatch.sequenceAfter(lastSequence, 1) : 0;
        } else {
            Integer first = batch.isTransactional()
                    ? verifications.firstSequence(batch.producerId(), batch.producerEpoch())
                    : null;
            if (first == null) {
                return null;
            }
            expected = first;
        }
        if (batch.baseSequence() == expected) {
            return null;
        }
        return new LogRefusal(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "Producer " + batch.producerId() + " sent the sequence number " + batch.baseSequence() + " in epoch "
                        + batch.producerEpoch() + ", and " + expected + " was expected");
    }

    private @Nullable LogRefusal checkTransaction(
            PendingAppend append, RecordBatch batch, Verifications verifications) {
        if (!batch.isTransactional()) {
            return open
                    ? new LogRefusal(
                            ErrorCode.INVALID_TXN_STATE,
                            "Producer " + batch.producerId()
                                    + " has an open transaction here, and sent records that are in none")
                    : null;
        }
        boolean begun = open && batch.producerEpoch() == epoch;
        if (begun || append.verification == Verifications.NOT_REQUIRED) {
            return null;
        }
        boolean verified =
                !settled && verifications.isValid(batch.producerId(), batch.producerEpoch(), append.verification);
        return verified
                ? null
                : new LogRefusal(
                        ErrorCode.INVALID_TXN_STATE,
                        "The transaction of producer " + batch.producerId()
                                + " that these records are part of has ended, or nobody knows of it");
    }
}
