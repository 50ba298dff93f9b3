package dev.barnabas.replication;

import java.util.List;

/**
 * That this node leads a partition, as the controller decided.
 *
 * @param leaderEpoch the number of the leader's term
 * @param partitionEpoch the version of what is agreed on about the partition; grows with every change of it
 * @param replicas the nodes that hold the partition, this one among them
 * @param inSyncReplicas those of them that have everything that was acknowledged, this one among them
 * @param recovering the leader was elected although it may lack acknowledged records, and has not yet confirmed that it
 *     goes on from what it has (KIP-704)
 */
public record Leadership(
        int leaderEpoch, int partitionEpoch, List<Integer> replicas, List<Integer> inSyncReplicas, boolean recovering) {

    public Leadership {
        replicas = List.copyOf(replicas);
        inSyncReplicas = List.copyOf(inSyncReplicas);
    }
}
