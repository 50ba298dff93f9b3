package dev.barnabas.metadata;

import java.util.List;

/**
 * What the cluster has agreed on about a partition.
 *
 * <p>A replica that is in sync, or eligible, has every record that was acknowledged to producers that wait for all
 * in-sync replicas. The two sets have no member in common.
 *
 * @param replicas the brokers that hold it, the preferred leader first; while it is being reassigned, those of before
 *     and those of afterwards
 * @param inSyncReplicas those of them that are in sync; without any the partition has no leader
 * @param eligibleLeaders those that are not in sync but have all acknowledged records, since nothing has been
 *     acknowledged without them: they left when fewer were in sync than {@code min.insync.replicas} asks for (KIP-966)
 * @param lastKnownEligible those that were in sync or eligible when there were last enough of them, and now are neither
 *     (KIP-966); when nobody is left, the leader of last
 * @param addingReplicas those of {@code replicas} that a reassignment brings
 * @param removingReplicas those of {@code replicas} that leave when the reassignment is complete
 * @param leader the broker that leads it, or {@link #NO_LEADER}
 * @param leaderRecovering whether the leader was elected without having all acknowledged records and has not yet put
 *     its log in order (KIP-704)
 * @param leaderEpoch the number of the leader's term: grows whenever a leader is elected, lost or started again
 * @param partitionEpoch grows with every change
 */
public record Partition(
        List<Integer> replicas,
        List<Integer> inSyncReplicas,
        List<Integer> eligibleLeaders,
        List<Integer> lastKnownEligible,
        List<Integer> addingReplicas,
        List<Integer> removingReplicas,
        int leader,
        boolean leaderRecovering,
        int leaderEpoch,
        int partitionEpoch) {

    public static final int NO_LEADER = -1;

    public Partition {
        replicas = List.copyOf(replicas);
        inSyncReplicas = List.copyOf(inSyncReplicas);
        eligibleLeaders = List.copyOf(eligibleLeaders);
        lastKnownEligible = List.copyOf(lastKnownEligible);
        addingReplicas = List.copyOf(addingReplicas);
        removingReplicas = List.copyOf(removingReplicas);
    }

    /** One that is not being reassigned and that nobody but those in sync may lead. */
    public static Partition of(
            List<Integer> replicas, List<Integer> inSyncReplicas, int leader, int leaderEpoch, int partitionEpoch) {
        return new Partition(
                replicas,
                inSyncReplicas,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                leader,
                false,
                leaderEpoch,
                partitionEpoch);
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    public boolean isBeingReassigned() {
        return !addingReplicas.isEmpty() || !removingReplicas.isEmpty();
    }

    /** Whether a broker holds it. */
    public boolean isOn(int broker) {
        return replicas.contains(broker);
    }

    Partition inPartitionEpoch(int epoch) {
        return new Partition(
                replicas,
                inSyncReplicas,
                eligibleLeaders,
                lastKnownEligible,
                addingReplicas,
                removingReplicas,
                leader,
                leaderRecovering,
                leaderEpoch,
                epoch);
    }
}
