package dev.barnabas.metadata;

/**
 * Partitions go back to their preferred leaders, where those are in sync: the active controller wishes it by itself
 * every {@code leader.imbalance.check.interval.seconds} if {@code auto.leader.rebalance.enable} is set. Moving a leader
 * interrupts its clients for a moment, so that a limited number moves at once.
 *
 * @param atMost how many partitions may move
 */
public record BalanceLeaders(int atMost) implements Wish<BalanceLeaders.Balanced> {

    /**
     * @param moved how many partitions go back
     * @param more whether others could go back as well: wish it again soon
     */
    public record Balanced(int moved, boolean more) {}

    @Override
    public Plan<Balanced> plan(ClusterImage image, Controller controller) {
        PartitionSweep sweep = new PartitionSweep(image, controller);
        int moved = 0;
        for (Topic topic : image.topics()) {
            for (int index = 0; index < topic.partitions().size(); index++) {
                Partition partition = topic.partitions().get(index);
                if (!canGoBack(partition, topic, index, image)) {
                    continue;
                }
                if (moved == atMost) {
                    return new Plan.Agreed<>(sweep.changeOrNull(), new Balanced(moved, true));
                }
                moved++;
                sweep.put(
                        topic,
                        index,
                        sweep.draft(topic, index)
                                .elect(LeaderElection.Mode.PREFERRED)
                                .build());
            }
        }
        return new Plan.Agreed<>(sweep.changeOrNull(), new Balanced(moved, false));
    }

    private static boolean canGoBack(Partition partition, Topic topic, int index, ClusterImage image) {
        int preferred = partition.replicas().getFirst();
        return partition.leader() != preferred
                && partition.inSyncReplicas().contains(preferred)
                && Replicas.mayLead(image, preferred, topic.id(), index);
    }
}
