package dev.barnabas.transactions;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeTransactionsResponse.TopicData;
import dev.barnabas.protocol.message.DescribeTransactionsResponse.TransactionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;

/**
 * One of the transactional ids that a DescribeTransactions request names (KIP-664). Of a transaction that is ending,
 * the partitions that do not know it yet.
 */
record DescribeTransaction(String id, Ticket<TransactionState> ticket) implements TransactionOperation {

    @Override
    public Decision<TransactionRecord, TransactionChange, TransactionTimer> decide(TransactionShard shard, long nowMs) {
        return Decision.answer(ticket.with(shard.transaction(id)
                .map(transaction -> described(
                        transaction, transaction.status().isEnding() ? shard.unsettled(id) : transaction.partitions()))
                .orElseGet(() -> refusal(id, ErrorCode.TRANSACTIONAL_ID_NOT_FOUND))));
    }

    private static TransactionState described(Transaction transaction, NavigableSet<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            byTopic.computeIfAbsent(partition.topic(), _ -> new ArrayList<>()).add(partition.partition());
        }
        return TransactionState.builder()
                .transactionalId(transaction.id())
                .transactionState(transaction.status().kafkaName())
                .transactionTimeoutMs(transaction.timeoutMs())
                .transactionStartTimeMs(transaction.startMs())
                .producerId(transaction.producerId())
                .producerEpoch(transaction.producerEpoch())
                .topics(byTopic.entrySet().stream()
                        .map(topic -> new TopicData(topic.getKey(), topic.getValue()))
                        .toList())
                .build();
    }

    static TransactionState refusal(String id, ErrorCode error) {
        return TransactionState.builder()
                .transactionalId(id)
                .errorCode(error.code())
                .build();
    }
}
