package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest.DeleteShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Questions about share groups, see {@link Admin}. */
final class ShareGroupQuestions {

    private ShareGroupQuestions() {}

    static Question<String, Groups.Description, ShareGroupDescribeResponse> describe(
            Function<String, Broker> coordinator) {
        return Question.of(
                "describe share group",
                Route.CoordinatorOf::new,
                groups -> Call.of(
                        ShareGroupDescribeRequest.builder().groupIds(groups).build(), ShareGroupDescribeResponse::read),
                (answer, outcomes) -> answer.response()
                        .groups()
                        .forEach(group -> outcomes.outcome(
                                group.groupId(),
                                group.errorCode(),
                                group.errorMessage(),
                                () -> new Groups.Description(
                                        group.groupId(),
                                        Groups.SHARE,
                                        group.groupState(),
                                        "share",
                                        group.assignorName(),
                                        group.groupEpoch(),
                                        coordinator.apply(group.groupId()),
                                        "",
                                        group.members().stream()
                                                .map(ShareGroupQuestions::member)
                                                .toList()))));
    }

    private static Groups.Member member(ShareGroupDescribeResponse.Member member) {
        Set<TopicPartition> assigned = new HashSet<>();
        member.assignment()
                .topicPartitions()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> assigned.add(new TopicPartition(topic.topicName(), partition))));
        return new Groups.Member(member.memberId(), null, member.clientId(), member.clientHost(), assigned, assigned);
    }

    /** How far a share group has come, in all partitions that it reads; the key is the group. */
    static Question<String, Map<TopicPartition, Result<Groups.SharePosition>>, DescribeShareGroupOffsetsResponse>
            positions() {
        return Question.of(
                "describe the offsets of share group",
                Route.CoordinatorOf::new,
                groups -> Call.of(
                        new DescribeShareGroupOffsetsRequest(groups.stream()
                                .map(group -> new DescribeShareGroupOffsetsRequestGroup(group, null))
                                .toList()),
                        DescribeShareGroupOffsetsResponse::read),
                (answer, outcomes) -> answer.response()
                        .groups()
                        .forEach(group -> outcomes.outcome(
                                group.groupId(), group.errorCode(), group.errorMessage(), () -> positions(group))));
    }

    private static Map<TopicPartition, Result<Groups.SharePosition>> positions(
            DescribeShareGroupOffsetsResponseGroup group) {
        Map<TopicPartition, Result<Groups.SharePosition>> positions = new TreeMap<>();
        group.topics()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    ErrorCode error = ErrorCode.forCode(partition.errorCode());
                    positions.put(
                            new TopicPartition(topic.topicName(), partition.partitionIndex()),
                            error == ErrorCode.NONE
                                    ? Result.success(new Groups.SharePosition(
                                            partition.startOffset(), partition.leaderEpoch(), partition.lag()))
                                    : Result.failure(new ClientError.Refused(error, error.message())));
                }));
        return positions;
    }

    /** Lets a share group without members begin somewhere else. */
    static Question<TopicPartition, Done, AlterShareGroupOffsetsResponse> alter(
            String group, Map<TopicPartition, Long> starts) {
        return Question.of(
                "alter the offsets of share group " + group + " in",
                partition -> new Route.CoordinatorOf(group),
                partitions -> {
                    Map<String, List<AlterShareGroupOffsetsRequestPartition>> byTopic = new TreeMap<>();
                    partitions.forEach(
                            partition -> byTopic.computeIfAbsent(partition.topic(), absent -> new ArrayList<>())
                                    .add(new AlterShareGroupOffsetsRequestPartition(
                                            partition.partition(), starts.getOrDefault(partition, 0L))));
                    return Call.of(
                            new AlterShareGroupOffsetsRequest(
                                    group,
                                    byTopic.entrySet().stream()
                                            .map(topic -> new AlterShareGroupOffsetsRequestTopic(
                                                    topic.getKey(), topic.getValue()))
                                            .toList()),
                            AlterShareGroupOffsetsResponse::read);
                },
                (answer, outcomes) -> {
                    AlterShareGroupOffsetsResponse response = answer.response();
                    if (response.errorCode() != ErrorCode.NONE.code()) {
                        outcomes.allRefused(response.errorCode(), response.errorMessage());
                        return;
                    }
                    response.responses()
                            .forEach(topic -> topic.partitions()
                                    .forEach(partition -> outcomes.outcome(
                                            new TopicPartition(topic.topicName(), partition.partitionIndex()),
                                            partition.errorCode(),
                                            partition.errorMessage(),
                                            () -> Done.DONE)));
                });
    }

    /** Lets a share group without members forget topics. */
    static Question<String, Done, DeleteShareGroupOffsetsResponse> delete(String group) {
        return Question.of(
                "delete the offsets of share group " + group + " in",
                topic -> new Route.CoordinatorOf(group),
                topics -> Call.of(
                        new DeleteShareGroupOffsetsRequest(
                                group,
                                topics.stream()
                                        .map(DeleteShareGroupOffsetsRequestTopic::new)
                                        .toList()),
                        DeleteShareGroupOffsetsResponse::read),
                (answer, outcomes) -> {
                    DeleteShareGroupOffsetsResponse response = answer.response();
                    if (response.errorCode() != ErrorCode.NONE.code()) {
                        outcomes.allRefused(response.errorCode(), response.errorMessage());
                        return;
                    }
                    response.responses()
                            .forEach(topic -> outcomes.outcome(
                                    topic.topicName(), topic.errorCode(), topic.errorMessage(), () -> Done.DONE));
                });
    }
}
