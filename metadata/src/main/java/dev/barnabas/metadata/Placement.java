package dev.barnabas.metadata;

import dev.barnabas.host.Entropy;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where the replicas of partitions go. */
final class Placement {

    /** No request may create more partitions than this at once. Kafka has the same limit. */
    static final int MAX_PARTITIONS_AT_ONCE = 10_000;

    private Placement() {}

    /**
     * Spreads partitions over the brokers: leaders go round, beginning with a random broker, and each further replica
     * goes to a rack that has none of this partition yet, there to the broker with the fewest of these partitions; of
     * several to one at a distance that changes with every round, so that the partitions that one broker leads are not
     * all followed by the same other one.
     *
     * <p>Brokers that do not serve lead nothing and get replicas only where there are not enough others: a broker that
     * is being restarted does not keep anybody from creating topics. The same goes for brokers without room in any
     * directory, as long as one has some.
     *
     * @param factor at most the number of brokers
     */
    static List<Partition> spread(int partitions, int factor, ClusterImage image, Entropy entropy) {
        List<Broker> serving = interleavedByRack(firstChoice(image));
        List<Broker> others = interleavedByRack(image.brokers().values().stream()
                .filter(broker -> !serving.contains(broker))
                .toList());
        int first = entropy.nextInt(serving.size());
        Map<Integer, Integer> held = new HashMap<>();
        List<Partition> placed = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            int leader = (first + partition) % serving.size();
            int round = partition / serving.size();
            List<Broker> candidates = new ArrayList<>(serving.size() + others.size());
            for (int distance = 0; distance < serving.size() - 1; distance++) {
                int turned = 1 + (round + distance) % (serving.size() - 1);
                candidates.add(serving.get((leader + turned) % serving.size()));
            }
            candidates.addAll(others);
            List<Broker> replicas = new ArrayList<>(factor);
            replicas.add(serving.get(leader));
            while (replicas.size() < factor) {
                replicas.add(takeBest(candidates, replicas, held));
            }
            replicas.forEach(broker -> held.merge(broker.id(), 1, Integer::sum));
            placed.add(on(replicas.stream().map(Broker::id).toList(), image));
        }
        return placed;
    }

    private static List<Broker> firstChoice(ClusterImage image) {
        List<Broker> serving =
                image.brokers().values().stream().filter(Broker::isServing).toList();
        List<Broker> withRoom = serving.stream().filter(Broker::hasRoom).toList();
        return withRoom.isEmpty() ? serving : withRoom;
    }

    private static Broker takeBest(List<Broker> candidates, List<Broker> replicas, Map<Integer, Integer> held) {
        Broker best = candidates.getFirst();
        for (Broker other : candidates) {
            if (isBetter(other, best, replicas, held)) {
                best = other;
            }
        }
        candidates.remove(best);
        return best;
    }

    private static boolean isBetter(Broker one, Broker other, List<Broker> replicas, Map<Integer, Integer> held) {
        if (one.isServing() != other.isServing()) {
            return one.isServing();
        }
        if (one.hasRoom() != other.hasRoom()) {
            return one.hasRoom();
        }
        long oneInRack = inRackOf(one, replicas);
        long otherInRack = inRackOf(other, replicas);
        return oneInRack != otherInRack
                ? oneInRack < otherInRack
                : held.getOrDefault(one.id(), 0) < held.getOrDefault(other.id(), 0);
    }

    private static long inRackOf(Broker broker, List<Broker> replicas) {
        return replicas.stream()
                .filter(replica -> rack(replica).equals(rack(broker)))
                .count();
    }

    private static String rack(Broker broker) {
        @Nullable String rack = broker.rack();
        return rack == null ? "" : rack;
    }

    /** One of each rack, then the next of each, and so on: neighbours are in different racks as far as possible. */
    private static List<Broker> interleavedByRack(Collection<Broker> brokers) {
        Map<String, Integer> seen = new TreeMap<>();
        Map<Integer, Integer> turn = new HashMap<>();
        for (Broker broker : brokers) {
            turn.put(broker.id(), seen.merge(rack(broker), 1, Integer::sum));
        }
        return brokers.stream()
                .sorted(Comparator.<Broker>comparingInt(broker -> turn.getOrDefault(broker.id(), 0))
                        .thenComparing(Placement::rack)
                        .thenComparingInt(Broker::id))
                .toList();
    }

    /** A new partition: the replicas of brokers that serve are in sync, the first of them leads. */
    static Partition on(List<Integer> replicas, ClusterImage image) {
        List<Integer> inSync = replicas.stream()
                .filter(id -> image.broker(id).filter(Broker::isServing).isPresent())
                .toList();
        return Partition.of(replicas, inSync, inSync.getFirst(), 0, 0);
    }

    /** Why partitions cannot have so many replicas; empty if they can. */
    static Optional<Refusal> refusal(int factor, ClusterImage image) {
        if (factor > image.brokers().size()) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + factor + " time(s): The target replication factor of "
                            + factor + " cannot be reached because only "
                            + image.brokers().size()
                            + " broker(s) are registered."));
        }
        if (image.brokers().values().stream().noneMatch(Broker::isServing)) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Unable to replicate the partition " + factor + " time(s): All brokers are currently fenced."));
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

    /** The same for a partition that is new, for which one of the brokers must serve. */
    static Optional<Refusal> refusalOfNew(int partition, List<Integer> replicas, ClusterImage image) {
        return refusal(replicas, image)
                .or(() -> replicas.stream()
                                .noneMatch(id -> image.broker(id).orElseThrow().isServing())
                        ? refuse("All brokers specified in the manual partition assignment for partition " + partition
                                + " are fenced or in controlled shutdown.")
                        : Optional.empty());
    }

    static Optional<Refusal> refuse(String message) {
        return Optional.of(new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message));
    }
}
