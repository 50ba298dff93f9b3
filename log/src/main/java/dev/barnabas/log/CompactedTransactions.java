package dev.barnabas.log;

import dev.barnabas.protocol.record.RecordBatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a run has to know of transactions: which records were aborted, and whether anything is left of the transaction
 * that a marker ends. Used by one thread at a time, in the order of the log.
 */
final class CompactedTransactions {
    private final Map<Long, List<AbortedTransaction>> aborted = new HashMap<>();
    private final Set<Long> withData = new HashSet<>();

    CompactedTransactions(List<AbortedTransaction> transactions) {
        for (AbortedTransaction each : transactions) {
            aborted.computeIfAbsent(each.producerId(), id -> new ArrayList<>(1)).add(each);
        }
    }

    private CompactedTransactions(CompactedTransactions other) {
        aborted.putAll(other.aborted);
        withData.addAll(other.withData);
    }

    /** To come back to, when the same batches are gone through again. */
    CompactedTransactions copy() {
        return new CompactedTransactions(this);
    }

    /** Whether the records of a batch belong to a transaction that was aborted. */
    boolean isAborted(RecordBatch batch) {
        if (!batch.isTransactional() || batch.isControl() || aborted.isEmpty()) {
            return false;
        }
        for (AbortedTransaction each : aborted.getOrDefault(batch.producerId(), List.of())) {
            if (each.firstOffset() <= batch.baseOffset() && batch.baseOffset() <= each.lastOffset()) {
                return true;
            }
        }
        return false;
    }

    /** Something of the producer's transaction stays, be it a batch without records. */
    void kept(RecordBatch batch) {
        if (batch.isTransactional()) {
            withData.add(batch.producerId());
        }
    }

    /** A transaction of the producer ends: whether something of it is left. */
    boolean ended(long producerId) {
        return withData.remove(producerId);
    }
}
