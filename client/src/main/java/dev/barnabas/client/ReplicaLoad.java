package dev.barnabas.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How much each broker holds and is preferred for. */
final class ReplicaLoad {

    private final ClusterView view;
    private final Map<Integer, Integer> held = new HashMap<>();
    private final Map<Integer, Integer> preferred = new HashMap<>();

    ReplicaLoad(ClusterView view) {
        this.view = view;
        view.topics().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .forEach(partition -> add(partition.replicas(), 1));
    }

    private void add(List<Integer> replicas, int sign) {
        if (!replicas.isEmpty()) {
            preferred.merge(replicas.getFirst(), sign, Integer::sum);
            replicas.forEach(broker -> held.merge(broker, sign, Integer::sum));
        }
    }

    void move(List<Integer> from, List<Integer> to) {
        add(from, -1);
        add(to, 1);
    }

    /** Other brokers in the places of those that are drained; where there is none, the place stays as it is. */
    List<Integer> without(Set<Integer> draining, List<Integer> replicas) {
        List<Integer> changed = new ArrayList<>(replicas);
        for (int place = 0; place < changed.size(); place++) {
            if (draining.contains(changed.get(place))) {
                Map<Integer, Integer> first = place == 0 ? preferred : held;
                List<Integer> staying =
                        changed.stream().filter(id -> !draining.contains(id)).toList();
                int to = place;
                view.brokers().keySet().stream()
                        .filter(id -> !draining.contains(id) && !changed.contains(id))
                        .min(Comparator.<Integer>comparingLong(id -> inRackOf(id, staying))
                                .thenComparingInt(id -> first.getOrDefault(id, 0))
                                .thenComparingInt(id -> held.getOrDefault(id, 0))
                                .thenComparingInt(id -> id))
                        .ifPresent(best -> changed.set(to, best));
            }
        }
        return changed;
    }

    /**
     * More replicas, or fewer. A new one goes to a rack where the partition is not yet, there to the broker that holds
     * the fewest. What goes first: what is not in sync, then the second in a rack, then what is on the broker that
     * holds the most; never the leader. Who is preferred changes where another replica is preferred by far fewer: where
     * all partitions had been on one broker it would lead them all for ever.
     */
    List<Integer> withFactor(int factor, ClusterView.Partition partition) {
        List<Integer> replicas = new ArrayList<>(partition.replicas());
        while (replicas.size() < factor) {
            Optional<Integer> best = view.brokers().keySet().stream()
                    .filter(id -> !replicas.contains(id))
                    .min(Comparator.<Integer>comparingLong(id -> inRackOf(id, replicas))
                            .thenComparingInt(id -> held.getOrDefault(id, 0))
                            .thenComparingInt(id -> id));
            if (best.isEmpty()) {
                return replicas;
            }
            replicas.add(best.get());
        }
        while (replicas.size() > factor) {
            replicas.stream()
                    .filter(id -> id != partition.leader() || replicas.size() == 1)
                    .max(Comparator.<Integer>comparingInt(
                                    id -> partition.inSync().contains(id) ? 0 : 1)
                            .thenComparingLong(id -> inRackOf(id, replicas))
                            .thenComparingInt(id -> held.getOrDefault(id, 0))
                            .thenComparingInt(replicas::indexOf))
                    .ifPresent(id -> replicas.removeIf(id::equals));
        }
        int first = replicas.getFirst();
        replicas.stream()
                .min(Comparator.<Integer>comparingInt(id -> preferred.getOrDefault(id, 0))
                        .thenComparingInt(replicas::indexOf))
                .filter(id -> preferred.getOrDefault(id, 0) + 1 < preferred.getOrDefault(first, 0))
                .ifPresent(id -> {
                    replicas.removeIf(id::equals);
                    replicas.addFirst(id);
                });
        return replicas;
    }

    private long inRackOf(int broker, List<Integer> others) {
        String rack = rack(broker);
        return others.stream().filter(other -> rack.equals(rack(other))).count();
    }

    private String rack(int broker) {
        ClusterView.Broker known = view.brokers().get(broker);
        String rack = known == null ? null : known.rack();
        return rack == null ? "" : rack;
    }
}
