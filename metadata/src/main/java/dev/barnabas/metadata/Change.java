package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A command of the metadata log: a change of the cluster on which its nodes agree. It has nothing left to decide: ids,
 * epochs and placements are in it. Its stored form is that of {@link ChangeCodec}.
 */
public sealed interface Change {

    /**
     * The first change of a cluster.
     *
     * @param features the levels at which features are used from the start, by name
     */
    record ClusterStarted(String clusterId, NavigableMap<String, Short> features) implements Change {
        public ClusterStarted {
            features = Collections.unmodifiableNavigableMap(new TreeMap<>(features));
        }
    }

    /** A broker has started, and with it begins a new term for every partition it leads. */
    record BrokerRegistered(Broker broker) implements Change {}

    record TopicCreated(Topic topic, NavigableMap<String, String> settings) implements Change {
        public TopicCreated {
            settings = Collections.unmodifiableNavigableMap(new TreeMap<>(settings));
        }
    }

    /** A topic is gone, with its partitions and settings. */
    record TopicDeleted(Uuid topicId) implements Change {}

    record PartitionsAdded(Uuid topicId, int firstPartition, List<Partition> partitions) implements Change {
        public PartitionsAdded {
            partitions = List.copyOf(partitions);
        }
    }

    /** @param values by name; null takes the setting away */
    record SettingsChanged(Resource resource, Map<String, @Nullable String> values) implements Change {
        public SettingsChanged {
            values = Collections.unmodifiableNavigableMap(new TreeMap<>(values));
        }
    }

    /** A broker may give out the producer ids from the first one on. */
    record ProducerIdsAllocated(int brokerId, long firstProducerId, int count) implements Change {}

    /** A broker keeps its replicas of some partitions in certain log directories (KIP-858). */
    record ReplicasAssigned(int brokerId, List<ReplicaAssignment> assignments) implements Change {
        public ReplicasAssigned {
            assignments = List.copyOf(assignments);
        }
    }

    /** @param levels by feature; 0 takes the feature out of use */
    record FeaturesFinalized(NavigableMap<String, Short> levels) implements Change {
        public FeaturesFinalized {
            levels = Collections.unmodifiableNavigableMap(new TreeMap<>(levels));
        }
    }
}
