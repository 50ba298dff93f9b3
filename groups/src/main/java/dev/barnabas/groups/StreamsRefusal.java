package dev.barnabas.groups;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TaskIds;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Why a heartbeat of a streams group is refused. */
record StreamsRefusal(ErrorCode error, String why) {
    private static final int JOIN = 0;

    /** Why a request is not even put to the group. */
    static Optional<StreamsRefusal> of(StreamsGroupHeartbeatRequest request) {
        String why = request.groupId().isEmpty()
                ? "GroupId can't be empty."
                : request.memberId().isEmpty()
                        ? "MemberId can't be empty."
                        : "".equals(request.instanceId())
                                ? "InstanceId can't be empty."
                                : "".equals(request.rackId()) ? "RackId can't be empty." : whyNotEpoch(request);
        if (why != null) {
            return Optional.of(new StreamsRefusal(ErrorCode.INVALID_REQUEST, why));
        }
        var topology = request.topology();
        return topology == null
                ? Optional.empty()
                : RequestedTopology.whyInvalid(topology)
                        .map(invalid -> new StreamsRefusal(ErrorCode.STREAMS_INVALID_TOPOLOGY, invalid));
    }

    private static @Nullable String whyNotEpoch(StreamsGroupHeartbeatRequest request) {
        int epoch = request.memberEpoch();
        if (epoch < CurrentAssignment.LEFT_FOR_NOW) {
            return "MemberEpoch is " + epoch + ", but must be greater than or equal to -2.";
        }
        if (epoch == CurrentAssignment.LEFT_FOR_NOW) {
            return request.instanceId() == null ? "InstanceId can't be null." : null;
        }
        if (epoch == JOIN) {
            return whyNotFirst(request);
        }
        boolean some = request.activeTasks() != null || request.standbyTasks() != null || request.warmupTasks() != null;
        boolean all = request.activeTasks() != null && request.standbyTasks() != null && request.warmupTasks() != null;
        return request.topology() != null
                ? "Topology can only be provided when (re-)joining."
                : some && !all ? "If one task-type is non-null, all must be non-null." : null;
    }

    private static @Nullable String whyNotFirst(StreamsGroupHeartbeatRequest request) {
        return request.rebalanceTimeoutMs() == -1
                ? "RebalanceTimeoutMs must be provided in first request."
                : !isEmptyList(request.activeTasks())
                        ? "ActiveTasks must be empty when (re-)joining."
                        : !isEmptyList(request.standbyTasks())
                                ? "StandbyTasks must be empty when (re-)joining."
                                : !isEmptyList(request.warmupTasks())
                                        ? "WarmupTasks must be empty when (re-)joining."
                                        : request.topology() == null
                                                ? "Topology must be non-null when (re-)joining."
                                                : null;
    }

    private static boolean isEmptyList(@Nullable List<TaskIds> tasks) {
        return tasks != null && tasks.isEmpty();
    }

    /** Why it is not the member that it says it is, not where the group has it, or not of the same application. */
    static Optional<StreamsRefusal> by(StreamsGroup group, StreamsGroupHeartbeatRequest request) {
        boolean joins = request.memberEpoch() == JOIN;
        String instanceId = request.instanceId();
        if (instanceId != null) {
            Optional<StreamsRefusal> refused = byInstance(group, request.memberId(), instanceId, joins);
            if (refused.isPresent()) {
                return refused;
            }
        } else if (group.member(request.memberId()).isEmpty() && !joins) {
            return refusal(
                    ErrorCode.UNKNOWN_MEMBER_ID,
                    "Member " + request.memberId() + " is not a member of group " + group.id() + ".");
        }
        if (request.memberEpoch() < 0) {
            return Optional.empty();
        }
        return joins ? byTopology(group, request) : byEpoch(group, request);
    }

    private static Optional<StreamsRefusal> byInstance(
            StreamsGroup group, String memberId, String instanceId, boolean joins) {
        Optional<String> owner = group.memberOf(instanceId);
        if (owner.isEmpty()) {
            return joins
                    ? Optional.empty()
                    : refusal(ErrorCode.UNKNOWN_MEMBER_ID, "Instance id " + instanceId + " is unknown.");
        }
        if (owner.get().equals(memberId)) {
            return Optional.empty();
        }
        if (!joins) {
            return refusal(
                    ErrorCode.FENCED_INSTANCE_ID,
                    "Static member " + memberId + " with instance id " + instanceId + " was fenced by member "
                            + owner.get() + ".");
        }
        return group.current(owner.get()).epoch() == CurrentAssignment.LEFT_FOR_NOW
                ? Optional.empty()
                : refusal(
                        ErrorCode.UNRELEASED_INSTANCE_ID,
                        "Static member " + memberId + " with instance id " + instanceId
                                + " cannot join the group because the instance id is owned by " + owner.get()
                                + " member.");
    }

    /** A group has one topology for ever; who has an older one is told so. */
    private static Optional<StreamsRefusal> byTopology(StreamsGroup group, StreamsGroupHeartbeatRequest request) {
        StreamsGroupTopologyValue known = group.topology();
        var brought = request.topology();
        boolean other = known != null
                && brought != null
                && brought.epoch() >= known.epoch()
                && !RequestedTopology.stored(brought).equals(known);
        return other ? refusal(ErrorCode.INVALID_REQUEST, "Topology updates are not supported yet.") : Optional.empty();
    }

    private static Optional<StreamsRefusal> byEpoch(StreamsGroup group, StreamsGroupHeartbeatRequest request) {
        if (group.topology() == null) {
            return refusal(
                    ErrorCode.UNKNOWN_MEMBER_ID, "The topology of group " + group.id() + " is not known any more.");
        }
        TaskAssignment current = group.current(request.memberId());
        int received = request.memberEpoch();
        if (received == current.epoch()) {
            return Optional.empty();
        }
        // The answer with the newer epoch may have been lost; then it owns nothing that has come with it.
        TaskRoles owned = TaskRoles.owned(request);
        boolean missedOne = received < current.epoch()
                && received == current.previousEpoch()
                && owned != null
                && current.tasks().containsAll(owned);
        return missedOne
                ? Optional.empty()
                : refusal(
                        ErrorCode.FENCED_MEMBER_EPOCH,
                        "The streams group member has a " + (received > current.epoch() ? "greater" : "smaller")
                                + " member epoch (" + received + ") than the one known by the group coordinator ("
                                + current.epoch() + "). The member must abandon all its partitions and rejoin.");
    }

    /** Whoever says that it owns a task that cannot be is not of this application. */
    static Optional<StreamsRefusal> by(ConfiguredTopology topology, @Nullable TaskRoles owned) {
        if (owned == null || !topology.isReady()) {
            return Optional.empty();
        }
        List<String> unknown = new ArrayList<>();
        owned.active().or(owned.standby()).or(owned.warmup()).forEach((subtopology, partition) -> {
            if (!topology.hasTask(subtopology, partition)) {
                unknown.add(subtopology + "_" + partition);
            }
        });
        return unknown.isEmpty()
                ? Optional.empty()
                : refusal(ErrorCode.INVALID_REQUEST, "Task " + unknown.getFirst() + " does not exist in the topology.");
    }

    private static Optional<StreamsRefusal> refusal(ErrorCode error, String why) {
        return Optional.of(new StreamsRefusal(error, why));
    }
}
