package dev.barnabas.groups;

import static java.util.Objects.requireNonNullElse;

import dev.barnabas.coordinator.Decision;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
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
    private static final int WIDE_LAG_SINCE = 1;

    /** How often members tell offsets of their state, and the lag that counts as none; Kafka's defaults. */
    private static final int TASK_OFFSET_INTERVAL_MS = 60_000;

    private static final int ACCEPTABLE_RECOVERY_LAG = 10_000;

    /** Why a request is not even put to the group. */
    static Optional<StreamsAnswer> refusalOf(StreamsGroupHeartbeatRequest request) {
        return StreamsRefusal.of(request).map(refusal -> refusal(refusal.error(), refusal.why()));
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
            case ClassicGroup _, ConsumerGroup _, ShareGroup _ ->
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
        Optional<StreamsRefusal> refused = StreamsRefusal.by(group, request);
        if (refused.isPresent()) {
            return refuse(refused.get());
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
        TaskRoles owned = TaskRoles.owned(request);
        Optional<StreamsRefusal> strange = StreamsRefusal.by(draft.configured(), owned);
        if (strange.isPresent()) {
            return refuse(strange.get());
        }
        boolean waits = draft.assign();
        draft.reconcile(request.memberId(), owned);
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

    private void noteOffsets(StreamsDraft draft) {
        if (request.taskOffsets() != null || request.taskEndOffsets() != null) {
            String memberId = request.memberId();
            TaskOffsets next = draft.memory()
                    .offsetsOf(memberId)
                    .with(
                            told(request.taskOffsets(), draft.configured()),
                            told(request.taskEndOffsets(), draft.configured()));
            draft.remember(draft.memory().withOffsets(memberId, next));
        }
    }

    /** Only of tasks that there are, so that nobody can fill the memory. */
    private static @Nullable List<TaskOffsets.Told> told(
            @Nullable List<StreamsGroupHeartbeatRequest.TaskOffset> offsets, ConfiguredTopology topology) {
        return offsets == null
                ? null
                : offsets.stream()
                        .filter(task -> topology.hasTask(task.subtopologyId(), task.partition()))
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
                        .status(StreamsStatus.of(draft, memberId, caller.apiVersion(), waits))
                        .activeTasks(tells ? ids(tasks.active()) : null)
                        .standbyTasks(tells ? ids(tasks.standby()) : null)
                        .warmupTasks(tells ? ids(tasks.warmup()) : null)
                        .endpointInformationEpoch(endpointEpoch)
                        .partitionsByUserEndpoint(
                                endpointEpoch == request.endpointInformationEpoch()
                                        ? null
                                        : EndpointPartitions.of(
                                                draft, draft.shard().topics()))
                        .build(),
                draft.configured().missing());
    }

    private static List<StreamsGroupHeartbeatResponse.TaskIds> ids(Tasks tasks) {
        return tasks.listed(StreamsGroupHeartbeatResponse.TaskIds::new);
    }

    private Decision<GroupRecord, GroupChange, GroupTimer> refuse(StreamsRefusal refusal) {
        return refuse(refusal.error(), refusal.why());
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
