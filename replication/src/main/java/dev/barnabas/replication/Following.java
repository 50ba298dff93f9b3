package dev.barnabas.replication;

/**
 * That this node follows the leader of a partition, as the controller decided.
 *
 * @param leader the node that leads, or {@link #NO_LEADER}
 * @param leaderEpoch the number of its term
 * @param partitionEpoch the version of what is agreed on about the partition
 */
public record Following(int leader, int leaderEpoch, int partitionEpoch) {

    public static final int NO_LEADER = -1;
}
