package dev.barnabas.groups;

import static java.util.Objects.requireNonNullElse;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TaskIds;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse.Status;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A member of a streams group joins (epoch 0) and brings the topology of its application, says how far it has come, or
 * leaves (-1, or -2 for a static member that is going to come back), and learns its tasks (KIP-1071). What it does not
 * say has not changed.
 *
 * <ul>
 *   <li>Version 1 may be told that client tags are missing, and has a wider field for the recovery lag.
 * </ul>
 */
record StreamsHeartbeat(StreamsGroupHeartbeatRequest request, Caller caller, Ticket<StreamsAnswer> ticket)
        implements GroupOperation {
    private static final int JOIN = 0;
    private static final int LEAVE = -1;
    private static final int MISSING_TAGS_SINCE = 1;
    private static final int WIDE_LAG_SINCE = 1;

    private static final byte STALE_TOPOLOGY = 0;
    private static final byte SHUTDOWN_APPLICATION = 4;
    private static final byte ASSIGNMENT_DELAYED = 5;
    private static final byte MISSING_CLIENT_TAGS = 6;

    /** How often members tell offsets of their state, and the lag that counts as none; Kafka's defaults. */
    private static final int TASK_OFFSET_INTERVAL_MS = 60_000;

    private static final int ACCEPTABLE_RECOVERY_LAG = 10_000;

    /** Why a request is not even put to the group. */
    static Optional<StreamsAnswer> refusalOf(StreamsGroupHeartbeatRequest request) {
        String why = request.groupId().isEmpty()
                ? "GroupId can't be empty."
                : request.memberId().isEmpty()
                        ? "MemberId can't be empty."
                        : "".equals(request.instanceId())
                                ? "InstanceId can't be empty."
                                : "".equals(request.rackId()) ? "RackId can't be empty." : whyNotEpoch(request);
        if (why != null) {
            return Optional.of(refusal(ErrorCode.INVALID_REQUEST, why));
        }
        var topology = request.topology();
        return topology == null
                ? Optional.empty()
                : RequestedTopology.whyInvalid(topology)
                        .map(invalid -> refusal(ErrorCode.STREAMS_INVALID_TOPOLOGY, invalid));
    }

    private static @Nullable String whyNotEpoch(StreamsGroupHeartbeatRequest request) {
        int epoch = request.memberEpoch();
        if (epoch < CurrentAssignment.LEFT_FOR_NOW) {
            return "MemberEpoch is " + epoch + ", but must be greater than or equal to -2.";
        }
        if (epoch == CurrentAssignment.LEFT_FOR_NOW) {
            return request.instanceId() == null ? "InstanceId can't be null." : null;
        }
        if (epoch != JOIN) {
            boolean some = request.activeTasks() != null
                    || request.standbyTasks() != null
                    || request.warmupTasks() != null;
            boolean all = request.activeTasks() != null
                    && request.standbyTasks() != null
                    && request.warmupTasks() != null;
            return request.topology() != null
                    ? "Topology can only be provided when (re-)joining."
                    : some && !all ? "If one task-type is non-null, all must be non-null." : null;
        }
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

    @Override
    public Decision<GroupRecord, GroupChange, GroupTimer> decide(GroupShard shard, long nowMs) {
        boolean joins = request.memberEpoch() == JOIN;
        Group existing = shard.group(request.groupId()).orElse(null);
        return switch (existing) {
            case StreamsGroup group -> onGroup(new StreamsDraft(shard, group, nowMs));
            case ClassicGroup group
            when joins && group.isEmpty() && group.roster().pending().isEmpty() ->
                onGroup(new StreamsDraft(shard, new StreamsGroup(group.id()), nowMs)
                        .record(new GroupRecord.ClassicGroupForgotten(group.id())));
            case ClassicGroup _, ConsumerGroup _ ->
                refuse(ErrorCode.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " is not a streams group.");
            case null ->
                joins
                        ? onGroup(new StreamsDraft(shard, new StreamsGroup(request.groupId()), nowMs))
                        : refuse(ErrorCode.GROUP_ID_NOT_FOUND, "Streams group " + request.groupId() + " not found.");
        };
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> onGroup(StreamsDraft draft) {
        StreamsGroup group = draft.group();
        boolean joins = request.memberEpoch() == JOIN;
        if (joins && group.size() >= draft.settings().maxSize() && !returns(group)) {
            return refuse(
                    ErrorCode.GROUP_MAX_SIZE_REACHED,
                    "The streams group has reached its maximum capacity of "
                            + draft.settings().maxSize() + " members.");
        }
        Optional<Decision<GroupRecord, GroupChange, GroupTimer>> refused = refusedBy(group);
        if (refused.isPresent()) {
            return refused.get();
        }
        if (request.memberEpoch() < 0) {
            return leave(draft);
        }
        TaskAssignment before = draft.current(request.memberId());
        if (joins) {
            draft.beginDelay();
        }
        takeOver(draft);
        draft.settle();
        Optional<String> unknownTask = whyNoTask(draft.configured());
        if (unknownTask.isPresent()) {
            return refuse(ErrorCode.INVALID_REQUEST, unknownTask.get());
        }
        boolean waits = draft.assign();
        draft.reconcile(request.memberId(), owned());
        draft.prolongSession(request.memberId());
        noteOffsets(draft);
        if (request.shutdownApplication()) {
            draft.remember(draft.memory().withShutdownBy(request.memberId()));
        }
        boolean tells = joins
                || request.rebalanceTimeoutMs() != -1
                || request.memberEpoch() != before.epoch()
                || !draft.current(request.memberId()).tasks().equals(before.tasks());
        return draft.answer(ticket.with(answer(draft, waits, tells))).decision();
    }

    private boolean returns(StreamsGroup group) {
        String instanceId = request.instanceId();
        return group.member(request.memberId()).isPresent()
                || (instanceId != null && group.memberOf(instanceId).isPresent());
    }

    /** Why it is not the member that it says it is, not where the group has it, or not of the same application. */
    private Optional<Decision<GroupRecord, GroupChange, GroupTimer>> refusedBy(StreamsGroup group) {
        String memberId = request.memberId();
        String instanceId = request.instanceId();
        boolean joins = request.memberEpoch() == JOIN;
        if (instanceId != null) {
            Optional<String> owner = group.memberOf(instanceId);
            if (owner.isEmpty() && !joins) {
                return Optional.of(refuse(ErrorCode.UNKNOWN_MEMBER_ID, "Instance id " + instanceId + " is unknown."));
            }
            if (owner.isPresent() && !owner.get().equals(memberId)) {
                boolean free = group.current(owner.get()).epoch() == CurrentAssignment.LEFT_FOR_NOW;
                if (!joins) {
                    return Optional.of(refuse(
                            ErrorCode.FENCED_INSTANCE_ID,
                            "Static member " + memberId + " with instance id " + instanceId + " was fenced by member "
                                    + owner.get() + "."));
                }
                if (!free) {
                    return Optional.of(refuse(
                            ErrorCode.UNRELEASED_INSTANCE_ID,
                            "Static member " + memberId + " with instance id " + instanceId
                                    + " cannot join the group because the instance id is owned by " + owner.get()
                                    + " member."));
                }
            }
        } else if (group.member(memberId).isEmpty() && !joins) {
            return Optional.of(refuse(
                    ErrorCode.UNKNOWN_MEMBER_ID,
                    "Member " + memberId + " is not a member of group " + group.id() + "."));
        }
        if (request.memberEpoch() < 0) {
            return Optional.empty();
        }
        return joins ? refusedByTopology(group) : fencedBy(group, group.current(memberId));
    }

    /** A group has one topology for ever; who has an older one is told so. */
    private Optional<Decision<GroupRecord, GroupChange, GroupTimer>> refusedByTopology(StreamsGroup group) {
        StreamsGroupTopologyValue known = group.topology();
        var brought = request.topology();
        boolean other = known != null
                && brought != null
                && brought.epoch() >= known.epoch()
                && !RequestedTopology.stored(brought).equals(known);
        return other
                ? Optional.of(refuse(ErrorCode.INVALID_REQUEST, "Topology updates are not supported yet."))
                : Optional.empty();
    }

    private Optional<Decision<GroupRecord, GroupChange, GroupTimer>> fencedBy(
            StreamsGroup group, TaskAssignment current) {
        if (group.topology() == null) {
            return Optional.of(refuse(
                    ErrorCode.UNKNOWN_MEMBER_ID, "The topology of group " + group.id() + " is not known any more."));
        }
        int received = request.memberEpoch();
        if (received > current.epoch()) {
            return Optional.of(refuse(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "The streams group member has a greater member epoch (" + received
                            + ") than the one known by the group coordinator (" + current.epoch()
                            + "). The member must abandon all its partitions and rejoin."));
        }
        // The answer with the newer epoch may have been lost; then it owns nothing that has come with it.
        TaskRoles owned = owned();
        boolean missedOne = received == current.previousEpoch()
                && owned != null
                && current.tasks().containsAll(owned);
        return received == current.epoch() || missedOne
                ? Optional.empty()
                : Optional.of(refuse(
                        ErrorCode.FENCED_MEMBER_EPOCH,
                        "The streams group member has a smaller member epoch (" + received
                                + ") than the one known by the group coordinator (" + current.epoch()
                                + "). The member must abandon all its partitions and rejoin."));
    }

    private void takeOver(StreamsDraft draft) {
        String memberId = request.memberId();
        String instanceId = request.instanceId();
        if (instanceId != null) {
            draft.group()
                    .memberOf(instanceId)
                    .filter(owner -> !owner.equals(memberId))
                    .ifPresent(owner -> draft.rename(owner, memberId));
        }
        Optional<StreamsMember> before = draft.member(memberId);
        var topology = request.topology();
        if (topology != null && draft.topology() == null) {
            draft.adopt(RequestedTopology.stored(topology));
        }
        var endpoint = request.userEndpoint();
        draft.put(
                memberId,
                new StreamsMember(
                        instanceId != null
                                ? instanceId
                                : before.map(StreamsMember::instanceId).orElse(null),
                        request.rackId() != null
                                ? request.rackId()
                                : before.map(StreamsMember::rackId).orElse(null),
                        caller.clientId(),
                        caller.clientHost(),
                        request.rebalanceTimeoutMs() != -1
                                ? request.rebalanceTimeoutMs()
                                : before.map(StreamsMember::rebalanceTimeoutMs).orElse(-1),
                        topology != null
                                ? topology.epoch()
                                : before.map(StreamsMember::topologyEpoch).orElse(-1),
                        requireNonNullElse(
                                request.processId(),
                                before.map(StreamsMember::processId).orElse("")),
                        endpoint != null
                                ? new StreamsMember.Endpoint(endpoint.host(), endpoint.port())
                                : before.map(StreamsMember::endpoint).orElse(null),
                        tags(before)));
    }

    private NavigableMap<String, String> tags(Optional<StreamsMember> before) {
        var told = request.clientTags();
        if (told == null) {
            return before.map(StreamsMember::tags).orElseGet(TreeMap::new);
        }
        NavigableMap<String, String> tags = new TreeMap<>();
        told.forEach(tag -> tags.put(tag.key(), tag.value()));
        return tags;
    }

    /** Whoever says that it owns a task that cannot be is not of this application. */
    private Optional<String> whyNoTask(ConfiguredTopology topology) {
        TaskRoles owned = owned();
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
                : Optional.of("Task " + unknown.getFirst() + " does not exist in the topology.");
    }

    private void noteOffsets(StreamsDraft draft) {
        if (request.taskOffsets() != null || request.taskEndOffsets() != null) {
            String memberId = request.memberId();
            TaskOffsets next = draft.memory()
                    .offsetsOf(memberId)
                    .with(told(request.taskOffsets()), told(request.taskEndOffsets()));
            draft.remember(draft.memory().withOffsets(memberId, next));
        }
    }

    private static @Nullable List<TaskOffsets.Told> told(
            @Nullable List<StreamsGroupHeartbeatRequest.TaskOffset> offsets) {
        return offsets == null
                ? null
                : offsets.stream()
                        .map(task -> new TaskOffsets.Told(task.subtopologyId(), task.partition(), task.offset()))
                        .toList();
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> leave(StreamsDraft draft) {
        String memberId = request.memberId();
        draft.answer(ticket.with(StreamsAnswer.of(StreamsGroupHeartbeatResponse.builder()
                .memberId(memberId)
                .memberEpoch(request.memberEpoch())
                .status(null)
                .build())));
        if (request.shutdownApplication()) {
            draft.remember(draft.memory().withShutdownBy(memberId));
        }
        if (request.memberEpoch() == LEAVE) {
            return StreamsTimers.left(draft, memberId, "it says so");
        }
        draft.store(memberId, draft.current(memberId).leftForNow());
        draft.cancel(new GroupTimer.RevokeEnd(draft.group().id(), memberId));
        return draft.decision();
    }

    private StreamsAnswer answer(StreamsDraft draft, boolean waits, boolean tells) {
        String memberId = request.memberId();
        ConfiguredTopology configured = draft.configured();
        TaskRoles tasks = draft.current(memberId).tasks();
        int endpointEpoch = draft.memory().endpointEpoch();
        return new StreamsAnswer(
                StreamsGroupHeartbeatResponse.builder()
                        .memberId(memberId)
                        .memberEpoch(draft.current(memberId).epoch())
                        .heartbeatIntervalMs(draft.heartbeatIntervalMs(memberId))
                        .taskOffsetIntervalMs(TASK_OFFSET_INTERVAL_MS)
                        .acceptableRecoveryLagLegacy(caller.apiVersion() < WIDE_LAG_SINCE ? ACCEPTABLE_RECOVERY_LAG : 0)
                        .acceptableRecoveryLag(ACCEPTABLE_RECOVERY_LAG)
                        .status(status(draft, configured, waits))
                        .activeTasks(tells ? ids(tasks.active()) : null)
                        .standbyTasks(tells ? ids(tasks.standby()) : null)
                        .warmupTasks(tells ? ids(tasks.warmup()) : null)
                        .endpointInformationEpoch(endpointEpoch)
                        .partitionsByUserEndpoint(
                                endpointEpoch == request.endpointInformationEpoch()
                                        ? null
                                        : EndpointPartitions.of(draft, draft.shard().topics()))
                        .build(),
                configured.missing());
    }

    private List<Status> status(StreamsDraft draft, ConfiguredTopology configured, boolean waits) {
        List<Status> status = new ArrayList<>();
        int epoch = draft.member(request.memberId()).orElseThrow().topologyEpoch();
        if (epoch < configured.epoch()) {
            status.add(new Status(
                    STALE_TOPOLOGY,
                    "The member's topology epoch " + epoch + " is behind the group's topology epoch "
                            + configured.epoch() + "."));
        }
        if (waits) {
            boolean isFirst = draft.memory().delayedUntilMs() > 0;
            status.add(new Status(
                    ASSIGNMENT_DELAYED,
                    "Assignment delayed due to the configured "
                            + (isFirst ? "initial rebalance delay." : "assignment interval.")));
        }
        var problem = configured.problem();
        if (problem != null) {
            status.add(new Status(problem.code(), problem.detail()));
        }
        String shutdownBy = draft.memory().shutdownBy();
        if (shutdownBy != null) {
            status.add(new Status(
                    SHUTDOWN_APPLICATION,
                    "Streams group member " + shutdownBy
                            + " encountered a fatal error and requested a shutdown for the entire application."));
        }
        missingTags(draft).ifPresent(status::add);
        return status;
    }

    private Optional<Status> missingTags(StreamsDraft draft) {
        if (caller.apiVersion() < MISSING_TAGS_SINCE || draft.settings().standbyReplicas() == 0) {
            return Optional.empty();
        }
        NavigableMap<String, String> tags =
                draft.member(request.memberId()).orElseThrow().tags();
        List<String> missing = draft.settings().rackTags().stream()
                .filter(tag -> !tags.containsKey(tag))
                .toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(new Status(
                        MISSING_CLIENT_TAGS,
                        "Missing required client tags for rack-aware standby assignment: " + missing
                                + ". Configure them via 'client.tag.<tagKey>' in your Streams config."));
    }

    private @Nullable TaskRoles owned() {
        var active = request.activeTasks();
        var standby = request.standbyTasks();
        var warmup = request.warmupTasks();
        return active == null || standby == null || warmup == null
                ? null
                : new TaskRoles(tasks(active), tasks(standby), tasks(warmup));
    }

    private static Tasks tasks(List<TaskIds> ids) {
        Tasks.Builder tasks = new Tasks.Builder();
        ids.forEach(each -> tasks.addAll(each.subtopologyId(), each.partitions()));
        return tasks.build();
    }

    private static List<StreamsGroupHeartbeatResponse.TaskIds> ids(Tasks tasks) {
        return tasks.listed(StreamsGroupHeartbeatResponse.TaskIds::new);
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> refuse(ErrorCode error, String why) {
        return Decision.answer(ticket.with(refusal(error, why)));
    }

    static StreamsAnswer refusal(ErrorCode error, @Nullable String why) {
        return StreamsAnswer.of(StreamsGroupHeartbeatResponse.builder()
                .errorCode(error.code())
                .errorMessage(requireNonNullElse(why, error.name()))
                .status(null)
                .build());
    }
}
