package dev.barnabas.groups;

import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.CopartitionGroup;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.Subtopology;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.TopicInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How many partitions the internal topics of a streams application must have, given the topics that it reads, all of
 * which exist. A repartition topic has as many as the widest of what is written to it; topics that are joined have the
 * same number; a changelog has one for each task.
 */
final class PartitionCounts {
    private final StreamsGroupTopologyValue topology;
    private final Topics topics;
    private final Map<String, Integer> decided = new HashMap<>();
    private final List<String> conflicts = new ArrayList<>();

    /** @param topology that {@link RequestedTopology#whyInvalid} has nothing against */
    PartitionCounts(StreamsGroupTopologyValue topology, Topics topics) {
        this.topology = topology;
        this.topics = topics;
        countRepartitionTopics();
        topology.subtopologies()
                .forEach(subtopology -> subtopology.copartitionGroups().forEach(group -> align(subtopology, group)));
        countChangelogs();
        compareWithExisting();
    }

    /** Why the application cannot work with the topics that there are; empty if it can. */
    Optional<String> conflict() {
        return conflicts.stream().findFirst();
    }

    /** Of an internal topic, or of one that exists. */
    int of(String topic) {
        int existing = topics.partitionsOf(topic);
        return existing > 0 ? existing : decided.getOrDefault(topic, 0);
    }

    /** How many tasks a subtopology has. */
    int tasksOf(Subtopology subtopology) {
        return sourcesOf(subtopology).mapToInt(this::of).max().orElse(0);
    }

    static Stream<String> sourcesOf(Subtopology subtopology) {
        return Stream.concat(
                subtopology.sourceTopics().stream(),
                subtopology.repartitionSourceTopics().stream().map(TopicInfo::name));
    }

    private void countRepartitionTopics() {
        topology.subtopologies().stream()
                .flatMap(subtopology -> subtopology.repartitionSourceTopics().stream())
                .filter(topic -> topic.partitions() > 0)
                .forEach(topic -> decided.put(topic.name(), topic.partitions()));
        RepartitionOrder order = new RepartitionOrder(topology.subtopologies());
        Map<String, Integer> tasks = new HashMap<>();
        for (String topic : order.found()) {
            int widest = 0;
            for (Subtopology writer : order.writersOf(topic)) {
                widest = Math.max(widest, tasks.computeIfAbsent(writer.subtopologyId(), _ -> tasksOf(writer)));
            }
            decided.put(topic, widest);
        }
    }

    /** Sources are as they are, and so are repartition topics whose number the application has set. */
    private void align(Subtopology subtopology, CopartitionGroup group) {
        NavigableMap<String, Integer> sources = new TreeMap<>();
        group.sourceTopics().forEach(index -> {
            String topic = subtopology.sourceTopics().get(index);
            sources.put(topic, of(topic));
        });
        if (new HashSet<>(sources.values()).size() > 1) {
            conflicts.add("Following topics do not have the same number of partitions: [" + sources + "]");
            return;
        }
        List<TopicInfo> repartitioned = group.repartitionSourceTopics().stream()
                .map(index -> subtopology.repartitionSourceTopics().get(index))
                .toList();
        NavigableMap<String, Integer> set = new TreeMap<>();
        repartitioned.stream()
                .filter(topic -> topic.partitions() > 0)
                .forEach(topic -> set.put(topic.name(), topic.partitions()));
        int count;
        if (!sources.isEmpty()) {
            count = sources.firstEntry().getValue();
            set.forEach((topic, partitions) -> {
                if (partitions != count) {
                    conflicts.add("Number of partitions [" + partitions + "] of repartition topic [" + topic
                            + "] doesn't match number of partitions [" + count + "] of the source topic.");
                }
            });
        } else if (!set.isEmpty()) {
            if (new HashSet<>(set.values()).size() > 1) {
                conflicts.add("Following topics do not have the same number of partitions: [" + set + "]");
                return;
            }
            count = set.firstEntry().getValue();
        } else {
            count = repartitioned.stream()
                    .mapToInt(topic -> decided.getOrDefault(topic.name(), 0))
                    .max()
                    .orElse(0);
        }
        repartitioned.stream()
                .filter(topic -> topic.partitions() == 0)
                .forEach(topic -> decided.put(topic.name(), count));
    }

    private void countChangelogs() {
        for (Subtopology subtopology : topology.subtopologies()) {
            int tasks = tasksOf(subtopology);
            changelogsOf(subtopology).forEach(changelog -> decided.put(changelog.name(), tasks));
        }
    }

    /** A source topic may be the changelog of a table as well; it is nobody's to create. */
    static Stream<TopicInfo> changelogsOf(Subtopology subtopology) {
        Set<String> sources = new HashSet<>(subtopology.sourceTopics());
        return subtopology.stateChangelogTopics().stream().filter(changelog -> !sources.contains(changelog.name()));
    }

    private void compareWithExisting() {
        new TreeMap<>(decided).forEach((topic, expected) -> {
            int existing = topics.partitionsOf(topic);
            if (existing > 0 && existing != expected) {
                conflicts.add("Existing topic " + topic + " has different number of partitions: expected " + expected
                        + ", found " + existing);
            }
        });
    }
}
