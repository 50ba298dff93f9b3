package dev.barnabas.metadata;

import java.util.List;

/**
 * What the cluster has agreed on about a partition.
 *
 * @param replicas the brokers that hold it, the preferred leader first
 * @param inSyncReplicas those of them that are in sync
 * @param leader the broker that leads it, or {@link #NO_LEADER}
 * @param leaderEpoch the number of the leader's term: grows whenever a leader is elected or has been started again
 * @param partitionEpoch grows with every change
 */
public record Partition(
        List<Integer> replicas, List<Integer> inSyncReplicas, int leader, int leaderEpoch, int partitionEpoch) {

    public static final int NO_LEADER = -1;

    public Partition {
        replicas = List.copyOf(replicas);
        inSyncReplicas = List.copyOf(inSyncReplicas);
    }

    /** A new partition, whose replicas are all in sync and whose leader is the first of them. */
    static Partition on(List<Integer> replicas) {
        return new Partition(replicas, replicas, replicas.getFirst(), 0, 0);
    }

    /** The same leader, in a new term. */
    Partition inNewTerm() {
        return new Partition(replicas, inSyncReplicas, leader, leaderEpoch + 1, partitionEpoch + 1);
    }
}
