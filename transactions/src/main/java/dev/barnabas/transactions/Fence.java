package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;

/**
 * Aborts an ongoing transaction that its producer does not end, and fences the producer with an epoch above its own:
 * the markers carry it, so that nothing the old producer sends later is taken by a partition.
 */
final class Fence {
    private Fence() {}

    /** Whether the producer that comes after needs another id. */
    static boolean needsProducerId(TransactionShard shard, Transaction ongoing) {
        return isEpochPerTransaction(shard) && ongoing.isLastEpoch();
    }

    /** @param newProducerId -1 unless one is needed */
    static Decision<TransactionRecord, TransactionChange, TransactionTimer> abort(
            TransactionShard shard, Transaction ongoing, long newProducerId, long nowMs, Ticket.Answer answer) {
        boolean epochPerTransaction = isEpochPerTransaction(shard);
        // There is always one epoch left for this: producers are not given the highest.
        short epoch = ongoing.producerEpoch() == Short.MAX_VALUE
                ? ongoing.producerEpoch()
                : (short) (ongoing.producerEpoch() + 1);
        Transaction ending = ongoing.ending(
                false, epoch, newProducerId, epochPerTransaction ? Transaction.EPOCH_PER_TRANSACTION : 0, nowMs);
        return shard.end(ending, epochPerTransaction ? ongoing.producerEpoch() : Transaction.NO_EPOCH, answer);
    }

    /** It is not the producer that ends the transaction, so what it speaks does not matter. */
    private static boolean isEpochPerTransaction(TransactionShard shard) {
        return shard.transactionVersion() >= Transaction.EPOCH_PER_TRANSACTION;
    }
}
