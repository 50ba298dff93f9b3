package dev.barnabas.metadata;

import dev.barnabas.host.Entropy;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Where the replicas of partitions go. */
final class Placement {

    /** No request may create more partitions than this at once. Kafka has the same limit. */
    static final int MAX_PARTITIONS_AT_ONCE = 10_000;

    private Placement() {}

    /**
     * Spreads partitions over the brokers: leaders go round, beginning with a random broker, and the further replicas
     * of each partition follow at a distance that changes with every round, so that the partitions that one broker
     * leads are not all followed by the same other one.
     *
     * @param factor at most the number of brokers
     */
    static List<Partition> spread(int partitions, int factor, ClusterImage image, Entropy entropy) {
        List<Integer> brokers = List.copyOf(image.brokers().keySet());
        int first = entropy.nextInt(brokers.size());
        List<Partition> placed = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            int leader = (first + partition) % brokers.size();
            int round = partition / brokers.size();
            List<Integer> replicas = new ArrayList<>(factor);
            replicas.add(brokers.get(leader));
            for (int follower = 1; follower < factor; follower++) {
                int distance = 1 + (round + follower - 1) % (brokers.size() - 1);
                replicas.add(brokers.get((leader + distance) % brokers.size()));
            }
            placed.add(Partition.on(replicas));
        }
        return placed;
    }

    /** Why partitions cannot have so many replicas; empty if they can. */
    static Optional<Refusal> refusal(int factor, ClusterImage image) {
        if (factor > image.brokers().size()) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "The replication factor " + factor + " is larger than the number of brokers, which is "
                            + image.brokers().size() + "."));
        }
        return Optional.empty();
    }

    /** Why replicas that somebody has chosen cannot be those of a partition; empty if they can. */
    static Optional<Refusal> refusal(List<Integer> replicas, ClusterImage image) {
        if (replicas.isEmpty()) {
            return refuse("The manual partition assignment includes an empty replica list.");
        }
        HashSet<Integer> seen = new HashSet<>();
        for (int broker : replicas) {
            if (image.broker(broker).isEmpty()) {
                return refuse("The manual partition assignment includes broker " + broker
                        + ", but no such broker is registered.");
            }
            if (!seen.add(broker)) {
                return refuse("The manual partition assignment includes the broker " + broker + " more than once.");
            }
        }
        return Optional.empty();
    }

    static Optional<Refusal> refuse(String message) {
        return Optional.of(new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message));
    }
}
