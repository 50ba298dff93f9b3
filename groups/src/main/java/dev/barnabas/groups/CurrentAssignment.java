package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a consumer group has, and how far it has come towards its target. Immutable.
 *
 * <pre>
 *                    target has changed, partitions have to go
 *   STABLE ---------------------------------------------------> UNREVOKED
 *     ^  \                                                       |  the member does not own them any more
 *     |   \  target has changed, others still have               v
 *     |    +--------------------------> UNRELEASED <-------------+
 *     |                                    |                     |
 *     +------------------------------------+---------------------+
 *               the others have let go: it has its target
 * </pre>
 *
 * <p>The member takes the epoch of its target as soon as it has nothing to give up; what others still have is added
 * when they have confirmed that they let it go. So a partition never has two members.
 *
 * @param epoch the member's epoch; {@link #LEFT_FOR_NOW} for a static member that is going to come back
 * @param previousEpoch the one before: the answer with the newer one may have been lost
 * @param assigned what it may use, and since which member epoch
 * @param revoking what it has to give up and has not confirmed yet
 */
record CurrentAssignment(
        int epoch,
        int previousEpoch,
        State state,
        NavigableMap<Uuid, NavigableMap<Integer, Integer>> assigned,
        Partitions revoking) {

    /** The epoch of a static member that has left and said that it comes back. */
    static final int LEFT_FOR_NOW = -2;

    static final CurrentAssignment NOTHING =
            new CurrentAssignment(0, 0, State.STABLE, Collections.emptyNavigableMap(), Partitions.NONE);

    enum State {
        STABLE(1),
        UNREVOKED(2),
        UNRELEASED(3);

        private final byte code;

        State(int code) {
            this.code = (byte) code;
        }

        /** As it is stored. */
        byte code() {
            return code;
        }

        /** A state of a later version is taken for stable: the next target puts it right. */
        static State of(byte code) {
            return code == UNREVOKED.code ? UNREVOKED : code == UNRELEASED.code ? UNRELEASED : STABLE;
        }
    }

    boolean has(Uuid topic, int partition) {
        NavigableMap<Integer, Integer> partitions = assigned.get(topic);
        return partitions != null && partitions.containsKey(partition);
    }

    /** Since which epoch the member has a partition, or -1 if it has not. */
    int since(Uuid topic, int partition) {
        NavigableMap<Integer, Integer> partitions = assigned.get(topic);
        return partitions == null ? -1 : partitions.getOrDefault(partition, -1);
    }

    Partitions partitions() {
        Partitions.Builder all = new Partitions.Builder();
        assigned.forEach((topic, partitions) -> partitions.keySet().forEach(partition -> all.add(topic, partition)));
        return all.build();
    }

    /** With those that it has to give up and has not yet. */
    Partitions held() {
        Partitions.Builder all = new Partitions.Builder();
        partitions().forEach(all::add);
        revoking.forEach(all::add);
        return all.build();
    }

    /** A member that has partitions since an epoch, and nothing else to do. */
    static CurrentAssignment settled(int epoch, Partitions partitions) {
        NavigableMap<Uuid, NavigableMap<Integer, Integer>> assigned = new TreeMap<>();
        partitions.forEach((topic, partition) -> add(assigned, topic, partition, epoch));
        return new CurrentAssignment(epoch, epoch, State.STABLE, assigned, Partitions.NONE);
    }

    /** A static member leaves for now: it keeps what it has, but for what it was to give up. */
    CurrentAssignment leftForNow() {
        return new CurrentAssignment(LEFT_FOR_NOW, previousEpoch, State.STABLE, assigned, Partitions.NONE);
    }

    /** The static member is back in another process, which begins with nothing. */
    CurrentAssignment cameBack() {
        return new CurrentAssignment(0, 0, State.STABLE, assigned, Partitions.NONE);
    }

    /**
     * One step towards a target, as far as that is possible now.
     *
     * @param owned what the member says that it owns; null if it does not say
     * @param free whether no other member has a partition
     * @param stillWanted if the member has just subscribed to something else, what of its partitions it has still
     *     subscribed to: it gives up the others whatever else it is waited for; null otherwise
     */
    CurrentAssignment towards(
            int targetEpoch,
            Partitions target,
            @Nullable Partitions owned,
            BiPredicate<Uuid, Integer> free,
            @Nullable Partitions stillWanted) {
        return switch (state) {
            case STABLE -> epoch == targetEpoch && stillWanted == null ? this : step(targetEpoch, target, owned, free);
            case UNREVOKED ->
                owned == null || owned.intersects(revoking)
                        ? keeping(stillWanted)
                        : step(targetEpoch, target, owned, free);
            case UNRELEASED -> step(targetEpoch, target, owned, free);
        };
    }

    private CurrentAssignment keeping(@Nullable Partitions stillWanted) {
        if (stillWanted == null || stillWanted.containsAll(partitions())) {
            return this;
        }
        NavigableMap<Uuid, NavigableMap<Integer, Integer>> kept = new TreeMap<>();
        Partitions.Builder toRevoke = new Partitions.Builder();
        revoking.forEach(toRevoke::add);
        assigned.forEach((topic, partitions) -> partitions.forEach((partition, since) -> {
            if (stillWanted.contains(topic, partition)) {
                add(kept, topic, partition, since);
            } else {
                toRevoke.add(topic, partition);
            }
        }));
        return new CurrentAssignment(epoch, previousEpoch, state, kept, toRevoke.build());
    }

    private CurrentAssignment step(
            int targetEpoch, Partitions target, @Nullable Partitions owned, BiPredicate<Uuid, Integer> free) {
        NavigableMap<Uuid, NavigableMap<Integer, Integer>> next = new TreeMap<>();
        Partitions.Builder toRevoke = new Partitions.Builder();
        assigned.forEach((topic, partitions) -> partitions.forEach((partition, since) -> {
            if (target.contains(topic, partition)) {
                add(next, topic, partition, since);
            } else {
                toRevoke.add(topic, partition);
            }
        }));
        Partitions revoked = toRevoke.build();
        if (!revoked.isEmpty() && (owned == null || owned.intersects(revoked))) {
            return new CurrentAssignment(epoch, previousEpoch, State.UNREVOKED, next, revoked);
        }
        boolean[] waits = {false};
        target.forEach((topic, partition) -> {
            if (!has(topic, partition)) {
                if (free.test(topic, partition)) {
                    add(next, topic, partition, targetEpoch);
                } else {
                    waits[0] = true;
                }
            }
        });
        // As long as the epoch stays, so does the one before: its answer may still be missing.
        int before = targetEpoch == epoch ? previousEpoch : epoch;
        return new CurrentAssignment(
                targetEpoch, before, waits[0] ? State.UNRELEASED : State.STABLE, next, Partitions.NONE);
    }

    private static void add(
            NavigableMap<Uuid, NavigableMap<Integer, Integer>> to, Uuid topic, int partition, int since) {
        to.computeIfAbsent(topic, _ -> new TreeMap<>()).put(partition, since);
    }
}
