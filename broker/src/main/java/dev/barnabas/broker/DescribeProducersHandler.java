package dev.barnabas.broker;

import dev.barnabas.log.ProducerSummary;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeProducersRequest;
import dev.barnabas.protocol.message.DescribeProducersRequest.TopicRequest;
import dev.barnabas.protocol.message.DescribeProducersResponse;
import dev.barnabas.protocol.message.DescribeProducersResponse.PartitionResponse;
import dev.barnabas.protocol.message.DescribeProducersResponse.ProducerState;
import dev.barnabas.protocol.message.DescribeProducersResponse.TopicResponse;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.List;

/** DescribeProducers 0 (KIP-664): which idempotent producers partitions remember. */
final class DescribeProducersHandler implements Handler<DescribeProducersRequest> {

    private final Node node;

    DescribeProducersHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DescribeProducersRequest request, Call call) {
        ClusterImage image = node.image();
        AskPartitions<PartitionResponse> ask = new AskPartitions<>(node, call.loop());
        for (TopicRequest topic : request.topics()) {
            Topic known = image.topic(topic.name()).orElse(null);
            for (int index : topic.partitionIndexes()) {
                if (!TopicCreation.isValidName(topic.name())) {
                    ask.answered(refused(index, ErrorCode.INVALID_TOPIC_EXCEPTION));
                } else if (known == null || known.partition(index).isEmpty()) {
                    ask.answered(refused(index, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
                } else {
                    ask.question(
                            known.id(),
                            index,
                            (open, answer) -> answer.accept(
                                    open == null
                                            ? refused(index, node.whyAbsent(known.id(), index))
                                            : describe(open, index)));
                }
            }
        }
        ask.ask(answers -> call.answer(response(request, answers)));
    }

    private static PartitionResponse describe(Partition partition, int index) {
        return PartitionResponse.builder()
                .partitionIndex(index)
                .activeProducers(partition.log().producers().stream()
                        .map(DescribeProducersHandler::state)
                        .toList())
                .build();
    }

    private static ProducerState state(ProducerSummary producer) {
        return ProducerState.builder()
                .producerId(producer.producerId())
                .producerEpoch(producer.producerEpoch())
                .lastSequence(producer.lastSequence())
                .lastTimestamp(producer.lastTimestampMs())
                .coordinatorEpoch(producer.coordinatorEpoch())
                .currentTxnStartOffset(producer.transactionStartOffset())
                .build();
    }

    private static PartitionResponse refused(int index, ErrorCode error) {
        return PartitionResponse.builder()
                .partitionIndex(index)
                .errorCode(error.code())
                .errorMessage(error.message())
                .build();
    }

    private static DescribeProducersResponse response(
            DescribeProducersRequest request, List<PartitionResponse> answers) {
        List<TopicResponse> topics = new ArrayList<>();
        int from = 0;
        for (TopicRequest topic : request.topics()) {
            int to = from + topic.partitionIndexes().size();
            topics.add(TopicResponse.builder()
                    .name(topic.name())
                    .partitions(answers.subList(from, to))
                    .build());
            from = to;
        }
        return DescribeProducersResponse.builder().topics(topics).build();
    }
}
