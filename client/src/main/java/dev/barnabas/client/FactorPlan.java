package dev.barnabas.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The next portion of moves that give topics another number of replicas. As with a {@link DrainPlan} nothing has to be
 * remembered between two portions.
 *
 * @param moves what to reassign now
 * @param stuck partitions for which there are not enough brokers
 * @param left how many partitions have another number of replicas, among them those that are moving and those of this
 *     plan
 */
public record FactorPlan(List<DrainPlan.Move> moves, List<TopicPartition> stuck, int left) {

    public FactorPlan {
        moves = List.copyOf(moves);
        stuck = List.copyOf(stuck);
    }

    public boolean isDone() {
        return left == 0;
    }

    /**
     * @param topics their names; what does not exist is passed over
     * @param factor how many replicas each of their partitions shall have
     * @param moving partitions that are being reassigned, whoever wants that
     * @param atMost how many partitions may move at once
     */
    public static FactorPlan next(
            ClusterView view, Collection<String> topics, int factor, Set<TopicPartition> moving, int atMost) {
        ReplicaLoad load = new ReplicaLoad(view);
        List<DrainPlan.Move> moves = new ArrayList<>();
        List<TopicPartition> stuck = new ArrayList<>();
        int left = 0;
        for (String name : topics) {
            List<ClusterView.Partition> partitions =
                    view.topic(name).map(ClusterView.Topic::partitions).orElse(List.of());
            for (ClusterView.Partition partition : partitions) {
                TopicPartition id = new TopicPartition(name, partition.index());
                boolean isMoving = moving.contains(id);
                if (partition.replicas().size() == factor && !isMoving) {
                    continue;
                }
                left++;
                if (isMoving) {
                    continue;
                }
                List<Integer> replicas = load.withFactor(factor, partition);
                if (replicas.size() != factor) {
                    stuck.add(id);
                } else if (moving.size() + moves.size() < atMost) {
                    load.move(partition.replicas(), replicas);
                    moves.add(new DrainPlan.Move(id, replicas));
                }
            }
        }
        return new FactorPlan(moves, stuck, left);
    }
}
