package dev.barnabas.groups;

import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.Subtopology;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.TopicConfig;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.TopicInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A topology beside the topics that there are: how many tasks it has, which internal topics are missing, and what is
 * wrong. Immutable.
 *
 * @param problem null if the application can run
 * @param subtopologies in order; none if it cannot be said how many tasks they have
 * @param missing internal topics that have to be created, by name
 */
record ConfiguredTopology(
        int epoch,
        @Nullable Problem problem,
        NavigableMap<String, Configured> subtopologies,
        List<InternalTopic> missing) {
    private static final int MISSING_SOURCE_TOPICS = 1;
    private static final int INCORRECTLY_PARTITIONED_TOPICS = 2;
    private static final int MISSING_INTERNAL_TOPICS = 3;

    /** Names beyond these are only counted in messages. */
    private static final int NAMES_SHOWN = 5;

    /** What a member is told of it: a code of StreamsGroupHeartbeat, and words. */
    record Problem(byte code, String detail) {
        private Problem(int code, String detail) {
            this((byte) code, detail);
        }
    }

    /**
     * A subtopology whose topics are known.
     *
     * @param sources all topics that it reads, internal ones too
     * @param stateful whether it has state that a standby could keep
     */
    record Configured(
            Subtopology topology,
            int tasks,
            List<String> sources,
            boolean stateful,
            List<InternalTopic> repartitionTopics,
            List<InternalTopic> changelogs) {}

    boolean isReady() {
        return problem == null;
    }

    boolean hasTask(String subtopology, int partition) {
        Configured configured = subtopologies.get(subtopology);
        return configured != null && partition >= 0 && partition < configured.tasks();
    }

    static ConfiguredTopology of(StreamsGroupTopologyValue topology, Topics topics) {
        NavigableSet<String> missingSources = new TreeSet<>();
        topology.subtopologies().stream()
                .flatMap(subtopology -> subtopology.sourceTopics().stream())
                .filter(topic -> topics.partitionsOf(topic) == 0)
                .forEach(missingSources::add);
        if (!missingSources.isEmpty()) {
            return failed(
                    topology,
                    new Problem(MISSING_SOURCE_TOPICS, "Source topics " + shown(missingSources) + " are missing."));
        }
        PartitionCounts counts = new PartitionCounts(topology, topics);
        if (counts.conflict().isPresent()) {
            return failed(
                    topology,
                    new Problem(
                            INCORRECTLY_PARTITIONED_TOPICS, counts.conflict().get()));
        }
        NavigableMap<String, Configured> subtopologies = new TreeMap<>();
        NavigableMap<String, InternalTopic> missing = new TreeMap<>();
        for (Subtopology subtopology : topology.subtopologies()) {
            Configured configured = new Configured(
                    subtopology,
                    counts.tasksOf(subtopology),
                    PartitionCounts.sourcesOf(subtopology).toList(),
                    !subtopology.stateChangelogTopics().isEmpty(),
                    internal(subtopology.repartitionSourceTopics().stream(), counts),
                    internal(PartitionCounts.changelogsOf(subtopology), counts));
            subtopologies.put(subtopology.subtopologyId(), configured);
            Stream.concat(configured.repartitionTopics().stream(), configured.changelogs().stream())
                    .filter(topic -> topics.partitionsOf(topic.name()) == 0)
                    .forEach(topic -> missing.put(topic.name(), topic));
        }
        Problem problem = missing.isEmpty()
                ? null
                : new Problem(
                        MISSING_INTERNAL_TOPICS, "Internal topics are missing: " + shown(missing.navigableKeySet()));
        return new ConfiguredTopology(
                topology.epoch(),
                problem,
                Collections.unmodifiableNavigableMap(subtopologies),
                List.copyOf(missing.values()));
    }

    private static ConfiguredTopology failed(StreamsGroupTopologyValue topology, Problem problem) {
        return new ConfiguredTopology(topology.epoch(), problem, Collections.emptyNavigableMap(), List.of());
    }

    /** All topics that the application reads or keeps state in. */
    static NavigableSet<String> requiredTopics(StreamsGroupTopologyValue topology) {
        NavigableSet<String> required = new TreeSet<>();
        for (Subtopology subtopology : topology.subtopologies()) {
            PartitionCounts.sourcesOf(subtopology).forEach(required::add);
            subtopology.stateChangelogTopics().forEach(topic -> required.add(topic.name()));
        }
        return required;
    }

    private static List<InternalTopic> internal(Stream<TopicInfo> topics, PartitionCounts counts) {
        return topics.map(topic -> {
                    Map<String, String> settings = new LinkedHashMap<>();
                    for (TopicConfig config : topic.topicConfigs()) {
                        settings.put(config.key(), config.value());
                    }
                    return new InternalTopic(
                            topic.name(), counts.of(topic.name()), topic.replicationFactor(), settings);
                })
                .toList();
    }

    private static String shown(NavigableSet<String> names) {
        List<String> shown = new ArrayList<>(names.stream().limit(NAMES_SHOWN).toList());
        String listed = String.join(", ", shown);
        int more = names.size() - shown.size();
        return more == 0 ? listed : listed + " and " + more + " additional topics";
    }
}
