package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A broker asks whether partitions are in a transaction before it takes records of it (KIP-890): with an older client,
 * a record that arrives late must not begin a transaction that nobody will ever end. A partition that is not gets
 * TRANSACTION_ABORTABLE.
 */
record VerifyPartitions(
        String id,
        long producerId,
        short producerEpoch,
        NavigableSet<TopicPartition> partitions,
        Ticket<Map<TopicPartition, ErrorCode>> ticket)
        implements TransactionOperation {

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        Optional<Transaction> existing = shard.transaction(id);
        ErrorCode refusal = existing.map(this::refusalOf).orElse(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
        if (refusal != ErrorCode.NONE) {
            return Decision.answer(ticket.with(all(partitions, refusal)));
        }
        Map<TopicPartition, ErrorCode> results = new TreeMap<>();
        NavigableSet<TopicPartition> inTransaction = existing.orElseThrow().partitions();
        for (TopicPartition partition : partitions) {
            results.put(
                    partition, inTransaction.contains(partition) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE);
        }
        return Decision.answer(ticket.with(results));
    }

    private ErrorCode refusalOf(Transaction transaction) {
        if (transaction.producerId() != producerId) {
            return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
        }
        if (transaction.producerEpoch() != producerEpoch) {
            return ErrorCode.PRODUCER_FENCED;
        }
        return transaction.status().isEnding() ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE;
    }

    static Map<TopicPartition, ErrorCode> all(NavigableSet<TopicPartition> partitions, ErrorCode error) {
        Map<TopicPartition, ErrorCode> results = new TreeMap<>();
        partitions.forEach(partition -> results.put(partition, error));
        return results;
    }
}
