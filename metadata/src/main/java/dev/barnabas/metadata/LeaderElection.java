package dev.barnabas.metadata;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/**
 * Who leads a partition next. The order of preference:
 *
 * <ol>
 *   <li>where the preferred leader is asked for: the first replica, if it is in sync
 *   <li>the present leader, if it may go on
 *   <li>the first replica that is in sync
 *   <li>if nobody is in sync, the first that is eligible (KIP-966)
 *   <li>if nobody is eligible either, the one that was last, if it has come back: it may have lost what was
 *       acknowledged before it was on stable storage, and nobody has more than it
 *   <li>if losing records is allowed: one of the last known, then any replica, then one that begins anew
 * </ol>
 *
 * The first four have every acknowledged record; the others are unclean.
 */
final class LeaderElection {

    /** What is asked for. */
    enum Mode {
        /** Somebody leads, better the present leader than another. */
        ANY,
        /** The preferred leader leads, if it is in sync. */
        PREFERRED,
        /** Somebody leads, even one that misses records. */
        UNCLEAN
    }

    /** @param clean whether it has all acknowledged records */
    record Elected(int leader, boolean clean) {}

    private static final Elected NOBODY = new Elected(Partition.NO_LEADER, true);

    private LeaderElection() {}

    /**
     * @param replicas in the order of preference
     * @param lastKnown the one that was last first
     * @param present the leader of now, or {@link Partition#NO_LEADER}
     * @param mayLead whether a replica's broker serves and can use the directory of the replica
     * @param mayBeginAnew whether a replica's broker serves
     */
    static Elected elect(
            Mode mode,
            List<Integer> replicas,
            List<Integer> inSync,
            List<Integer> eligible,
            List<Integer> lastKnown,
            int present,
            IntPredicate mayLead,
            IntPredicate mayBeginAnew) {
        IntPredicate clean = replica ->
                mayLead.test(replica) && (inSync.isEmpty() ? eligible.contains(replica) : inSync.contains(replica));
        if (mode == Mode.PREFERRED && clean.test(replicas.getFirst())) {
            return new Elected(replicas.getFirst(), true);
        }
        if (present != Partition.NO_LEADER && clean.test(present)) {
            return new Elected(present, true);
        }
        OptionalInt first = first(replicas, clean);
        if (first.isPresent()) {
            return new Elected(first.getAsInt(), true);
        }
        if (inSync.isEmpty() && eligible.isEmpty() && !lastKnown.isEmpty() && mayLead.test(lastKnown.getFirst())) {
            return new Elected(lastKnown.getFirst(), false);
        }
        if (mode == Mode.UNCLEAN && inSync.isEmpty()) {
            OptionalInt any = first(lastKnown, mayLead);
            if (any.isEmpty()) {
                any = first(replicas, mayLead);
            }
            if (any.isEmpty()) {
                any = first(replicas, mayBeginAnew);
            }
            if (any.isPresent()) {
                return new Elected(any.getAsInt(), false);
            }
        }
        return NOBODY;
    }

    private static OptionalInt first(List<Integer> replicas, IntPredicate condition) {
        return replicas.stream().mapToInt(Integer::intValue).filter(condition).findFirst();
    }
}
