package dev.barnabas.broker;

import dev.barnabas.broker.TransactionPartitions.Question;
import dev.barnabas.broker.TransactionPartitions.Transaction;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
import dev.barnabas.transactions.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Questions to one coordinator in one AddPartitionsToTxn request; a transactional id is in it once. */
record TransactionRequest(AddPartitionsToTxnRequest message, List<Question> questions) {

    /** As few requests as it takes. */
    static List<TransactionRequest> of(List<Question> questions) {
        List<TransactionRequest> requests = new ArrayList<>();
        List<Question> left = questions;
        while (!left.isEmpty()) {
            Map<String, Transaction> byId = new LinkedHashMap<>();
            List<Question> now = new ArrayList<>();
            List<Question> later = new ArrayList<>();
            for (Question question : left) {
                Transaction transaction = question.transaction();
                Transaction first = byId.computeIfAbsent(transaction.transactionalId(), _ -> transaction);
                (first.equals(transaction) ? now : later).add(question);
            }
            requests.add(new TransactionRequest(message(byId, now), now));
            left = later;
        }
        return requests;
    }

    private static AddPartitionsToTxnRequest message(Map<String, Transaction> transactions, List<Question> questions) {
        Map<String, Map<String, Set<Integer>>> partitions = new HashMap<>();
        for (Question question : questions) {
            partitions
                    .computeIfAbsent(question.transaction().transactionalId(), _ -> new TreeMap<>())
                    .computeIfAbsent(question.partition().topic(), _ -> new TreeSet<>())
                    .add(question.partition().partition());
        }
        return AddPartitionsToTxnRequest.builder()
                .transactions(transactions.values().stream()
                        .map(transaction -> AddPartitionsToTxnTransaction.builder()
                                .transactionalId(transaction.transactionalId())
                                .producerId(transaction.producerId())
                                .producerEpoch(transaction.producerEpoch())
                                .verifyOnly(!transaction.add())
                                .topics(
                                        partitions
                                                .getOrDefault(transaction.transactionalId(), Map.of())
                                                .entrySet()
                                                .stream()
                                                .map(topic -> new AddPartitionsToTxnTopic(
                                                        topic.getKey(), List.copyOf(topic.getValue())))
                                                .toList())
                                .build())
                        .toList())
                .build();
    }

    /** What was said to each question; INVALID_TXN_STATE if nothing was. */
    List<ErrorCode> outcomes(AddPartitionsToTxnResponse response) {
        ErrorCode all = ErrorCode.forCode(response.errorCode());
        record Place(String transactionalId, TopicPartition partition) {}
        Map<Place, ErrorCode> outcomes = new HashMap<>();
        for (AddPartitionsToTxnResult transaction : response.resultsByTransaction()) {
            for (AddPartitionsToTxnTopicResult topic : transaction.topicResults()) {
                for (AddPartitionsToTxnPartitionResult partition : topic.resultsByPartition()) {
                    outcomes.put(
                            new Place(
                                    transaction.transactionalId(),
                                    new TopicPartition(topic.name(), partition.partitionIndex())),
                            ErrorCode.forCode(partition.partitionErrorCode()));
                }
            }
        }
        return questions.stream()
                .map(question -> all != ErrorCode.NONE
                        ? all
                        : outcomes.getOrDefault(
                                new Place(question.transaction().transactionalId(), question.partition()),
                                ErrorCode.INVALID_TXN_STATE))
                .toList();
    }
}
