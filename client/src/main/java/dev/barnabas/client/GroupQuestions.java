package dev.barnabas.client;

import static java.util.Objects.requireNonNullElse;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.Subtopology;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.TaskIds;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Questions about groups, see {@link Admin}. */
final class GroupQuestions {

    private static final String DEAD = "Dead";

    private GroupQuestions() {}

    /** The key is a broker: each knows the groups it coordinates. */
    static Question<Integer, List<Groups.Listing>, ListGroupsResponse> list(Set<String> states, Set<String> types) {
        return Question.of(
                "list the groups of broker",
                Route.Node::new,
                brokers -> Call.of(
                                ListGroupsRequest.builder()
                                        .statesFilter(states.stream().sorted().toList())
                                        .typesFilter(types.stream().sorted().toList())
                                        .build(),
                                ListGroupsResponse::read)
                        .from(!types.isEmpty() ? 5 : !states.isEmpty() ? 4 : 0),
                (answer, outcomes) -> outcomes.keys()
                        .forEach(broker -> outcomes.outcome(
                                broker,
                                answer.response().errorCode(),
                                null,
                                () -> answer.response().groups().stream()
                                        .map(group -> new Groups.Listing(
                                                group.groupId(),
                                                group.protocolType(),
                                                group.groupState(),
                                                group.groupType()))
                                        .toList())));
    }

    static Question<String, Groups.Description, DescribeGroupsResponse> describeClassic(
            Function<String, Broker> coordinator) {
        return Question.<String, Groups.Description, DescribeGroupsResponse>of(
                "describe group",
                Route.CoordinatorOf::new,
                groups -> Call.of(
                        ApiKey.DESCRIBE_GROUPS,
                        version ->
                                DescribeGroupsRequest.builder().groups(groups).build(),
                        DescribeGroupsResponse::read),
                (answer, outcomes) -> answer.response().groups().forEach(group -> {
                    // Before version 6 a group that does not exist is described as a dead one.
                    short error = group.errorCode() == ErrorCode.NONE.code()
                                    && group.groupState().equals(DEAD)
                            ? ErrorCode.GROUP_ID_NOT_FOUND.code()
                            : group.errorCode();
                    outcomes.outcome(group.groupId(), error, group.errorMessage(), () -> classic(group, coordinator));
                }));
    }

    private static Groups.Description classic(
            DescribeGroupsResponse.DescribedGroup group, Function<String, Broker> coordinator) {
        boolean consumers = group.protocolType().equals(ConsumerProtocol.TYPE);
        return new Groups.Description(
                group.groupId(),
                "Classic",
                group.groupState(),
                group.protocolType(),
                group.protocolData(),
                -1,
                coordinator.apply(group.groupId()),
                requireNonNullElse(group.errorMessage(), ""),
                group.members().stream()
                        .map(member -> classic(member, consumers))
                        .toList());
    }

    private static Groups.Member classic(DescribeGroupsResponse.DescribedGroupMember member, boolean consumer) {
        Set<TopicPartition> assigned = consumer
                ? Set.copyOf(
                        ConsumerProtocol.assigned(member.memberAssignment()).orElse(List.of()))
                : Set.of();
        return new Groups.Member(
                member.memberId(),
                member.groupInstanceId(),
                member.clientId(),
                member.clientHost(),
                assigned,
                assigned);
    }

    static Question<String, Groups.Description, ConsumerGroupDescribeResponse> describeConsumer(
            Function<String, Broker> coordinator) {
        return Question.of(
                "describe consumer group",
                Route.CoordinatorOf::new,
                groups -> Call.of(
                        ConsumerGroupDescribeRequest.builder().groupIds(groups).build(),
                        ConsumerGroupDescribeResponse::read),
                (answer, outcomes) -> answer.response()
                        .groups()
                        .forEach(group -> outcomes.outcome(
                                group.groupId(),
                                group.errorCode(),
                                group.errorMessage(),
                                () -> new Groups.Description(
                                        group.groupId(),
                                        "Consumer",
                                        group.groupState(),
                                        ConsumerProtocol.TYPE,
                                        group.assignorName(),
                                        group.groupEpoch(),
                                        coordinator.apply(group.groupId()),
                                        requireNonNullElse(group.errorMessage(), ""),
                                        group.members().stream()
                                                .map(GroupQuestions::member)
                                                .toList()))));
    }

    private static Groups.Member member(ConsumerGroupDescribeResponse.Member member) {
        return new Groups.Member(
                member.memberId(),
                member.instanceId(),
                member.clientId(),
                member.clientHost(),
                partitions(member.assignment()),
                partitions(member.targetAssignment()));
    }

    private static Set<TopicPartition> partitions(ConsumerGroupDescribeResponse.Assignment assignment) {
        Set<TopicPartition> partitions = new HashSet<>();
        assignment
                .topicPartitions()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> partitions.add(new TopicPartition(topic.topicName(), partition))));
        return partitions;
    }

    static Question<String, Groups.Description, StreamsGroupDescribeResponse> describeStreams(
            Function<String, Broker> coordinator) {
        return Question.of(
                "describe streams group",
                Route.CoordinatorOf::new,
                groups -> Call.of(
                        StreamsGroupDescribeRequest.builder().groupIds(groups).build(),
                        StreamsGroupDescribeResponse::read),
                (answer, outcomes) -> answer.response()
                        .groups()
                        .forEach(group -> outcomes.outcome(
                                group.groupId(),
                                group.errorCode(),
                                group.errorMessage(),
                                () -> new Groups.Description(
                                        group.groupId(),
                                        "Streams",
                                        group.groupState(),
                                        "streams",
                                        requireNonNullElse(group.assignorName(), ""),
                                        group.groupEpoch(),
                                        coordinator.apply(group.groupId()),
                                        requireNonNullElse(group.errorMessage(), ""),
                                        group.members().stream()
                                                .map(member -> member(member, group))
                                                .toList()))));
    }

    private static Groups.Member member(
            StreamsGroupDescribeResponse.Member member, StreamsGroupDescribeResponse.DescribedGroup group) {
        var topology = group.topology();
        List<Subtopology> subtopologies = topology == null ? null : topology.subtopologies();
        List<Subtopology> known = subtopologies == null ? List.of() : subtopologies;
        return new Groups.Member(
                member.memberId(),
                member.instanceId(),
                member.clientId(),
                member.clientHost(),
                partitions(member.assignment().activeTasks(), known),
                partitions(member.targetAssignment().activeTasks(), known));
    }

    /** What tasks read: the same partition of each topic of their subtopology. */
    private static Set<TopicPartition> partitions(List<TaskIds> tasks, List<Subtopology> subtopologies) {
        Set<TopicPartition> partitions = new HashSet<>();
        for (TaskIds ids : tasks) {
            subtopologies.stream()
                    .filter(subtopology -> subtopology.subtopologyId().equals(ids.subtopologyId()))
                    .forEach(subtopology -> ids.partitions().forEach(partition -> {
                        subtopology
                                .sourceTopics()
                                .forEach(topic -> partitions.add(new TopicPartition(topic, partition)));
                        subtopology.repartitionSourceTopics().stream()
                                .filter(topic -> partition < topic.partitions())
                                .forEach(topic -> partitions.add(new TopicPartition(topic.name(), partition)));
                    }));
        }
        return partitions;
    }

    static Question<String, Done, DeleteGroupsResponse> delete() {
        return Question.of(
                "delete group",
                Route.CoordinatorOf::new,
                groups -> Call.of(
                        DeleteGroupsRequest.builder().groupsNames(groups).build(), DeleteGroupsResponse::read),
                (answer, outcomes) -> answer.response()
                        .results()
                        .forEach(group -> outcomes.outcome(
                                group.groupId(), group.errorCode(), group.errorMessage(), () -> Done.DONE)));
    }

    static Question<Groups.Leaver, Done, LeaveGroupResponse> remove(String group, String reason) {
        return Question.of(
                "remove from group " + group,
                leaver -> new Route.CoordinatorOf(group),
                leavers -> Call.of(
                                ApiKey.LEAVE_GROUP,
                                version -> LeaveGroupRequest.builder()
                                        .groupId(group)
                                        .members(leavers.stream()
                                                .map(leaver -> MemberIdentity.builder()
                                                        .memberId(leaver.memberId())
                                                        .groupInstanceId(leaver.instanceId())
                                                        .reason(version >= 5 ? reason : null)
                                                        .build())
                                                .toList())
                                        .build(),
                                LeaveGroupResponse::read)
                        .from(3),
                (answer, outcomes) -> {
                    if (answer.response().errorCode() != ErrorCode.NONE.code()) {
                        outcomes.allRefused(answer.response().errorCode(), null);
                        return;
                    }
                    Map<Groups.Leaver, Short> errors = answer.response().members().stream()
                            .collect(Collectors.toMap(
                                    member -> member.groupInstanceId() != null
                                            ? Groups.Leaver.staticMember(member.groupInstanceId())
                                            : Groups.Leaver.member(member.memberId()),
                                    LeaveGroupResponse.MemberResponse::errorCode,
                                    (one, same) -> one));
                    outcomes.keys().forEach(leaver -> {
                        Short error = errors.get(leaver);
                        if (error != null) {
                            outcomes.outcome(leaver, error, null, () -> Done.DONE);
                        }
                    });
                });
    }
}
