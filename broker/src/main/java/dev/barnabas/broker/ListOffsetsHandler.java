package dev.barnabas.broker;

import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.log.OffsetAtTime;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import dev.barnabas.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import dev.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * ListOffsets 1-11: the offset of a point in time.
 *
 * <ul>
 *   <li>v2: isolation level. v4: leader epochs (KIP-320).
 *   <li>v7: {@link #MAX_TIMESTAMP} (KIP-734). v8: {@link #EARLIEST_LOCAL} (KIP-405). v9: {@link #LATEST_TIERED}
 *       (KIP-1005).
 *   <li>v10: a timeout (KIP-1075). v11: {@link #EARLIEST_PENDING_UPLOAD} (KIP-1023).
 * </ul>
 */
final class ListOffsetsHandler implements Handler<ListOffsetsRequest> {

    static final long LATEST = -1;
    static final long EARLIEST = -2;
    static final long MAX_TIMESTAMP = -3;
    static final long EARLIEST_LOCAL = -4;
    static final long LATEST_TIERED = -5;
    static final long EARLIEST_PENDING_UPLOAD = -6;

    private final Node node;

    ListOffsetsHandler(Node node) {
        this.node = node;
    }

    @Override
    public void handle(ListOffsetsRequest request, Call call) {
        ClusterImage image = node.image();
        AskPartitions<ListOffsetsPartitionResponse> ask = new AskPartitions<>(node, call.loop());
        boolean committedOnly = request.isolationLevel() == 1;
        Set<String> seen = new HashSet<>();
        for (ListOffsetsTopic topic : request.topics()) {
            Topic known = image.topic(topic.name()).orElse(null);
            for (ListOffsetsPartition partition : topic.partitions()) {
                int index = partition.partitionIndex();
                ErrorCode error = check(known, index, partition.timestamp(), call.version());
                if (!seen.add(topic.name() + "-" + index)) {
                    error = ErrorCode.INVALID_REQUEST;
                }
                if (error != ErrorCode.NONE || known == null) {
                    ask.answered(refused(index, error));
                } else {
                    ask.question(known.id(), index, (open, answer) -> {
                        if (open == null) {
                            answer.accept(refused(index, node.whyAbsent(known.id(), index)));
                        } else {
                            find(open, partition, committedOnly, answer);
                        }
                    });
                }
            }
        }
        ask.ask(answers -> call.answer(response(
                request,
                call.version() >= 4
                        ? answers
                        : answers.stream()
                                .map(answer ->
                                        answer.toBuilder().leaderEpoch(-1).build())
                                .toList())));
    }

    private static ErrorCode check(@Nullable Topic topic, int index, long timestamp, int version) {
        if (topic == null || index < 0 || index >= topic.partitions().size()) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        boolean tooNew = (timestamp == MAX_TIMESTAMP && version < 7)
                || (timestamp == EARLIEST_LOCAL && version < 8)
                || (timestamp == LATEST_TIERED && version < 9)
                || (timestamp == EARLIEST_PENDING_UPLOAD && version < 11)
                || timestamp < EARLIEST_PENDING_UPLOAD;
        return tooNew ? ErrorCode.UNSUPPORTED_VERSION : ErrorCode.NONE;
    }

    private static void find(
            Partition partition,
            ListOffsetsPartition wanted,
            boolean committedOnly,
            Consumer<ListOffsetsPartitionResponse> answer) {
        int index = wanted.partitionIndex();
        ErrorCode epochError = partition.checkLeader(wanted.currentLeaderEpoch());
        if (epochError != ErrorCode.NONE) {
            answer.accept(refused(index, epochError));
            return;
        }
        if (!partition.knowsHighWatermark()) {
            // The end must not seem to go back (KIP-207).
            answer.accept(refused(index, ErrorCode.OFFSET_NOT_AVAILABLE));
            return;
        }
        long end = committedOnly ? partition.lastStableOffset() : partition.highWatermark();
        long timestamp = wanted.timestamp();
        if (timestamp == LATEST) {
            answer.accept(found(index, end, -1, partition.leaderEpoch()));
        } else if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            long start = partition.logStartOffset();
            answer.accept(
                    found(index, start, -1, partition.log().leaderEpochAt(start).orElse(-1)));
        } else if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
            // Nothing is tiered here, so nothing is pending either.
            answer.accept(found(index, -1, -1, -1));
        } else if (timestamp == MAX_TIMESTAMP) {
            partition.log().offsetOfMaxTimestamp(byTime(index, end, answer));
        } else {
            partition.log().offsetForTimestamp(timestamp, byTime(index, end, answer));
        }
    }

    private static LogAnswer<Optional<OffsetAtTime>> byTime(
            int index, long end, Consumer<ListOffsetsPartitionResponse> answer) {
        return new LogAnswer<>() {
            @Override
            public void done(Optional<OffsetAtTime> result) {
                answer.accept(result.filter(record -> record.offset() < end)
                        .map(record -> found(index, record.offset(), record.timestampMs(), record.leaderEpoch()))
                        .orElseGet(() -> found(index, -1, -1, -1)));
            }

            @Override
            public void refused(LogRefusal refusal) {
                answer.accept(ListOffsetsHandler.refused(index, refusal.error()));
            }
        };
    }

    private static ListOffsetsPartitionResponse found(int index, long offset, long timestamp, int leaderEpoch) {
        return ListOffsetsPartitionResponse.builder()
                .partitionIndex(index)
                .offset(offset)
                .timestamp(timestamp)
                .leaderEpoch(leaderEpoch)
                .build();
    }

    private static ListOffsetsPartitionResponse refused(int index, ErrorCode error) {
        return ListOffsetsPartitionResponse.builder()
                .partitionIndex(index)
                .errorCode(error.code())
                .build();
    }

    private static ListOffsetsResponse response(
            ListOffsetsRequest request, List<ListOffsetsPartitionResponse> answers) {
        List<ListOffsetsTopicResponse> topics = new ArrayList<>();
        int from = 0;
        for (ListOffsetsTopic topic : request.topics()) {
            int to = from + topic.partitions().size();
            topics.add(ListOffsetsTopicResponse.builder()
                    .name(topic.name())
                    .partitions(answers.subList(from, to))
                    .build());
            from = to;
        }
        return ListOffsetsResponse.builder().topics(topics).build();
    }
}
