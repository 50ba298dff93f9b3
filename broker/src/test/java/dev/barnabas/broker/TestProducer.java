package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddOffsetsToTxnResponse;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import dev.barnabas.protocol.message.AddPartitionsToTxnResponse;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EndTxnResponse;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import dev.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A transactional producer whose every request the test makes. Of version 2 of transactions unless said otherwise. */
final class TestProducer {

    /** Asks a broker, in just that version. */
    @FunctionalInterface
    interface Asking {
        <R extends Response> R ask(Request request, int version, Class<R> type);
    }

    static final long NOW_MS = 1_767_225_600_000L;

    final String id;
    private final Asking asking;
    private final boolean second;
    long producerId = -1;
    short epoch = -1;
    private final Map<String, Integer> sequences = new HashMap<>();

    private TestProducer(String id, Asking asking, boolean second) {
        this.id = id;
        this.asking = asking;
        this.second = second;
    }

    static TestProducer of(String id, Asking asking) {
        return new TestProducer(id, asking, true);
    }

    /** One of version 1. */
    static TestProducer first(String id, Asking asking) {
        return new TestProducer(id, asking, false);
    }

    ErrorCode init() {
        InitProducerIdResponse answer = asking.ask(
                InitProducerIdRequest.builder()
                        .transactionalId(id)
                        .transactionTimeoutMs(60_000)
                        .producerId(-1)
                        .producerEpoch((short) -1)
                        .build(),
                5,
                InitProducerIdResponse.class);
        if (answer.errorCode() == 0) {
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
            sequences.clear();
        }
        return ErrorCode.forCode(answer.errorCode());
    }

    /** As clients of version 1 do. */
    ErrorCode addPartition(String topic, int partition) {
        AddPartitionsToTxnResponse answer = asking.ask(
                AddPartitionsToTxnRequest.builder()
                        .v3AndBelowTransactionalId(id)
                        .v3AndBelowProducerId(producerId)
                        .v3AndBelowProducerEpoch(epoch)
                        .v3AndBelowTopics(List.of(new AddPartitionsToTxnTopic(topic, List.of(partition))))
                        .build(),
                3,
                AddPartitionsToTxnResponse.class);
        return ErrorCode.forCode(answer.resultsByTopicV3AndBelow()
                .getFirst()
                .resultsByPartition()
                .getFirst()
                .partitionErrorCode());
    }

    ErrorCode addOffsets(String group) {
        return ErrorCode.forCode(asking.ask(
                        AddOffsetsToTxnRequest.builder()
                                .transactionalId(id)
                                .producerId(producerId)
                                .producerEpoch(epoch)
                                .groupId(group)
                                .build(),
                        3,
                        AddOffsetsToTxnResponse.class)
                .errorCode());
    }

    ErrorCode send(String topic, Uuid topicId, int partition, String... values) {
        int version = second ? 13 : 11;
        int sequence = sequences.getOrDefault(topic + partition, 0);
        ProduceResponse answer =
                asking.ask(produce(topic, topicId, partition, batch(sequence, values)), version, ProduceResponse.class);
        ErrorCode error = ErrorCode.forCode(
                answer.responses().getFirst().partitionResponses().getFirst().errorCode());
        if (error == ErrorCode.NONE) {
            sequences.put(topic + partition, sequence + values.length);
        }
        return error;
    }

    ProduceRequest produce(String topic, Uuid topicId, int partition, ByteBuffer batch) {
        return ProduceRequest.builder()
                .transactionalId(id)
                .acks((short) -1)
                .timeoutMs(30_000)
                .topicData(List.of(TopicProduceData.builder()
                        .name(topic)
                        .topicId(topicId)
                        .partitionData(List.of(PartitionProduceData.builder()
                                .index(partition)
                                .records(new MemoryRecords(batch))
                                .build()))
                        .build()))
                .build();
    }

    ByteBuffer batch(int sequence, String... values) {
        RecordBatchBuilder batch = new RecordBatchBuilder(1 << 20)
                .producer(producerId, epoch, sequence)
                .transactional(true);
        for (String value : values) {
            batch.append(NOW_MS, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        return batch.build();
    }

    ErrorCode commitOffset(String group, String topic, Uuid topicId, int partition, long offset) {
        TxnOffsetCommitResponse answer = asking.ask(
                TxnOffsetCommitRequest.builder()
                        .transactionalId(id)
                        .groupId(group)
                        .producerId(producerId)
                        .producerEpoch(epoch)
                        .topics(List.of(TxnOffsetCommitRequestTopic.builder()
                                .name(topic)
                                .topicId(topicId)
                                .partitions(List.of(TxnOffsetCommitRequestPartition.builder()
                                        .partitionIndex(partition)
                                        .committedOffset(offset)
                                        .build()))
                                .build()))
                        .build(),
                second ? 6 : 4,
                TxnOffsetCommitResponse.class);
        return ErrorCode.forCode(
                answer.topics().getFirst().partitions().getFirst().errorCode());
    }

    ErrorCode end(boolean committed) {
        EndTxnResponse answer = asking.ask(
                EndTxnRequest.builder()
                        .transactionalId(id)
                        .producerId(producerId)
                        .producerEpoch(epoch)
                        .committed(committed)
                        .build(),
                second ? 5 : 4,
                EndTxnResponse.class);
        if (second && answer.errorCode() == 0) {
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
            sequences.clear();
        }
        return ErrorCode.forCode(answer.errorCode());
    }
}
