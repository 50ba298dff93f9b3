package dev.barnabas.log;

import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The producers that a log remembers. They follow from the batches of the log; applying a batch that is in the log
 * changes them, nothing else does. Owned like the log's {@link LogContents}.
 */
final class Producers {
    private final Map<Long, Producer> byId = new HashMap<>(2);
    private final Transactions transactions;

    Producers(Transactions transactions) {
        this.transactions = transactions;
    }

    Collection<Producer> all() {
        return byId.values();
    }

    @Nullable
    Producer get(long producerId) {
        return byId.get(producerId);
    }

    void clear() {
        byId.clear();
    }

    void add(Producer producer) {
        byId.put(producer.id, producer);
    }

    /**
     * A batch is in the log.
     *
     * @param marker what it says if it is a control batch that ends a transaction
     */
    void apply(RecordBatch batch, @Nullable EndTxnMarker marker, long nowMs) {
        long id = batch.producerId();
        if (id == RecordBatch.NO_PRODUCER_ID || (batch.isControl() && marker == null)) {
            return;
        }
        Producer producer = byId.get(id);
        if (producer == null) {
            producer = new Producer(id, batch.producerEpoch());
            byId.put(id, producer);
        }
        producer.setEpoch(batch.producerEpoch());
        producer.lastSeenMs = nowMs;
        producer.lastTimestamp = batch.maxTimestamp();
        if (marker != null) {
            producer.coordinatorEpoch = marker.coordinatorEpoch();
            if (producer.transactionStart >= 0) {
                transactions.end(id, producer.transactionStart, batch.lastOffset(), marker.committed());
                producer.transactionStart = -1;
            }
            return;
        }
        if (batch.baseSequence() != RecordBatch.NO_SEQUENCE) {
            producer.remember(batch.baseSequence(), batch.lastSequence(), batch.lastOffset(), batch.maxTimestamp());
        }
        if (batch.isTransactional() && producer.transactionStart < 0) {
            producer.transactionStart = batch.baseOffset();
            transactions.begin(producer.transactionStart);
        }
    }

    /** Forgets who has sent nothing since, and has no open transaction. */
    void expire(long lastSeenBeforeMs) {
        byId.values().removeIf(each -> each.transactionStart < 0 && each.lastSeenMs < lastSeenBeforeMs);
    }
}
