package dev.barnabas.groups;

import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.TaskIds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a member of a streams group, by what it does with them. Immutable.
 *
 * @param active those that it processes: nobody else does
 * @param standby those whose state it keeps up to date, to take over when their owner is gone
 * @param warmup those whose state it builds up, to take over when it has caught up
 */
record TaskRoles(Tasks active, Tasks standby, Tasks warmup) {
    static final TaskRoles NONE = new TaskRoles(Tasks.NONE, Tasks.NONE, Tasks.NONE);

    /** What a member says that it owns; null if it does not say. */
    static @Nullable TaskRoles owned(StreamsGroupHeartbeatRequest request) {
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

    boolean isEmpty() {
        return active.isEmpty() && standby.isEmpty() && warmup.isEmpty();
    }

    /** Whether something is in both, in the same role. */
    boolean intersects(TaskRoles others) {
        return active.intersects(others.active)
                || standby.intersects(others.standby)
                || warmup.intersects(others.warmup);
    }

    /** Whether each of others is here, in the same role. */
    boolean containsAll(TaskRoles others) {
        return active.containsAll(others.active)
                && standby.containsAll(others.standby)
                && warmup.containsAll(others.warmup);
    }
}
