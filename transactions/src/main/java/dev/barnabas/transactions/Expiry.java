package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.TimerChange;
import dev.barnabas.transactions.TransactionRecord.Forgotten;
import dev.barnabas.transactions.TransactionTimer.Overdue;
import dev.barnabas.transactions.TransactionTimer.Sweep;
import dev.barnabas.transactions.TransactionTimer.Unused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is ended, and what is forgotten, when time passes.
 *
 * <ul>
 *   <li>A transaction that is open for longer than its producer asked for is aborted, and the producer fenced.
 *   <li>An id that nobody has asked about for {@code transactional.id.expiration.ms} is forgotten, unless it has a
 *       transaction under way.
 * </ul>
 */
final class Expiry {
    private static final int IDS_PER_MS = 100;

    private Expiry() {}

    /**
     * The timer of a transaction went off. It is never cancelled but left to find that there is nothing to do, or
     * prolonged by the next transaction of the same id, which costs less.
     */
    static Decision<TransactionRecord, TransactionChange, TransactionTimer> overdue(
            TransactionShard shard, String id, long nowMs) {
        Optional<Transaction> existing = shard.transaction(id);
        if (existing.isEmpty() || !existing.get().isOngoing()) {
            return Decision.nothing();
        }
        Transaction transaction = existing.get();
        if (transaction.deadlineMs() > nowMs) {
            return timers(TransactionShard.overdue(transaction, nowMs).stream().toList(), List.of());
        }
        // The abort may need a producer id, and may be refused: so it is a request of its own, and asked for again.
        return timers(
                List.of(new TimerChange.Start<>(
                        new Overdue(id), shard.settings().abortRetryMs())),
                List.of(() -> shard.endings().overdue(transaction)));
    }

    /** Looks at each id by itself, as each is written by itself. */
    static Decision<TransactionRecord, TransactionChange, TransactionTimer> sweep(TransactionShard shard, long nowMs) {
        List<TimerChange<TransactionTimer>> timers = new ArrayList<>();
        for (Transaction transaction : shard.transactions()) {
            if (isUnused(shard, transaction, nowMs)) {
                // A few at a time, so that no turn of the loop takes long.
                timers.add(new TimerChange.Start<>(new Unused(transaction.id()), timers.size() / IDS_PER_MS));
            }
        }
        timers.add(new TimerChange.Start<>(new Sweep(), shard.settings().expiryCheckIntervalMs()));
        return timers(timers, List.of());
    }

    static Decision<TransactionRecord, TransactionChange, TransactionTimer> unused(
            TransactionShard shard, String id, long nowMs) {
        return shard.transaction(id)
                .filter(transaction -> isUnused(shard, transaction, nowMs))
                .map(_ -> new Decision<TransactionRecord, TransactionChange, TransactionTimer>(
                        List.of(new Forgotten(id)), List.of(), List.of(), List.of(), false))
                .orElseGet(Decision::nothing);
    }

    private static boolean isUnused(TransactionShard shard, Transaction transaction, long nowMs) {
        boolean underWay = transaction.isOngoing() || transaction.status().isEnding();
        return !underWay && nowMs - transaction.updateMs() >= shard.settings().idExpirationMs();
    }

    private static Decision<TransactionRecord, TransactionChange, TransactionTimer> timers(
            List<TimerChange<TransactionTimer>> timers, List<Runnable> whenCommitted) {
        return new Decision<>(List.of(), List.of(), List.of(), timers, false, whenCommitted);
    }
}
