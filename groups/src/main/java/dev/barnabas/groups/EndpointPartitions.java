package dev.barnabas.groups;

import dev.barnabas.groups.ConfiguredTopology.Configured;
import dev.barnabas.groups.StreamsMember.Endpoint;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse.EndpointToPartitions;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who answers questions about which state: the topics and partitions that the tasks at each endpoint read. */
final class EndpointPartitions {

    private EndpointPartitions() {}

    /** One for each member that has an endpoint, as Kafka does it; several may have the same. */
    static List<EndpointToPartitions> of(StreamsDraft draft, Topics topics) {
        ConfiguredTopology topology = draft.configured();
        List<EndpointToPartitions> all = new ArrayList<>();
        draft.members().forEach((memberId, member) -> {
            Endpoint endpoint = member.endpoint();
            if (endpoint != null) {
                TaskAssignment current = draft.current(memberId);
                all.add(new EndpointToPartitions(
                        new StreamsGroupHeartbeatResponse.Endpoint(endpoint.host(), endpoint.port()),
                        partitions(current.activeTasks(), topology, topics),
                        partitions(current.standby().or(current.warmup()), topology, topics)));
            }
        });
        return all;
    }

    private static List<TopicPartition> partitions(Tasks tasks, ConfiguredTopology topology, Topics topics) {
        NavigableMap<String, NavigableSet<Integer>> partitions = new TreeMap<>();
        tasks.forEach((id, partition) -> {
            Configured subtopology = topology.subtopologies().get(id);
            if (subtopology != null) {
                subtopology.sources().stream()
                        .filter(topic -> topics.hasPartition(topic, partition))
                        .forEach(topic -> partitions
                                .computeIfAbsent(topic, _ -> new TreeSet<>())
                                .add(partition));
            }
        });
        List<TopicPartition> listed = new ArrayList<>();
        partitions.forEach((topic, indexes) -> listed.add(new TopicPartition(topic, List.copyOf(indexes))));
        return listed;
    }
}
