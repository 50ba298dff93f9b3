package dev.barnabas.groups;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.groups.ConfiguredTopology.Configured;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.Assignment;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.DescribedGroup;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.KeyValue;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.Subtopology;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.TaskIds;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.TaskOffset;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.TopicInfo;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse.Topology;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * How one streams group stands: one of those that a StreamsGroupDescribe request asks for (KIP-1071). Version 1 tells
 * the assignor (KIP-1357), and may ask for a description of the topology, which is not stored here (KIP-1331).
 *
 * @param withDescription whether a description is asked for
 */
record StreamsDescribe(String groupId, boolean withDescription, Ticket<DescribedGroup> ticket)
        implements GroupOperation {
    private static final byte NOT_REQUESTED = 0;
    private static final byte NOT_STORED = 1;

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        Optional<StreamsGroup> group = shard.streams(groupId);
        if (group.isPresent()) {
            return Decision.answer(ticket.with(described(shard, group.get())));
        }
        String why = shard.group(groupId).isPresent()
                ? "Group " + groupId + " is not a streams group."
                : "Group " + groupId + " not found.";
        return Decision.answer(ticket.with(refusal(groupId, ErrorCode.GROUP_ID_NOT_FOUND).toBuilder()
                .errorMessage(why)
                .build()));
    }

    private DescribedGroup described(GroupShard shard, StreamsGroup group) {
        List<StreamsGroupDescribeResponse.Member> members = new ArrayList<>();
        group.members().forEach((memberId, member) -> {
            TaskAssignment current = group.current(memberId);
            TaskOffsets offsets = group.memory().offsetsOf(memberId);
            var endpoint = member.endpoint();
            members.add(StreamsGroupDescribeResponse.Member.builder()
                    .memberId(memberId)
                    .memberEpoch(current.epoch())
                    .instanceId(member.instanceId())
                    .rackId(member.rackId())
                    .clientId(member.clientId())
                    .clientHost(member.clientHost())
                    .topologyEpoch(member.topologyEpoch())
                    .processId(member.processId())
                    .userEndpoint(
                            endpoint == null
                                    ? null
                                    : new StreamsGroupDescribeResponse.Endpoint(endpoint.host(), endpoint.port()))
                    .clientTags(member.tags().entrySet().stream()
                            .map(tag -> new KeyValue(tag.getKey(), tag.getValue()))
                            .toList())
                    .taskOffsets(offsets(offsets.offsets()))
                    .taskEndOffsets(offsets(offsets.endOffsets()))
                    .assignment(assignment(current.tasks()))
                    .targetAssignment(assignment(group.target(memberId)))
                    .isClassic(false)
                    .build());
        });
        StreamsGroupTopologyValue stored = group.topology();
        ConfiguredTopology configured = stored == null ? null : ConfiguredTopology.of(stored, shard.topics());
        var problem = configured == null ? null : configured.problem();
        return DescribedGroup.builder()
                .groupId(group.id())
                // No error, but what people want to know of a group that does nothing.
                .errorMessage(problem == null || group.isEmpty() ? null : problem.detail())
                .groupState(group.state())
                .groupEpoch(group.epoch())
                // A group that waits for its first assignment is in the epoch before it.
                .assignmentEpoch(Math.max(StreamsDraft.FIRST_EPOCH, group.targetEpoch()))
                .topology(configured == null ? null : topology(configured))
                .members(members)
                .topologyDescriptionStatus(withDescription ? NOT_STORED : NOT_REQUESTED)
                .assignorName(StreamsSettings.ASSIGNOR)
                .build();
    }

    private static Topology topology(ConfiguredTopology configured) {
        return new Topology(
                configured.epoch(),
                configured.subtopologies().isEmpty()
                        ? null
                        : configured.subtopologies().values().stream()
                                .map(StreamsDescribe::subtopology)
                                .toList());
    }

    private static Subtopology subtopology(Configured configured) {
        return Subtopology.builder()
                .subtopologyId(configured.topology().subtopologyId())
                .sourceTopics(configured.topology().sourceTopics())
                .repartitionSinkTopics(configured.topology().repartitionSinkTopics())
                .repartitionSourceTopics(topics(configured.repartitionTopics()))
                .stateChangelogTopics(topics(configured.changelogs()))
                .build();
    }

    private static List<TopicInfo> topics(List<InternalTopic> topics) {
        return topics.stream()
                .map(topic -> new TopicInfo(
                        topic.name(),
                        topic.partitions(),
                        topic.replicationFactor(),
                        topic.settings().entrySet().stream()
                                .map(setting -> new KeyValue(setting.getKey(), setting.getValue()))
                                .toList()))
                .toList();
    }

    private static Assignment assignment(TaskRoles tasks) {
        return new Assignment(
                tasks.active().listed(TaskIds::new),
                tasks.standby().listed(TaskIds::new),
                tasks.warmup().listed(TaskIds::new));
    }

    private static List<TaskOffset> offsets(NavigableMap<String, NavigableMap<Integer, Long>> offsets) {
        List<TaskOffset> all = new ArrayList<>();
        offsets.forEach((subtopology, partitions) ->
                partitions.forEach((partition, offset) -> all.add(new TaskOffset(subtopology, partition, offset))));
        return all;
    }

    static DescribedGroup refusal(String groupId, ErrorCode error) {
        return DescribedGroup.builder().groupId(groupId).errorCode(error.code()).build();
    }
}
