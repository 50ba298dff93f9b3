package dev.barnabas.transactions;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One transaction of an AddPartitionsToTxn request, and its part of the answer.
 *
 * <ul>
 *   <li>v0-3: from a client; one transaction, which may not have partitions of internal topics.
 *   <li>v2 (KIP-588): PRODUCER_FENCED; older versions get INVALID_PRODUCER_EPOCH.
 *   <li>v4 (KIP-890): from a broker for its clients; many transactions, to add to or to verify.
 *   <li>v5 (KIP-890): TRANSACTION_ABORTABLE, which version 4 is answered too.
 * </ul>
 */
record PartitionsToAdd(
        String id, long producerId, short producerEpoch, boolean verifyOnly, NavigableSet<TopicPartition> partitions) {
    private static final int FROM_BROKERS_SINCE = 4;
    private static final int PRODUCER_FENCED_SINCE = 2;

    static List<PartitionsToAdd> of(AddPartitionsToTxnRequest request, int version) {
        if (isFromBroker(version)) {
            return request.transactions().stream().map(PartitionsToAdd::of).toList();
        }
        return List.of(new PartitionsToAdd(
                request.v3AndBelowTransactionalId(),
                request.v3AndBelowProducerId(),
                request.v3AndBelowProducerEpoch(),
                false,
                partitions(request.v3AndBelowTopics())));
    }

    private static PartitionsToAdd of(AddPartitionsToTxnTransaction transaction) {
        return new PartitionsToAdd(
                transaction.transactionalId(),
                transaction.producerId(),
                transaction.producerEpoch(),
                transaction.verifyOnly(),
                partitions(transaction.topics()));
    }

    private static NavigableSet<TopicPartition> partitions(List<AddPartitionsToTxnTopic> topics) {
        NavigableSet<TopicPartition> partitions = new TreeSet<>();
        for (AddPartitionsToTxnTopic topic : topics) {
            topic.partitions().forEach(index -> partitions.add(new TopicPartition(topic.name(), index)));
        }
        return partitions;
    }

    static boolean isFromBroker(int version) {
        return version >= FROM_BROKERS_SINCE;
    }

    /** What is refused without asking the coordinator: one partition that cannot be added refuses all. */
    Optional<Map<TopicPartition, ErrorCode>> refusal(Topics topics, int version) {
        Map<TopicPartition, ErrorCode> refused = new TreeMap<>();
        boolean any = false;
        for (TopicPartition partition : partitions) {
            ErrorCode error = ErrorCode.OPERATION_NOT_ATTEMPTED;
            if (!isFromBroker(version) && topics.isInternal(partition.topic())) {
                error = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
            } else if (!topics.hasPartition(partition)) {
                error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            }
            any |= error != ErrorCode.OPERATION_NOT_ATTEMPTED;
            refused.put(partition, error);
        }
        if (any) {
            return Optional.of(refused);
        }
        return id.isEmpty() ? Optional.of(all(ErrorCode.INVALID_REQUEST)) : Optional.empty();
    }

    Map<TopicPartition, ErrorCode> all(ErrorCode error) {
        return VerifyPartitions.all(partitions, error);
    }

    AddPartitionsToTxnResult result(Map<TopicPartition, ErrorCode> errors, int version) {
        Map<String, List<AddPartitionsToTxnPartitionResult>> byTopic = new TreeMap<>();
        errors.forEach((partition, error) -> byTopic.computeIfAbsent(partition.topic(), _ -> new ArrayList<>())
                .add(new AddPartitionsToTxnPartitionResult(
                        partition.partition(), asVersion(error, version).code())));
        return AddPartitionsToTxnResult.builder()
                .transactionalId(id)
                .topicResults(byTopic.entrySet().stream()
                        .map(topic -> new AddPartitionsToTxnTopicResult(topic.getKey(), topic.getValue()))
                        .toList())
                .build();
    }

    /** What is answered to a version of AddPartitionsToTxn, and of AddOffsetsToTxn. */
    static ErrorCode asVersion(ErrorCode error, int version) {
        return version < PRODUCER_FENCED_SINCE && error == ErrorCode.PRODUCER_FENCED
                ? ErrorCode.INVALID_PRODUCER_EPOCH
                : error;
    }

    static AddPartitionsToTxnResponse together(List<AddPartitionsToTxnResult> results, int version) {
        return isFromBroker(version)
                ? AddPartitionsToTxnResponse.builder()
                        .resultsByTransaction(results)
                        .build()
                : AddPartitionsToTxnResponse.builder()
                        .resultsByTopicV3AndBelow(results.getFirst().topicResults())
                        .build();
    }
}
