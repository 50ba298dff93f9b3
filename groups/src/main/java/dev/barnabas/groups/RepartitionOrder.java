package dev.barnabas.groups;

import dev.barnabas.protocol.state.StreamsGroupTopologyValue.Subtopology;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.TopicInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * In which order the numbers of partitions of repartition topics can be found, where the application has not set them:
 * each follows from what the subtopologies that write to it read. It costs what the topology has, whatever a member
 * sends.
 */
final class RepartitionOrder {
    private final Map<String, List<Subtopology>> writers = new LinkedHashMap<>();
    private final Map<String, List<Subtopology>> readers = new HashMap<>();
    private final Map<String, Integer> unfoundSources = new HashMap<>();
    private final List<String> found = new ArrayList<>();

    RepartitionOrder(List<Subtopology> subtopologies) {
        for (Subtopology subtopology : subtopologies) {
            for (TopicInfo source : subtopology.repartitionSourceTopics()) {
                if (source.partitions() == 0) {
                    writers.put(source.name(), new ArrayList<>());
                    readers.computeIfAbsent(source.name(), _ -> new ArrayList<>())
                            .add(subtopology);
                    unfoundSources.merge(subtopology.subtopologyId(), 1, Integer::sum);
                }
            }
        }
        for (Subtopology subtopology : subtopologies) {
            for (String sink : new LinkedHashSet<>(subtopology.repartitionSinkTopics())) {
                List<Subtopology> of = writers.get(sink);
                if (of != null) {
                    of.add(subtopology);
                }
            }
        }
        follow(subtopologies);
    }

    private void follow(List<Subtopology> subtopologies) {
        Map<String, Integer> unfoundWriters = new HashMap<>();
        writers.forEach((topic, of) -> unfoundWriters.put(topic, of.size()));
        Deque<Subtopology> known = new ArrayDeque<>();
        subtopologies.stream()
                .filter(subtopology -> !unfoundSources.containsKey(subtopology.subtopologyId()))
                .forEach(known::add);
        for (Subtopology next = known.poll(); next != null; next = known.poll()) {
            for (String sink : new LinkedHashSet<>(next.repartitionSinkTopics())) {
                if (writers.containsKey(sink) && unfoundWriters.merge(sink, -1, Integer::sum) == 0) {
                    found.add(sink);
                    for (Subtopology reader : readers.getOrDefault(sink, List.of())) {
                        if (unfoundSources.merge(reader.subtopologyId(), -1, Integer::sum) == 0) {
                            known.add(reader);
                        }
                    }
                }
            }
        }
    }

    /** Each after those that it follows from. */
    List<String> found() {
        return found;
    }

    List<Subtopology> writersOf(String topic) {
        return writers.getOrDefault(topic, List.of());
    }

    /** Whether nobody writes to one of them. */
    boolean lacksWriter() {
        return writers.values().stream().anyMatch(List::isEmpty);
    }

    /** Whether some follow from each other. */
    boolean hasLoop() {
        return found.size() < writers.size();
    }
}
