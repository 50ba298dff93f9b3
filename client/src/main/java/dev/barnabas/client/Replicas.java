package dev.barnabas.client;

import java.util.List;

/** What one can say about the replicas of partitions, and is told about them. */
public final class Replicas {

    private Replicas() {}

    /** Who is to lead partitions (KIP-460). */
    public enum Election {
        /** The first replica, if it is in sync. */
        PREFERRED,
        /** Where nobody leads: somebody, even one that misses acknowledged records. */
        UNCLEAN
    }

    /**
     * A partition that is getting other replicas.
     *
     * @param replicas all of now: those of before and those of afterwards
     * @param adding those of them that come
     * @param removing those of them that leave when the others are in sync
     */
    public record Reassignment(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
        public Reassignment {
            replicas = List.copyOf(replicas);
            adding = List.copyOf(adding);
            removing = List.copyOf(removing);
        }
    }

    /**
     * How the replicas of a partition stand.
     *
     * @param leader -1 if there is none
     * @param eligible those that are not in sync but have every acknowledged record (KIP-966)
     * @param lastKnown those that were in sync when there were last enough of them, if nobody is left
     * @param offline those whose brokers or directories are not there
     */
    public record State(
            int partition,
            int leader,
            int leaderEpoch,
            List<Integer> replicas,
            List<Integer> inSync,
            List<Integer> eligible,
            List<Integer> lastKnown,
            List<Integer> offline) {
        public State {
            replicas = List.copyOf(replicas);
            inSync = List.copyOf(inSync);
            eligible = List.copyOf(eligible);
            lastKnown = List.copyOf(lastKnown);
            offline = List.copyOf(offline);
        }
    }
}
