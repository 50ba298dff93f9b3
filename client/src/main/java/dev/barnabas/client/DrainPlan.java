package dev.barnabas.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The next portion of moves that take everything off brokers. Whoever drains asks for the next portion when moves of
 * the last one are complete, each time with what the cluster looks like then: nothing has to be remembered, and what
 * others change meanwhile does no harm.
 *
 * <p>Each replica goes to a broker that has none of its partition: if possible in a rack where the partition is not
 * yet, there to the one that holds the fewest. A preferred leader is replaced by the broker that is preferred by the
 * fewest.
 *
 * @param moves what to reassign now
 * @param stuck partitions for which there is no other broker: fewer replicas or another broker would help
 * @param left how many partitions are still on these brokers, among them those that are moving and those of this plan
 */
public record DrainPlan(List<Move> moves, List<TopicPartition> stuck, int left) {

    /** @param replicas the preferred leader first */
    public record Move(TopicPartition partition, List<Integer> replicas) {
        public Move {
            replicas = List.copyOf(replicas);
        }
    }

    public DrainPlan {
        moves = List.copyOf(moves);
        stuck = List.copyOf(stuck);
    }

    /** Whether the brokers hold nothing any more. */
    public boolean isDone() {
        return left == 0;
    }

    /**
     * @param draining ids of the brokers that are to be empty
     * @param moving partitions that are being reassigned, whoever wants that
     * @param atMost how many partitions may move at once
     */
    public static DrainPlan next(ClusterView view, Set<Integer> draining, Set<TopicPartition> moving, int atMost) {
        ReplicaLoad load = new ReplicaLoad(view);
        List<Move> moves = new ArrayList<>();
        List<TopicPartition> stuck = new ArrayList<>();
        int left = 0;
        for (ClusterView.Topic topic : view.topics().values()) {
            for (ClusterView.Partition partition : topic.partitions()) {
                TopicPartition id = new TopicPartition(topic.name(), partition.index());
                if (partition.replicas().stream().noneMatch(draining::contains)) {
                    continue;
                }
                left++;
                if (moving.contains(id)) {
                    continue;
                }
                List<Integer> replicas = load.without(draining, partition.replicas());
                if (replicas.stream().anyMatch(draining::contains)) {
                    stuck.add(id);
                } else if (moving.size() + moves.size() < atMost) {
                    load.move(partition.replicas(), replicas);
                    moves.add(new Move(id, replicas));
                }
            }
        }
        return new DrainPlan(moves, stuck, left);
    }
}
