package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.transactions.Outcome.Answered;
import dev.barnabas.transactions.Outcome.ProducerIdNeeded;
import java.util.Optional;

/**
 * Aborts a transaction that was open for too long, unless it has ended meanwhile.
 *
 * @param newProducerId -1: none has been fetched
 */
record AbortOverdue(Transaction overdue, long newProducerId, Ticket<Outcome<ErrorCode>> ticket)
        implements TransactionOperation {

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        Optional<Transaction> existing = shard.transaction(overdue.id());
        Ticket.Answer done = ticket.with(new Answered<>(ErrorCode.NONE));
        if (existing.isEmpty() || !isStill(existing.get())) {
            return Decision.answer(done);
        }
        boolean idNeeded = Fence.needsProducerId(shard, existing.get());
        if (idNeeded && newProducerId == Transaction.NO_ID) {
            return Decision.answer(ticket.with(new ProducerIdNeeded<>()));
        }
        return Fence.abort(shard, existing.get(), idNeeded ? newProducerId : Transaction.NO_ID, nowMs, done);
    }

    /** It may have got more partitions. */
    private boolean isStill(Transaction transaction) {
        return transaction.isOngoing()
                && transaction.producerId() == overdue.producerId()
                && transaction.producerEpoch() == overdue.producerEpoch()
                && transaction.startMs() == overdue.startMs();
    }
}
