package dev.barnabas.groups;

/**
 * The tasks of a member of a streams group, by what it does with them. Immutable.
 *
 * @param active those that it processes: nobody else does
 * @param standby those whose state it keeps up to date, to take over when their owner is gone
 * @param warmup those whose state it builds up, to take over when it has caught up
 */
record TaskRoles(Tasks active, Tasks standby, Tasks warmup) {
    static final TaskRoles NONE = new TaskRoles(Tasks.NONE, Tasks.NONE, Tasks.NONE);

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
