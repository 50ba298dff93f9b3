package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Partition;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import dev.barnabas.protocol.message.DescribeTopicPartitionsResponse;
import dev.barnabas.protocol.message.DescribeTopicPartitionsResponse.Cursor;
import dev.barnabas.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import dev.barnabas.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** DescribeTopicPartitions 0 (KIP-966): topics in pages, in the order of their names. */
final class DescribeTopicPartitionsHandler implements Handler<DescribeTopicPartitionsRequest> {

    private final Node node;
    private final int maxPartitions;

    /** @param maxPartitions {@code max.request.partition.size.limit}: no page has more */
    DescribeTopicPartitionsHandler(Node node, int maxPartitions) {
        this.node = node;
        this.maxPartitions = maxPartitions;
    }

    @Override
    public void handle(DescribeTopicPartitionsRequest request, Call call) {
        ClusterImage image = node.image();
        DescribeTopicPartitionsRequest.Cursor cursor = request.cursor();
        String firstName = cursor == null ? "" : cursor.topicName();
        int firstPartition = cursor == null ? 0 : cursor.partitionIndex();
        if (firstPartition < 0) {
            call.answer(refusal(request, ErrorCode.INVALID_REQUEST));
            return;
        }
        List<String> names = (request.topics().isEmpty()
                        ? image.topics().stream().map(Topic::name)
                        : request.topics().stream().map(TopicRequest::name))
                .distinct()
                .sorted()
                .filter(name -> name.compareTo(firstName) >= 0)
                .toList();
        int room = Math.max(1, Math.min(maxPartitions, request.responsePartitionLimit()));
        List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
        Cursor next = null;
        for (String name : names) {
            Optional<Topic> topic = image.topic(name);
            if (topic.isEmpty()) {
                topics.add(unknown(name));
                continue;
            }
            int size = topic.get().partitions().size();
            int from = name.equals(firstName) ? Math.min(firstPartition, size) : 0;
            if (room == 0) {
                next = cursor(name, from);
                break;
            }
            int to = Math.min(size, from + room);
            topics.add(describe(image, topic.get(), from, to));
            room -= to - from;
            if (to < size) {
                next = cursor(name, to);
                break;
            }
        }
        call.answer(DescribeTopicPartitionsResponse.builder()
                .topics(topics)
                .nextCursor(next)
                .build());
    }

    private DescribeTopicPartitionsResponseTopic describe(ClusterImage image, Topic topic, int from, int to) {
        List<DescribeTopicPartitionsResponsePartition> partitions = new ArrayList<>(to - from);
        for (int index = from; index < to; index++) {
            Partition partition = topic.partitions().get(index);
            int leader = node.leaderOf(topic, index);
            boolean led = leader != Partition.NO_LEADER;
            partitions.add(DescribeTopicPartitionsResponsePartition.builder()
                    .errorCode((led ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE).code())
                    .partitionIndex(index)
                    .leaderId(leader)
                    .leaderEpoch(partition.leaderEpoch())
                    .replicaNodes(partition.replicas())
                    .isrNodes(partition.inSyncReplicas())
                    .eligibleLeaderReplicas(partition.eligibleLeaders())
                    .lastKnownElr(partition.lastKnownEligible())
                    .offlineReplicas(node.offlineReplicas(image, topic, index))
                    .build());
        }
        return DescribeTopicPartitionsResponseTopic.builder()
                .name(topic.name())
                .topicId(topic.id())
                .isInternal(topic.isInternal())
                .partitions(partitions)
                .topicAuthorizedOperations(AuthorizedOperations.TOPIC)
                .build();
    }

    private static DescribeTopicPartitionsResponseTopic unknown(String name) {
        return DescribeTopicPartitionsResponseTopic.builder()
                .errorCode((TopicCreation.isValidName(name)
                                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                                : ErrorCode.INVALID_TOPIC_EXCEPTION)
                        .code())
                .name(name)
                .partitions(List.of())
                .topicAuthorizedOperations(AuthorizedOperations.TOPIC)
                .build();
    }

    private static DescribeTopicPartitionsResponse refusal(DescribeTopicPartitionsRequest request, ErrorCode error) {
        return DescribeTopicPartitionsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> DescribeTopicPartitionsResponseTopic.builder()
                                .errorCode(error.code())
                                .name(topic.name())
                                .partitions(List.of())
                                .build())
                        .toList())
                .build();
    }

    private static @Nullable Cursor cursor(String topic, int partition) {
        return Cursor.builder().topicName(topic).partitionIndex(partition).build();
    }
}
