package dev.barnabas.groups;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.ObjIntConsumer;

/**
 * Some tasks of a streams application: a task is one partition number of one subtopology. Immutable, in order; no
 * subtopology without a task.
 */
record Tasks(NavigableMap<String, NavigableSet<Integer>> bySubtopology) {
    static final Tasks NONE = new Tasks(Collections.emptyNavigableMap());

    boolean isEmpty() {
        return bySubtopology.isEmpty();
    }

    int size() {
        return bySubtopology.values().stream().mapToInt(NavigableSet::size).sum();
    }

    boolean contains(String subtopology, int partition) {
        NavigableSet<Integer> partitions = bySubtopology.get(subtopology);
        return partitions != null && partitions.contains(partition);
    }

    boolean containsAll(Tasks others) {
        return others.without(this).isEmpty();
    }

    boolean intersects(Tasks others) {
        return !and(others).isEmpty();
    }

    /** Those that a condition holds for. */
    Tasks matching(BiPredicate<String, Integer> condition) {
        Builder matching = new Builder();
        forEach((subtopology, partition) -> {
            if (condition.test(subtopology, partition)) {
                matching.add(subtopology, partition);
            }
        });
        return matching.build();
    }

    /** Those that are in both. */
    Tasks and(Tasks others) {
        return matching(others::contains);
    }

    Tasks without(Tasks others) {
        return matching((subtopology, partition) -> !others.contains(subtopology, partition));
    }

    /** Those that are in one of both. */
    Tasks or(Tasks others) {
        if (others.isEmpty()) {
            return this;
        }
        Builder all = new Builder();
        forEach(all::add);
        others.forEach(all::add);
        return all.build();
    }

    void forEach(ObjIntConsumer<String> action) {
        bySubtopology.forEach(
                (subtopology, partitions) -> partitions.forEach(partition -> action.accept(subtopology, partition)));
    }

    /** One of something for each subtopology. */
    <T> List<T> listed(BiFunction<String, List<Integer>, T> each) {
        List<T> listed = new ArrayList<>();
        bySubtopology.forEach(
                (subtopology, partitions) -> listed.add(each.apply(subtopology, List.copyOf(partitions))));
        return listed;
    }

    /** Gathers tasks. */
    static final class Builder {
        private final NavigableMap<String, NavigableSet<Integer>> bySubtopology = new TreeMap<>();

        Builder add(String subtopology, int partition) {
            bySubtopology.computeIfAbsent(subtopology, _ -> new TreeSet<>()).add(partition);
            return this;
        }

        Builder addAll(String subtopology, List<Integer> partitions) {
            partitions.forEach(partition -> add(subtopology, partition));
            return this;
        }

        Tasks build() {
            return bySubtopology.isEmpty() ? NONE : new Tasks(Collections.unmodifiableNavigableMap(bySubtopology));
        }
    }
}
