package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
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

    /** A broker has registered, for the first time or again. What becomes of its partitions stands beside it. */
    record BrokerRegistered(Broker broker) implements Change {}

    /**
     * A registered broker has been fenced or let in, begins to shut down, has lost log directories, or has no room in
     * some any more or again.
     *
     * @param epoch that of the registration
     * @param directories those that it can use
     * @param fullDirectories those of them that have no room
     */
    record BrokerStateChanged(
            int id,
            long epoch,
            boolean fenced,
            boolean shuttingDown,
            List<Uuid> directories,
            List<Uuid> fullDirectories)
            implements Change {
        public BrokerStateChanged {
            directories = List.copyOf(directories);
            fullDirectories = List.copyOf(fullDirectories);
        }
    }

    /** A broker does not belong to the cluster any more. */
    record BrokerUnregistered(int id, long epoch) implements Change {}

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

    /** Partitions have other replicas, in-sync sets or leaders. */
    record PartitionsChanged(List<OfTopic> topics) implements Change {

        public PartitionsChanged {
            topics = List.copyOf(topics);
        }

        /** @param partitions the new states, by index */
        public record OfTopic(Uuid topicId, NavigableMap<Integer, Partition> partitions) {
            public OfTopic {
                partitions = Collections.unmodifiableNavigableMap(new TreeMap<>(partitions));
            }
        }
    }

    /**
     * Changes that happen at once, in this order: nobody sees a fenced broker that still leads.
     *
     * @param changes none of them of this kind
     */
    record Together(List<Change> changes) implements Change {
        public Together {
            changes = List.copyOf(changes);
            if (changes.stream().anyMatch(Together.class::isInstance)) {
                throw new IllegalArgumentException("changes that happen at once are nested");
            }
        }

        /** One change as it is, several together; what happens at once in one of them is taken out of it. */
        static Change of(List<Change> changes) {
            if (changes.size() == 1) {
                return changes.getFirst();
            }
            List<Change> flat = new ArrayList<>();
            for (Change change : changes) {
                if (change instanceof Together(List<Change> inside)) {
                    flat.addAll(inside);
                } else {
                    flat.add(change);
                }
            }
            return new Together(flat);
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
