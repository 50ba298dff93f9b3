package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.ObjIntConsumer;

/** Some partitions, by topic id. Immutable, in order; no topic without a partition. */
record Partitions(NavigableMap<Uuid, NavigableSet<Integer>> byTopic) {
    static final Partitions NONE = new Partitions(Collections.emptyNavigableMap());

    boolean isEmpty() {
        return byTopic.isEmpty();
    }

    int size() {
        return byTopic.values().stream().mapToInt(NavigableSet::size).sum();
    }

    boolean contains(Uuid topic, int partition) {
        NavigableSet<Integer> partitions = byTopic.get(topic);
        return partitions != null && partitions.contains(partition);
    }

    boolean containsAll(Partitions others) {
        return others.matching((topic, partition) -> !contains(topic, partition))
                .isEmpty();
    }

    boolean intersects(Partitions others) {
        return !matching(others::contains).isEmpty();
    }

    /** Those that a condition holds for. */
    Partitions matching(BiPredicate<Uuid, Integer> condition) {
        Builder matching = new Builder();
        forEach((topic, partition) -> {
            if (condition.test(topic, partition)) {
                matching.add(topic, partition);
            }
        });
        return matching.build();
    }

    void forEach(ObjIntConsumer<Uuid> action) {
        byTopic.forEach((topic, partitions) -> partitions.forEach(partition -> action.accept(topic, partition)));
    }

    /** Gathers partitions. */
    static final class Builder {
        private final NavigableMap<Uuid, NavigableSet<Integer>> byTopic = new TreeMap<>();

        Builder add(Uuid topic, int partition) {
            byTopic.computeIfAbsent(topic, _ -> new TreeSet<>()).add(partition);
            return this;
        }

        Partitions build() {
            return byTopic.isEmpty() ? NONE : new Partitions(Collections.unmodifiableNavigableMap(byTopic));
        }
    }
}
