package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.transactions.TransactionChange.GoesOn;
import dev.barnabas.transactions.TransactionChange.Waits;
import dev.barnabas.transactions.TransactionRecord.Stored;
import dev.barnabas.transactions.TransactionTimer.WaitEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * A producer is about to write to partitions: they become part of its transaction, which begins with the first. Asked
 * by AddPartitionsToTxn and AddOffsetsToTxn; see {@link PartitionsToAdd} for the versions.
 *
 * <p>A client of version 2 of transactions sends the first records of a transaction as soon as the end of the one
 * before is decided, which is a moment before all its partitions know. Its broker may ask again until they do, as
 * Kafka's does; here it is answered when they do.
 *
 * @param version of transactions, as far as the request shows it: 2 if a broker asks for its client (KIP-890)
 */
record AddPartitions(
        String id,
        long producerId,
        short producerEpoch,
        NavigableSet<TopicPartition> partitions,
        short version,
        Ticket<ErrorCode> ticket)
        implements TransactionOperation {

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        Optional<Transaction> existing = shard.transaction(id);
        if (waits(shard, existing)) {
            return new Decision<>(
                    List.of(),
                    List.of(new Waits(this)),
                    List.of(),
                    // The first one's patience is everybody's.
                    shard.waiting(id).isEmpty()
                            ? List.of(new TimerChange.Start<>(
                                    new WaitEnd(id), shard.settings().mostWaitMs()))
                            : List.of(),
                    false);
        }
        return decideNow(shard, existing, nowMs);
    }

    private boolean waits(TransactionShard shard, Optional<Transaction> existing) {
        return version == Transaction.EPOCH_PER_TRANSACTION
                && shard.settings().mostWaitMs() > 0
                && existing.isPresent()
                && existing.get().status().isEnding();
    }

    /** Decides about the one that has waited longest. */
    static Decision<TransactionRecord, TransactionChange, TransactionTimer> waitEnded(
            TransactionShard shard, String id, long nowMs) {
        List<AddPartitions> waiting = shard.waiting(id);
        if (waiting.isEmpty()) {
            return Decision.nothing();
        }
        AddPartitions first = waiting.getFirst();
        Decision<TransactionRecord, TransactionChange, TransactionTimer> decision =
                first.decideNow(shard, shard.transaction(id), nowMs);
        List<TimerChange<TransactionTimer>> timers = new ArrayList<>(decision.timers());
        if (waiting.size() > 1) {
            timers.add(new TimerChange.Start<>(new WaitEnd(id), 0));
        }
        return new Decision<>(decision.records(), List.of(new GoesOn(first)), decision.answers(), timers, false);
    }

    private Decision<TransactionRecord, TransactionChange, TransactionTimer> decideNow(
            TransactionShard shard, Optional<Transaction> existing, long nowMs) {
        ErrorCode refusal = existing.map(transaction -> refusalOf(transaction, producerId, producerEpoch))
                .orElse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        if (refusal != ErrorCode.NONE) {
            return Decision.answer(ticket.with(refusal));
        }
        Transaction transaction = existing.orElseThrow();
        if (transaction.isOngoing() && transaction.partitions().containsAll(partitions)) {
            return Decision.answer(ticket.with(ErrorCode.NONE));
        }
        Stored stored = shard.stored(transaction.with(partitions, version, nowMs));
        return new Decision<>(
                List.of(stored),
                List.of(),
                List.of(ticket.with(ErrorCode.NONE)),
                transaction.isOngoing()
                        ? List.of()
                        : TransactionShard.overdue(stored.transaction(), nowMs).stream()
                                .toList(),
                false);
    }

    private static ErrorCode refusalOf(Transaction transaction, long producerId, short producerEpoch) {
        if (transaction.status().isEnding()) {
            // First: the producer may have been told of an id and epoch that are not stored yet (KIP-890).
            return ErrorCode.CONCURRENT_TRANSACTIONS;
        }
        if (transaction.producerId() != producerId) {
            return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
        }
        return transaction.producerEpoch() == producerEpoch ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED;
    }
}
