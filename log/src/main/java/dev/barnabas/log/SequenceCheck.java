package dev.barnabas.log;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a producer's batch follows on what the log has of that producer (KIP-98, KIP-360): whether it is a
 * duplicate, out of order, or fenced by a newer epoch. Stateless.
 */
final class SequenceCheck {
    private SequenceCheck() {}

    /**
     * Sets the refusal of an append, or that it is a duplicate.
     *
     * @param earlier appends of the same turn, of which those before {@code index} are written before this one
     */
    static void check(
            PendingAppend append, RecordBatch batch, Producers producers, List<PendingAppend> earlier, int index) {
        Producer known = producers.get(batch.producerId());
        RecordBatch last = null;
        for (int i = index - 1; i >= 0; i--) {
            PendingAppend each = earlier.get(i);
            RecordBatch other = each.first;
            if (other == null || !each.accepted() || other.producerId() != batch.producerId()) {
                continue;
            }
            if (isSame(other, batch) && append.origin == AppendOrigin.CLIENT) {
                duplicateOf(append, each.baseOffset, each.lastOffset, other.maxTimestamp());
                return;
            }
            last = last == null ? other : last;
        }
        if (known != null && known.epoch == batch.producerEpoch() && append.origin == AppendOrigin.CLIENT) {
            int found = known.find(batch.baseSequence(), batch.lastSequence());
            if (found >= 0) {
                duplicateOf(append, known.baseOffset(found), known.lastOffset(found), known.timestamp(found));
                return;
            }
        }
        if (last != null) {
            append.refusal = check(append, batch, last.producerEpoch(), last.lastSequence());
        } else if (known != null) {
            append.refusal = check(append, batch, known.epoch, known.lastSequence());
        }
        EndTxnMarker marker = append.marker;
        if (append.refusal == null
                && marker != null
                && known != null
                && marker.coordinatorEpoch() < known.coordinatorEpoch) {
            append.refusal = new LogRefusal(
                    ErrorCode.TRANSACTION_COORDINATOR_FENCED,
                    "The marker comes from a transaction coordinator of epoch " + marker.coordinatorEpoch()
                            + ", and one of epoch " + known.coordinatorEpoch + " has written since");
        }
    }

    private static boolean isSame(RecordBatch one, RecordBatch other) {
        return one.producerEpoch() == other.producerEpoch()
                && one.baseSequence() == other.baseSequence()
                && one.lastSequence() == other.lastSequence();
    }

    private static void duplicateOf(PendingAppend append, long baseOffset, long lastOffset, long timestamp) {
        append.duplicate = true;
        append.baseOffset = baseOffset;
        append.lastOffset = lastOffset;
        append.logAppendTimeMs = timestamp;
    }

    private static @Nullable LogRefusal check(PendingAppend append, RecordBatch batch, short epoch, int lastSequence) {
        if (batch.producerEpoch() < epoch) {
            return new LogRefusal(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "Producer " + batch.producerId() + " writes with epoch " + batch.producerEpoch() + ", and epoch "
                            + epoch + " has been seen: another producer took its place");
        }
        if (append.origin != AppendOrigin.CLIENT) {
            return null;
        }
        int expected = batch.producerEpoch() == epoch ? RecordBatch.sequenceAfter(lastSequence, 1) : 0;
        if (batch.baseSequence() == expected) {
            return null;
        }
        return new LogRefusal(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "Producer " + batch.producerId() + " sent the sequence number " + batch.baseSequence() + " in epoch "
                        + batch.producerEpoch() + ", and " + expected + " was expected");
    }
}
