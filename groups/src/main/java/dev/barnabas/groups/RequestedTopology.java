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
import java.util.HashSet;
import java.util.List;
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
        for (var subtopology : topology.subtopologies()) {
            if (!ids.add(subtopology.subtopologyId())) {
                return Optional.of("Subtopology " + subtopology.subtopologyId() + " is named twice.");
            }
            Optional<String> invalid = whyInvalid(subtopology);
            if (invalid.isPresent()) {
                return invalid;
            }
        }
        return whyUnresolvable(topology.subtopologies());
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

    private static boolean within(List<Short> indexes, int size) {
        return indexes.stream().allMatch(index -> index >= 0 && index < size);
    }

    /** Each repartition topic has as many partitions as what is written to it has; that must lead somewhere. */
    private static Optional<String> whyUnresolvable(List<StreamsGroupHeartbeatRequest.Subtopology> subtopologies) {
        Set<String> unknown = new HashSet<>();
        Set<String> written = new HashSet<>();
        for (var subtopology : subtopologies) {
            written.addAll(subtopology.repartitionSinkTopics());
            subtopology.repartitionSourceTopics().stream()
                    .filter(topic -> topic.partitions() == 0)
                    .forEach(topic -> unknown.add(topic.name()));
        }
        if (!written.containsAll(unknown)) {
            return Optional.of("Failed to compute number of partitions for all repartition topics, because a"
                    + " repartition source topic is never used as a sink topic.");
        }
        int before;
        do {
            before = unknown.size();
            unknown.removeIf(topic -> subtopologies.stream()
                    .filter(subtopology -> subtopology.repartitionSinkTopics().contains(topic))
                    .allMatch(writer -> writer.repartitionSourceTopics().stream()
                            .noneMatch(source -> unknown.contains(source.name()))));
        } while (unknown.size() < before);
        return unknown.isEmpty()
                ? Optional.empty()
                : Optional.of("Failed to compute number of partitions for all repartition topics. There may be loops"
                        + " in the topology that cannot be resolved.");
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
        List<String> repartitionedNames =
                repartitioned.stream().map(TopicInfo::name).toList();
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
                                        .map(index -> sources.indexOf(
                                                subtopology.sourceTopics().get(index)))),
                                List.of(),
                                indexes(group.repartitionSourceTopics().stream()
                                        .map(index -> repartitionedNames.indexOf(subtopology
                                                .repartitionSourceTopics()
                                                .get(index)
                                                .name())))))
                        .sorted(Comparator.comparing(CopartitionGroup::toString))
                        .toList())
                .build();
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
