package dev.barnabas.groups;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TaskIds;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a streams application: it joins with its topology, gives up what it is told to before it takes anything
 * else, says so, and begins again when it is fenced. One request at a time; the churn test moves it on.
 */
final class StreamsChurnClient {
    private static final int JOIN = 0;

    private final Backend backend;
    private final String name;
    private final String groupId;
    private final String processId;
    private final @Nullable String instanceId;
    private int lives;
    private int epoch = JOIN;
    private TaskRoles owned = TaskRoles.NONE;
    private TaskRoles told = TaskRoles.NONE;
    private boolean waiting;
    private boolean tellEverything = true;
    private int connection;
    private List<InternalTopic> missing = List.of();

    StreamsChurnClient(Backend backend, String name, String groupId, String processId, @Nullable String instanceId) {
        this.backend = backend;
        this.name = name;
        this.groupId = groupId;
        this.processId = processId;
        this.instanceId = instanceId;
    }

    String memberId() {
        return name + "." + lives;
    }

    String groupId() {
        return groupId;
    }

    String processId() {
        return processId;
    }

    int epoch() {
        return epoch;
    }

    /** What it works on. */
    TaskRoles owned() {
        return owned;
    }

    /** Internal topics that it was told are missing. */
    List<InternalTopic> missing() {
        return missing;
    }

    boolean isSettled() {
        return epoch > JOIN && owned.equals(told);
    }

    /** Gives up what it is told to, or takes what it is told to, or says where it is. */
    void step() {
        if (waiting) {
            return;
        }
        Tasks all = told.active().or(told.standby()).or(told.warmup());
        // A standby that becomes active, or the other way, is no longer what it was at the same time.
        TaskRoles kept = new TaskRoles(
                owned.active().and(told.active()),
                owned.standby().and(all).without(told.active().without(owned.active())),
                owned.warmup().and(told.warmup()));
        owned = kept.equals(owned) ? told : kept;
        beat();
    }

    /** The process dies and another one starts. */
    void crash() {
        connection++;
        waiting = false;
        lives++;
        startOver();
    }

    /** The connection breaks; it says everything again on the next. */
    void disconnect() {
        connection++;
        waiting = false;
        tellEverything = true;
    }

    void leave(boolean forNow) {
        if (epoch > JOIN) {
            int leaving = forNow && instanceId != null ? CurrentAssignment.LEFT_FOR_NOW : -1;
            owned = TaskRoles.NONE;
            send(
                    StreamsGroupHeartbeatRequest.builder()
                            .groupId(groupId)
                            .memberId(memberId())
                            .instanceId(instanceId)
                            .memberEpoch(leaving)
                            .build(),
                    _ -> {});
        }
        crash();
    }

    private void startOver() {
        epoch = JOIN;
        owned = TaskRoles.NONE;
        told = TaskRoles.NONE;
        tellEverything = true;
    }

    private void beat() {
        waiting = true;
        int asked = connection;
        boolean everything = tellEverything || epoch == JOIN;
        StreamsGroupHeartbeatRequest.Builder request = StreamsGroupHeartbeatRequest.builder()
                .groupId(groupId)
                .memberId(memberId())
                .instanceId(instanceId)
                .memberEpoch(epoch)
                .activeTasks(asTold(owned.active()))
                .standbyTasks(asTold(owned.standby()))
                .warmupTasks(asTold(owned.warmup()));
        if (everything) {
            request.rebalanceTimeoutMs(60_000).processId(processId).clientTags(List.of());
        }
        if (epoch == JOIN) {
            request.topology(StreamsCommands.topology("count", 0));
        }
        tellEverything = false;
        send(request.build(), answer -> {
            if (asked == connection) {
                waiting = false;
                missing = answer.missing();
                answered(answer.response());
            }
        });
    }

    private void answered(StreamsGroupHeartbeatResponse answer) {
        switch (ErrorCode.forCode(answer.errorCode())) {
            case NONE -> {
                epoch = answer.memberEpoch();
                var active = answer.activeTasks();
                var standby = answer.standbyTasks();
                var warmup = answer.warmupTasks();
                if (active != null && standby != null && warmup != null) {
                    told = new TaskRoles(tasks(active), tasks(standby), tasks(warmup));
                }
            }
            case FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_ID_NOT_FOUND -> startOver();
            default -> tellEverything = true;
        }
    }

    private void send(StreamsGroupHeartbeatRequest request, Consumer<StreamsAnswer> then) {
        backend.streamsHeartbeat(request, new Caller(name, "/10.0.0.1", 1), then);
    }

    private static Tasks tasks(List<StreamsGroupHeartbeatResponse.TaskIds> told) {
        Tasks.Builder tasks = new Tasks.Builder();
        told.forEach(ids -> tasks.addAll(ids.subtopologyId(), ids.partitions()));
        return tasks.build();
    }

    private static List<TaskIds> asTold(Tasks tasks) {
        return tasks.listed(TaskIds::new);
    }
}
