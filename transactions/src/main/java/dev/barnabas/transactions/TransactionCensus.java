package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.ShardCounts;
import dev.barnabas.coordinator.Ticket;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The transactional ids that a node coordinates, at one time.
 *
 * @param byState how many are in each state, under Kafka's names; states that none is in are left out
 * @param oldestStartMs when the oldest transaction began that has not ended everywhere, in milliseconds since the
 *     epoch; empty if there is none
 */
public record TransactionCensus(NavigableMap<String, Integer> byState, OptionalLong oldestStartMs, ShardCounts shards) {

    public TransactionCensus {
        byState = Collections.unmodifiableNavigableMap(new TreeMap<>(byState));
    }

    static Decision<TransactionRecord, TransactionChange, TransactionTimer> of(
            TransactionShard shard, Ticket<TransactionCensus> ticket) {
        NavigableMap<String, Integer> byState = new TreeMap<>();
        shard.transactions()
                .forEach(transaction -> byState.merge(transaction.status().kafkaName(), 1, Integer::sum));
        OptionalLong oldest = shard.transactions().stream()
                .filter(transaction ->
                        transaction.isOngoing() || transaction.status().isEnding())
                .mapToLong(Transaction::startMs)
                .min();
        return Decision.answer(ticket.with(new TransactionCensus(byState, oldest, ShardCounts.ACTIVE)));
    }

    static TransactionCensus together(List<TransactionCensus> parts) {
        NavigableMap<String, Integer> byState = new TreeMap<>();
        parts.forEach(part -> part.byState.forEach((state, count) -> byState.merge(state, count, Integer::sum)));
        return new TransactionCensus(
                byState,
                parts.stream()
                        .flatMapToLong(part -> part.oldestStartMs.stream())
                        .min(),
                parts.stream().map(TransactionCensus::shards).reduce(ShardCounts.NONE, ShardCounts::plus));
    }

    static TransactionCensus refused(ShardCounts shards) {
        return new TransactionCensus(Collections.emptyNavigableMap(), OptionalLong.empty(), shards);
    }
}
