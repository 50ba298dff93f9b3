package dev.barnabas.groups;

import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.groups.StreamsMember.Endpoint;
import dev.barnabas.protocol.state.StreamsGroupCurrentMemberAssignmentValue;
import dev.barnabas.protocol.state.StreamsGroupMemberMetadataValue;
import dev.barnabas.protocol.state.StreamsGroupMemberMetadataValue.KeyValue;
import dev.barnabas.protocol.state.StreamsGroupTargetAssignmentMemberValue;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parts of a streams group as they are stored, and back. */
final class StoredStreams {

    private StoredStreams() {}

    static StreamsGroupMemberMetadataValue member(StreamsMember member) {
        Endpoint endpoint = member.endpoint();
        return StreamsGroupMemberMetadataValue.builder()
                .instanceId(member.instanceId())
                .rackId(member.rackId())
                .clientId(member.clientId())
                .clientHost(member.clientHost())
                .rebalanceTimeoutMs(member.rebalanceTimeoutMs())
                .topologyEpoch(member.topologyEpoch())
                .processId(member.processId())
                .userEndpoint(
                        endpoint == null
                                ? null
                                : new StreamsGroupMemberMetadataValue.Endpoint(endpoint.host(), endpoint.port()))
                .clientTags(member.tags().entrySet().stream()
                        .map(tag -> new KeyValue(tag.getKey(), tag.getValue()))
                        .toList())
                .build();
    }

    static StreamsMember readMember(StreamsGroupMemberMetadataValue value) {
        var endpoint = value.userEndpoint();
        NavigableMap<String, String> tags = new TreeMap<>();
        value.clientTags().forEach(tag -> tags.put(tag.key(), tag.value()));
        return new StreamsMember(
                value.instanceId(),
                value.rackId(),
                value.clientId(),
                value.clientHost(),
                value.rebalanceTimeoutMs(),
                value.topologyEpoch(),
                value.processId(),
                endpoint == null ? null : new Endpoint(endpoint.host(), endpoint.port()),
                tags);
    }

    static StreamsGroupTargetAssignmentMemberValue target(TaskRoles target) {
        return StreamsGroupTargetAssignmentMemberValue.builder()
                .activeTasks(target.active().listed(StreamsGroupTargetAssignmentMemberValue.TaskIds::new))
                .standbyTasks(target.standby().listed(StreamsGroupTargetAssignmentMemberValue.TaskIds::new))
                .warmupTasks(target.warmup().listed(StreamsGroupTargetAssignmentMemberValue.TaskIds::new))
                .build();
    }

    static TaskRoles readTarget(StreamsGroupTargetAssignmentMemberValue value) {
        return new TaskRoles(
                readTargets(value.activeTasks()), readTargets(value.standbyTasks()), readTargets(value.warmupTasks()));
    }

    private static Tasks readTargets(List<StreamsGroupTargetAssignmentMemberValue.TaskIds> ids) {
        Tasks.Builder tasks = new Tasks.Builder();
        ids.forEach(each -> tasks.addAll(each.subtopologyId(), each.partitions()));
        return tasks.build();
    }

    static StreamsGroupCurrentMemberAssignmentValue current(TaskAssignment current) {
        return StreamsGroupCurrentMemberAssignmentValue.builder()
                .memberEpoch(current.epoch())
                .previousMemberEpoch(current.previousEpoch())
                .state(current.state().code())
                .activeTasks(current.active().entrySet().stream()
                        .map(subtopology -> new StreamsGroupCurrentMemberAssignmentValue.TaskIds(
                                subtopology.getKey(),
                                List.copyOf(subtopology.getValue().keySet()),
                                List.copyOf(subtopology.getValue().values())))
                        .toList())
                .standbyTasks(ids(current.standby()))
                .warmupTasks(ids(current.warmup()))
                .activeTasksPendingRevocation(ids(current.revoking().active()))
                .standbyTasksPendingRevocation(ids(current.revoking().standby()))
                .warmupTasksPendingRevocation(ids(current.revoking().warmup()))
                .build();
    }

    private static List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> ids(Tasks tasks) {
        return tasks.listed((subtopology, partitions) ->
                new StreamsGroupCurrentMemberAssignmentValue.TaskIds(subtopology, partitions, null));
    }

    static TaskAssignment readCurrent(StreamsGroupCurrentMemberAssignmentValue value) {
        NavigableMap<String, NavigableMap<Integer, Integer>> active = new TreeMap<>();
        for (var subtopology : value.activeTasks()) {
            for (int i = 0; i < subtopology.partitions().size(); i++) {
                TaskAssignment.add(
                        active,
                        subtopology.subtopologyId(),
                        subtopology.partitions().get(i),
                        since(subtopology.assignmentEpochs(), i, value.memberEpoch()));
            }
        }
        return new TaskAssignment(
                value.memberEpoch(),
                value.previousMemberEpoch(),
                State.of(value.state()),
                Collections.unmodifiableNavigableMap(active),
                readCurrents(value.standbyTasks()),
                readCurrents(value.warmupTasks()),
                new TaskRoles(
                        readCurrents(value.activeTasksPendingRevocation()),
                        readCurrents(value.standbyTasksPendingRevocation()),
                        readCurrents(value.warmupTasksPendingRevocation())));
    }

    private static Tasks readCurrents(List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> ids) {
        Tasks.Builder tasks = new Tasks.Builder();
        ids.forEach(each -> tasks.addAll(each.subtopologyId(), each.partitions()));
        return tasks.build();
    }

    /** Earlier records do not say since when a member has a task; at the latest since its epoch. */
    private static int since(@Nullable List<Integer> epochs, int index, int memberEpoch) {
        return epochs == null || index >= epochs.size() ? memberEpoch : epochs.get(index);
    }
}
