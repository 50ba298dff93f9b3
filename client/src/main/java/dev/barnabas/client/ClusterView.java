package dev.barnabas.client;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a client knows of its cluster at a moment. Immutable.
 *
 * @param clusterId null until a broker told it, or if it is too old to tell
 * @param controllerId -1 if unknown
 * @param brokers by id
 * @param topics by name: those the client asked for, as far as they exist
 * @param refused topics that were asked for and why they are not in {@code topics}
 */
public record ClusterView(
        @Nullable String clusterId,
        int controllerId,
        Map<Integer, Broker> brokers,
        Map<String, Topic> topics,
        Map<String, ErrorCode> refused) {

    static final ClusterView EMPTY = new ClusterView(null, -1, Map.of(), Map.of(), Map.of());

    public ClusterView {
        // Whoever iterates over these shall find the same order in every run: the simulator depends on it.
        brokers = Collections.unmodifiableMap(new TreeMap<>(brokers));
        topics = Collections.unmodifiableMap(new TreeMap<>(topics));
        refused = Collections.unmodifiableMap(new TreeMap<>(refused));
    }

    /** @param rack where it stands, or null */
    public record Broker(
            int id, Endpoint endpoint, @Nullable String rack) {

        @Override
        public String toString() {
            return "broker " + id + " (" + endpoint + ")";
        }
    }

    /**
     * @param id {@link Uuid#ZERO} if the brokers are too old to have ids
     * @param partitions in the order of their indexes, without gaps
     */
    public record Topic(String name, Uuid id, boolean internal, List<Partition> partitions) {
        public Topic {
            partitions = List.copyOf(partitions);
        }

        boolean hasId() {
            return !id.equals(Uuid.ZERO);
        }
    }

    /**
     * @param leader the id of the leader, or -1: at the moment it has none
     * @param leaderEpoch -1 if unknown
     */
    public record Partition(
            int index,
            int leader,
            int leaderEpoch,
            List<Integer> replicas,
            List<Integer> inSync,
            List<Integer> offline) {
        public Partition {
            replicas = List.copyOf(replicas);
            inSync = List.copyOf(inSync);
            offline = List.copyOf(offline);
        }
    }

    public Optional<Topic> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<Partition> partition(TopicPartition id) {
        Topic topic = topics.get(id.topic());
        return topic == null || id.partition() >= topic.partitions().size() || id.partition() < 0
                ? Optional.empty()
                : Optional.of(topic.partitions().get(id.partition()));
    }

    /** Who leads a partition, if it has a leader and that leader is known. */
    public Optional<Broker> leader(TopicPartition id) {
        return partition(id).map(partition -> brokers.get(partition.leader()));
    }

    public Optional<Broker> controller() {
        return Optional.ofNullable(brokers.get(controllerId));
    }
}
