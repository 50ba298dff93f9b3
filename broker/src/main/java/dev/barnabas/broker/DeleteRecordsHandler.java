package dev.barnabas.broker;

import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DeleteRecordsRequest;
import dev.barnabas.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import dev.barnabas.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import dev.barnabas.protocol.message.DeleteRecordsResponse;
import dev.barnabas.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import dev.barnabas.protocol.message.DeleteRecordsResponse.DeleteRecordsTopicResult;
import dev.barnabas.replication.Partition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * DeleteRecords 0-2: moves log start offsets forward (KIP-107). Offset -1 stands for the high watermark. Answered when
 * all replicas whose brokers serve have done it, or with REQUEST_TIMED_OUT.
 */
final class DeleteRecordsHandler implements Handler<DeleteRecordsRequest> {

    private final Node node;

    DeleteRecordsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(DeleteRecordsRequest request, Call call) {
        ClusterImage image = node.image();
        Duration limit = Duration.ofMillis(Math.max(0, request.timeoutMs()));
        AskPartitions<DeleteRecordsPartitionResult> ask = new AskPartitions<>(node, call.loop());
        for (DeleteRecordsTopic topic : request.topics()) {
            Topic known = image.topic(topic.name()).orElse(null);
            for (DeleteRecordsPartition wanted : topic.partitions()) {
                ErrorCode error = check(image, known, wanted.partitionIndex());
                if (error != ErrorCode.NONE || known == null) {
                    ask.answered(refused(wanted.partitionIndex(), error));
                } else {
                    ask.question(known.id(), wanted.partitionIndex(), (open, answer) -> {
                        if (open == null) {
                            answer.accept(refused(
                                    wanted.partitionIndex(), node.whyAbsent(known.id(), wanted.partitionIndex())));
                        } else {
                            delete(open, wanted, limit, answer);
                        }
                    });
                }
            }
        }
        ask.ask(answers -> call.answer(response(request, answers)));
    }

    private ErrorCode check(ClusterImage image, @Nullable Topic topic, int index) {
        if (topic == null || index < 0 || index >= topic.partitions().size()) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        if (Topic.isInternal(topic.name())) {
            return ErrorCode.INVALID_TOPIC_EXCEPTION;
        }
        // What compaction keeps must not be cut off (as in Kafka).
        return TopicLogSettings.deletesRecords(node.topicSettings(image, topic.name()))
                ? ErrorCode.NONE
                : ErrorCode.POLICY_VIOLATION;
    }

    private static void delete(
            Partition partition,
            DeleteRecordsPartition wanted,
            Duration limit,
            Consumer<DeleteRecordsPartitionResult> answer) {
        long deadlineNanos = partition.loop().clock().nanos() + limit.toNanos();
        partition.deleteRecords(wanted.offset(), deadlineNanos, new LogAnswer<>() {
            @Override
            public void done(Long lowWatermark) {
                answer.accept(DeleteRecordsPartitionResult.builder()
                        .partitionIndex(wanted.partitionIndex())
                        .lowWatermark(lowWatermark)
                        .build());
            }

            @Override
            public void refused(LogRefusal refusal) {
                answer.accept(DeleteRecordsHandler.refused(wanted.partitionIndex(), refusal.error()));
            }
        });
    }

    private static DeleteRecordsPartitionResult refused(int index, ErrorCode error) {
        return DeleteRecordsPartitionResult.builder()
                .partitionIndex(index)
                .lowWatermark(-1)
                .errorCode(error.code())
                .build();
    }

    private static DeleteRecordsResponse response(
            DeleteRecordsRequest request, List<DeleteRecordsPartitionResult> answers) {
        List<DeleteRecordsTopicResult> topics = new ArrayList<>();
        int from = 0;
        for (DeleteRecordsTopic topic : request.topics()) {
            int to = from + topic.partitions().size();
            topics.add(DeleteRecordsTopicResult.builder()
                    .name(topic.name())
                    .partitions(answers.subList(from, to))
                    .build());
            from = to;
        }
        return DeleteRecordsResponse.builder().topics(topics).build();
    }
}
