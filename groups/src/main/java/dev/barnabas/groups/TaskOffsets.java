package dev.barnabas.groups;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far a member has come with the state of tasks, as it has told last: sums of offsets over the changelogs of each
 * task. Immutable; known to the leader only.
 */
record TaskOffsets(
        NavigableMap<String, NavigableMap<Integer, Long>> offsets,
        NavigableMap<String, NavigableMap<Integer, Long>> endOffsets) {
    static final TaskOffsets NONE = new TaskOffsets(Collections.emptyNavigableMap(), Collections.emptyNavigableMap());

    /** -1 if it has not told. */
    long of(String subtopology, int partition) {
        NavigableMap<Integer, Long> partitions = offsets.get(subtopology);
        return partitions == null ? -1 : partitions.getOrDefault(partition, -1L);
    }

    /** What is told replaces what was known; what is not, null, has not changed. */
    TaskOffsets with(@Nullable Iterable<Told> told, @Nullable Iterable<Told> toldEnds) {
        return new TaskOffsets(told == null ? offsets : map(told), toldEnds == null ? endOffsets : map(toldEnds));
    }

    /** Of one task. */
    record Told(String subtopology, int partition, long offset) {}

    private static NavigableMap<String, NavigableMap<Integer, Long>> map(Iterable<Told> told) {
        NavigableMap<String, NavigableMap<Integer, Long>> map = new TreeMap<>();
        told.forEach(task ->
                map.computeIfAbsent(task.subtopology, _ -> new TreeMap<>()).put(task.partition, task.offset));
        return Collections.unmodifiableNavigableMap(map);
    }
}
