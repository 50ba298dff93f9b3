package dev.barnabas.client;

import dev.barnabas.client.ClusterView.Broker;
import dev.barnabas.client.ClusterView.Partition;
import dev.barnabas.client.ClusterView.Topic;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a Metadata response makes of the view that was there before. Pure. */
final class ViewUpdate {

    private ViewUpdate() {}

    /**
     * @param keep topics that stay though the response does not mention them; null if it is about all topics that exist
     */
    static ClusterView apply(ClusterView before, MetadataResponse response, @Nullable Set<String> keep) {
        Map<Integer, Broker> brokers = HashMap.newHashMap(response.brokers().size());
        for (MetadataResponse.MetadataResponseBroker broker : response.brokers()) {
            if (broker.port() > 0 && broker.port() <= 65_535) {
                brokers.put(
                        broker.nodeId(),
                        new Broker(broker.nodeId(), new Endpoint(broker.host(), broker.port()), broker.rack()));
            }
        }
        Map<String, Topic> topics = new HashMap<>();
        Map<String, ErrorCode> refused = new HashMap<>();
        if (keep != null) {
            before.topics().forEach((name, topic) -> {
                if (keep.contains(name)) {
                    topics.put(name, topic);
                }
            });
        }
        for (MetadataResponse.MetadataResponseTopic topic : response.topics()) {
            String name = topic.name();
            if (name == null) {
                continue;
            }
            ErrorCode error = ErrorCode.forCode(topic.errorCode());
            if (error.isError()) {
                refused.put(name, error);
                // A topic that is being created, or has no leaders for a moment, is not forgotten for that.
                if (!error.retriable() || error == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
                    topics.remove(name);
                }
            } else {
                topics.put(name, topic(topic, name, before.topics().get(name)));
            }
        }
        String clusterId = response.clusterId();
        return new ClusterView(
                clusterId != null ? clusterId : before.clusterId(), response.controllerId(), brokers, topics, refused);
    }

    private static Topic topic(MetadataResponse.MetadataResponseTopic topic, String name, @Nullable Topic before) {
        boolean same = before != null && before.id().equals(topic.topicId());
        List<Partition> partitions = new ArrayList<>(topic.partitions().size());
        topic.partitions().stream()
                .sorted(Comparator.comparingInt(MetadataResponse.MetadataResponsePartition::partitionIndex))
                .forEach(partition -> {
                    // Indexes are 0, 1, 2...; should a broker leave one out, it has no leader as far as we know.
                    while (partitions.size() < partition.partitionIndex()
                            && partition.partitionIndex() <= topic.partitions().size()) {
                        partitions.add(new Partition(partitions.size(), -1, -1, List.of(), List.of(), List.of()));
                    }
                    if (partition.partitionIndex() == partitions.size()) {
                        partitions.add(newer(partition, same && before != null ? before.partitions() : List.of()));
                    }
                });
        return new Topic(name, topic.topicId(), topic.isInternal(), partitions);
    }

    /** A broker that lags behind must not bring a leader back that has already been replaced (KIP-320). */
    private static Partition newer(MetadataResponse.MetadataResponsePartition partition, List<Partition> before) {
        int index = partition.partitionIndex();
        if (index < before.size() && before.get(index).leaderEpoch() > partition.leaderEpoch()) {
            return before.get(index);
        }
        return new Partition(
                index,
                partition.leaderId(),
                partition.leaderEpoch(),
                partition.replicaNodes(),
                partition.isrNodes(),
                partition.offlineReplicas());
    }
}
