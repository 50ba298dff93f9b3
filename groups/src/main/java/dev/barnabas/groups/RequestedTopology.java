package dev.barnabas.groups;

import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Topology;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.CopartitionGroup;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.Subtopology;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.TopicConfig;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue.TopicInfo;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The topology of a streams application as a member brings it, and as it is stored. */
final class RequestedTopology {

    private RequestedTopology() {}

    /** Why nobody could ever work with it; empty if somebody could. */
    static Optional<String> whyInvalid(Topology topology) {
        if (topology.epoch() < 0) {
            return Optional.of("Topology epoch must be non-negative.");
        }
        Set<String> ids = new HashSet<>();
        Set<String> sources = new HashSet<>();
        for (var subtopology : topology.subtopologies()) {
            if (!ids.add(subtopology.subtopologyId())) {
                return Optional.of("Subtopology " + subtopology.subtopologyId() + " is named twice.");
            }
            Optional<String> invalid = whyInvalid(subtopology);
            if (invalid.isPresent()) {
                return invalid;
            }
            // So there are no more tasks than partitions.
            Optional<String> repeated =
                    sourcesOf(subtopology).filter(topic -> !sources.add(topic)).findFirst();
            if (repeated.isPresent()) {
                return Optional.of("Topic " + repeated.get() + " is read twice.");
            }
        }
        return whyUnresolvable(topology);
    }

    private static Optional<String> whyInvalid(StreamsGroupHeartbeatRequest.Subtopology subtopology) {
        if (!subtopology.sourceTopicRegex().isEmpty()) {
            return Optional.of("Regular expressions for source topics are not supported yet.");
        }
        for (var changelog : subtopology.stateChangelogTopics()) {
            if (changelog.partitions() != 0) {
                return Optional.of("Changelog topic " + changelog.name()
                        + " must have an undefined partition count, but it is set to " + changelog.partitions() + ".");
            }
        }
        if (subtopology.repartitionSourceTopics().stream().anyMatch(topic -> topic.partitions() < 0)) {
            return Optional.of("The partition count of a repartition topic must not be negative.");
        }
        int sources = subtopology.sourceTopics().size();
        int repartitioned = subtopology.repartitionSourceTopics().size();
        if (sources + repartitioned == 0) {
            return Optional.of("Subtopology " + subtopology.subtopologyId() + " has no source topics.");
        }
        boolean outside = subtopology.copartitionGroups().stream()
                .anyMatch(group -> !group.sourceTopicRegex().isEmpty()
                        || !within(group.sourceTopics(), sources)
                        || !within(group.repartitionSourceTopics(), repartitioned));
        return outside
                ? Optional.of("A copartition group of subtopology " + subtopology.subtopologyId()
                        + " names a topic that is not there.")
                : Optional.empty();
    }

    private static Stream<String> sourcesOf(StreamsGroupHeartbeatRequest.Subtopology subtopology) {
        return Stream.concat(
                subtopology.sourceTopics().stream(),
                subtopology.repartitionSourceTopics().stream().map(StreamsGroupHeartbeatRequest.TopicInfo::name));
    }

    private static boolean within(List<Short> indexes, int size) {
        return indexes.stream().allMatch(index -> index >= 0 && index < size);
    }

    /** Each repartition topic has as many partitions as what is written to it has; that must lead somewhere. */
    private static Optional<String> whyUnresolvable(Topology topology) {
        RepartitionOrder order = new RepartitionOrder(stored(topology).subtopologies());
        String why = order.lacksWriter()
                ? "because a repartition source topic is never used as a sink topic."
                : order.hasLoop() ? "as there are loops in the topology that cannot be resolved." : null;
        return Optional.ofNullable(why)
                .map(reason -> "Failed to compute number of partitions for all repartition topics, " + reason);
    }

    /** Topologies that say the same are stored as the same. */
    static StreamsGroupTopologyValue stored(Topology topology) {
        return StreamsGroupTopologyValue.builder()
                .epoch(topology.epoch())
                .subtopologies(topology.subtopologies().stream()
                        .map(RequestedTopology::stored)
                        .sorted(Comparator.comparing(Subtopology::subtopologyId))
                        .toList())
                .build();
    }

    private static Subtopology stored(StreamsGroupHeartbeatRequest.Subtopology subtopology) {
        List<String> sources = sorted(subtopology.sourceTopics());
        List<TopicInfo> repartitioned = stored(subtopology.repartitionSourceTopics());
        Map<String, Integer> sourceIndex = indexes(sources);
        Map<String, Integer> repartitionedIndex =
                indexes(repartitioned.stream().map(TopicInfo::name).toList());
        return Subtopology.builder()
                .subtopologyId(subtopology.subtopologyId())
                .sourceTopics(sources)
                .sourceTopicRegex(List.of())
                .stateChangelogTopics(stored(subtopology.stateChangelogTopics()))
                .repartitionSinkTopics(sorted(subtopology.repartitionSinkTopics()))
                .repartitionSourceTopics(repartitioned)
                .copartitionGroups(subtopology.copartitionGroups().stream()
                        .map(group -> new CopartitionGroup(
                                indexes(group.sourceTopics().stream()
                                        .map(index -> sourceIndex.getOrDefault(
                                                subtopology.sourceTopics().get(index), 0))),
                                List.of(),
                                indexes(group.repartitionSourceTopics().stream()
                                        .map(index -> repartitionedIndex.getOrDefault(
                                                subtopology
                                                        .repartitionSourceTopics()
                                                        .get(index)
                                                        .name(),
                                                0)))))
                        .sorted(Comparator.comparing(CopartitionGroup::toString))
                        .toList())
                .build();
    }

    private static Map<String, Integer> indexes(List<String> names) {
        Map<String, Integer> indexes = new HashMap<>();
        for (int index = 0; index < names.size(); index++) {
            indexes.put(names.get(index), index);
        }
        return indexes;
    }

    private static List<Short> indexes(Stream<Integer> indexes) {
        return indexes.sorted().map(Integer::shortValue).toList();
    }

    private static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }

    private static List<TopicInfo> stored(List<StreamsGroupHeartbeatRequest.TopicInfo> topics) {
        return topics.stream()
                .map(topic -> new TopicInfo(
                        topic.name(),
                        topic.partitions(),
                        topic.replicationFactor(),
                        topic.topicConfigs().stream()
                                .map(config -> new TopicConfig(config.key(), config.value()))
                                .sorted(Comparator.comparing(TopicConfig::key))
                                .toList()))
                .sorted(Comparator.comparing(TopicInfo::name))
                .toList();
    }
}
