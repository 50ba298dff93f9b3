package dev.barnabas.groups;

import dev.barnabas.groups.CurrentAssignment.State;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a streams group has, and how far it has come towards its target. Immutable. The states are those of
 * {@link CurrentAssignment}, which has the picture.
 *
 * <p>An active task has one member in the group, and a task has one member in a process, since they share the state on
 * its disk. Within one member a task may change its role and keep its state: a standby that is to become active stays
 * one until the task is free; an active task that is to be a standby becomes one at once, and is free for others when
 * the member has confirmed that it does not process it any more.
 *
 * @param epoch the member's epoch; {@link CurrentAssignment#LEFT_FOR_NOW} for a static member that is going to come
 *     back
 * @param previousEpoch the one before: the answer with the newer one may have been lost
 * @param active what it may process, and since which member epoch
 * @param revoking what it has to give up and has not confirmed yet
 */
record TaskAssignment(
        int epoch,
        int previousEpoch,
        State state,
        NavigableMap<String, NavigableMap<Integer, Integer>> active,
        Tasks standby,
        Tasks warmup,
        TaskRoles revoking) {

    static final TaskAssignment NOTHING = new TaskAssignment(
            0, 0, State.STABLE, Collections.emptyNavigableMap(), Tasks.NONE, Tasks.NONE, TaskRoles.NONE);

    /** What others have. */
    interface Others {

        /** Whether one processes a task, or has not confirmed yet that it has stopped to. */
        boolean process(String subtopology, int partition);

        /** Whether one in the same process has a task, in whatever role. */
        boolean haveInProcess(String subtopology, int partition);
    }

    /** Since which epoch the member may process a task, or -1 if it may not. */
    int since(String subtopology, int partition) {
        NavigableMap<Integer, Integer> partitions = active.get(subtopology);
        return partitions == null ? -1 : partitions.getOrDefault(partition, -1);
    }

    Tasks activeTasks() {
        Tasks.Builder tasks = new Tasks.Builder();
        active.forEach((subtopology, partitions) ->
                partitions.keySet().forEach(partition -> tasks.add(subtopology, partition)));
        return tasks.build();
    }

    /** What it has, as it is told. */
    TaskRoles tasks() {
        return new TaskRoles(activeTasks(), standby, warmup);
    }

    /** A static member leaves for now: it keeps what it has, but for what it was to give up. */
    TaskAssignment leftForNow() {
        return new TaskAssignment(
                CurrentAssignment.LEFT_FOR_NOW, previousEpoch, State.STABLE, active, standby, warmup, TaskRoles.NONE);
    }

    /** The static member is back in another process, which begins with nothing. */
    TaskAssignment cameBack() {
        return new TaskAssignment(0, 0, State.STABLE, active, standby, warmup, TaskRoles.NONE);
    }

    /**
     * One step towards a target, as far as that is possible now.
     *
     * @param owned what the member says that it owns; null if it does not say
     */
    TaskAssignment towards(int targetEpoch, TaskRoles target, @Nullable TaskRoles owned, Others others) {
        return switch (state) {
            case STABLE -> epoch == targetEpoch ? this : step(targetEpoch, target, owned, others);
            case UNREVOKED ->
                owned == null || owned.intersects(revoking) ? this : step(targetEpoch, target, owned, others);
            case UNRELEASED -> step(targetEpoch, target, owned, others);
        };
    }

    private TaskAssignment step(int targetEpoch, TaskRoles target, @Nullable TaskRoles owned, Others others) {
        Tasks processed = activeTasks();
        Tasks copies = standby.or(warmup);
        Tasks mine = processed.or(copies);
        Tasks wanted = target.active().or(target.standby()).or(target.warmup());
        // What stays in this member may change its role, with its state.
        TaskRoles toRevoke =
                new TaskRoles(processed.without(target.active()), standby.without(wanted), warmup.without(wanted));
        Tasks nextStandby = target.standby().and(mine).or(standby.and(target.active()));
        Tasks nextWarmup = target.warmup().and(mine).or(warmup.and(target.active()));
        NavigableMap<String, NavigableMap<Integer, Integer>> nextActive = new TreeMap<>();
        processed
                .and(target.active())
                .forEach((subtopology, partition) ->
                        add(nextActive, subtopology, partition, since(subtopology, partition)));
        if (!toRevoke.isEmpty() && (owned == null || owned.intersects(toRevoke))) {
            return new TaskAssignment(
                    epoch, previousEpoch, State.UNREVOKED, nextActive, nextStandby, nextWarmup, toRevoke);
        }
        BiPredicate<String, Integer> free = (subtopology, partition) -> !others.haveInProcess(subtopology, partition);
        Tasks granted = target.active()
                .without(processed)
                .matching((subtopology, partition) ->
                        free.test(subtopology, partition) && !others.process(subtopology, partition));
        granted.forEach((subtopology, partition) -> add(nextActive, subtopology, partition, targetEpoch));
        nextStandby =
                nextStandby.without(granted).or(target.standby().without(mine).matching(free));
        nextWarmup =
                nextWarmup.without(granted).or(target.warmup().without(mine).matching(free));
        boolean complete = target.active().without(processed).size() == granted.size()
                && nextStandby.containsAll(target.standby())
                && nextWarmup.containsAll(target.warmup());
        // As long as the epoch stays, so does the one before: its answer may still be missing.
        return new TaskAssignment(
                targetEpoch,
                targetEpoch == epoch ? previousEpoch : epoch,
                complete ? State.STABLE : State.UNRELEASED,
                nextActive,
                nextStandby,
                nextWarmup,
                TaskRoles.NONE);
    }

    static void add(
            NavigableMap<String, NavigableMap<Integer, Integer>> to, String subtopology, int partition, int since) {
        to.computeIfAbsent(subtopology, _ -> new TreeMap<>()).put(partition, since);
    }
}
