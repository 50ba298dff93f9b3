package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.transactions.TransactionChange.Settled;
import dev.barnabas.transactions.TransactionTimer.WaitEnd;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Partitions know how a transaction ends. With the last of them the transaction is complete.
 *
 * @param ending the transaction that its markers were sent for; it cannot have become another one, but for what is
 *     asked twice because the answer was late
 */
record MarkersSettled(Transaction ending, Collection<TopicPartition> partitions, Ticket<ErrorCode> ticket)
        implements TransactionOperation {

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        Optional<Transaction> existing = shard.transaction(ending.id());
        if (existing.isEmpty() || !existing.get().equals(ending)) {
            return Decision.answer(ticket.with(ErrorCode.NONE));
        }
        NavigableSet<TopicPartition> left = new TreeSet<>(shard.unsettled(ending.id()));
        left.removeAll(partitions);
        if (!left.isEmpty()) {
            return new Decision<>(
                    List.of(),
                    List.of(new Settled(ending.id(), partitions)),
                    List.of(ticket.with(ErrorCode.NONE)),
                    List.of(),
                    false);
        }
        return new Decision<>(
                List.of(shard.stored(ending.completed(nowMs))),
                List.of(),
                List.of(ticket.with(ErrorCode.NONE)),
                shard.waiting(ending.id()).isEmpty()
                        ? List.of()
                        : List.of(new TimerChange.Start<>(new WaitEnd(ending.id()), 0)),
                false);
    }
}
