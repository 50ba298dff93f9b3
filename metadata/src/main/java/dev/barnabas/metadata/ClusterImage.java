package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.ClientMetricsSettings;
import dev.barnabas.settings.GroupSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.Source;
import dev.barnabas.settings.TopicSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that the cluster has agreed on, at one point of the metadata log. Immutable: every loop may hold one and read it.
 * {@link #apply} makes the next one and shares with it what has not changed, so that it costs little however many
 * topics there are.
 */
public final class ClusterImage {

    /** Before the first change. */
    public static final ClusterImage EMPTY = new ClusterImage(new Builder());

    private final String clusterId;
    private final long version;
    private final long stamp;
    private final long lastOffset;
    private final NavigableMap<Integer, Broker> brokers;
    private final PersistentMap<String, Topic> topicsByName;
    private final PersistentMap<Uuid, Topic> topicsById;
    /** The names of all topics by {@link #folded}: no two topics may have the same there. */
    private final PersistentMap<String, String> namesByFolded;

    private final int partitionCount;
    private final PersistentMap<Replica, ReplicaDirectory> directories;
    private final PersistentMap<Resource, NavigableMap<String, String>> settings;
    private final NavigableMap<String, Short> features;
    private final long featuresEpoch;
    private final long nextProducerId;

    private ClusterImage(Builder next) {
        this.clusterId = next.clusterId;
        this.version = next.version;
        this.stamp = next.stamp;
        this.lastOffset = next.lastOffset;
        this.brokers = next.brokers;
        this.topicsByName = next.topicsByName;
        this.topicsById = next.topicsById;
        this.namesByFolded = next.namesByFolded;
        this.partitionCount = next.partitionCount;
        this.directories = next.directories;
        this.settings = next.settings;
        this.features = next.features;
        this.featuresEpoch = next.featuresEpoch;
        this.nextProducerId = next.nextProducerId;
    }

    /** Empty until the cluster has been started. */
    public String clusterId() {
        return clusterId;
    }

    /** How many changes have been applied. */
    public long version() {
        return version;
    }

    /** That of the last entry whose change has been applied; 0 before the first. A plan is good for one stamp only. */
    long stamp() {
        return stamp;
    }

    /** The offset of the last entry of the metadata log that this image knows; -1 before the first. */
    public long lastOffset() {
        return lastOffset;
    }

    /** By id. */
    public NavigableMap<Integer, Broker> brokers() {
        return brokers;
    }

    public Optional<Broker> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    public Optional<Topic> topic(String name) {
        return Optional.ofNullable(topicsByName.get(name));
    }

    public Optional<Topic> topic(Uuid id) {
        return Optional.ofNullable(topicsById.get(id));
    }

    /** The name of the topic that differs from this one at most in dots and underscores. */
    Optional<String> topicLike(String name) {
        return Optional.ofNullable(namesByFolded.get(folded(name)));
    }

    private static String folded(String name) {
        return name.replace('.', '_');
    }

    /** All topics, in an order of their own; takes time in proportion to their number. */
    public List<Topic> topics() {
        return topicsByName.values();
    }

    public int topicCount() {
        return topicsByName.size();
    }

    public int partitionCount() {
        return partitionCount;
    }

    /** The log directory in which a broker keeps its replica of a partition, if the broker has said so. */
    public Optional<ReplicaDirectory> directoryOf(int brokerId, Uuid topicId, int partition) {
        return Optional.ofNullable(directories.get(new Replica(brokerId, topicId, partition)));
    }

    /** What has been set at run time for a topic, broker, group or subscription, by name. */
    public NavigableMap<String, String> settings(Resource resource) {
        NavigableMap<String, String> values = settings.get(resource);
        return values == null ? Collections.emptyNavigableMap() : values;
    }

    /** Everything of a type for which something has been set at run time, in the order of the names. */
    public List<Resource> resourcesWithSettings(Resource.Type type) {
        return settings.keys().stream()
                .filter(resource -> resource.type() == type)
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
    }

    /** The settings of a broker: what it was started with and, over that, what has been set at run time. */
    public Settings brokerSettings(Settings atStart, int brokerId) {
        return atStart.with(Source.DYNAMIC_DEFAULT_BROKER, settings(Resource.ALL_BROKERS))
                .with(Source.DYNAMIC_BROKER, settings(Resource.broker(brokerId)));
    }

    /** The settings of a topic, existing or not, over those of the broker. */
    public Settings topicSettings(String topic, Settings broker) {
        return TopicSettings.of(settings(Resource.topic(topic)), broker);
    }

    /** The settings of a group, existing or not, over those of the broker. */
    public Settings groupSettings(String group, Settings broker) {
        return GroupSettings.of(settings(Resource.group(group)), broker);
    }

    /** The settings of a client metrics subscription, existing or not. */
    public Settings clientMetricsSettings(String name) {
        return ClientMetricsSettings.of(settings(Resource.clientMetrics(name)));
    }

    /** The levels at which the cluster uses its features, by name. */
    public NavigableMap<String, Short> finalizedFeatures() {
        return features;
    }

    /** Grows whenever {@link #finalizedFeatures} changes. */
    public long featuresEpoch() {
        return featuresEpoch;
    }

    /** The first producer id that nobody has got yet. */
    public long nextProducerId() {
        return nextProducerId;
    }

    /**
     * The image after a change that was planned for this one. It follows from the two alone, on every node and in every
     * replay.
     *
     * @param offset of the change in the metadata log
     * @throws IllegalStateException if the change does not fit, which is a defect of the plan
     */
    public ClusterImage apply(Change change, long offset) {
        Builder next = new Builder(this);
        next.version = version + 1;
        next.lastOffset = offset;
        next.apply(change);
        return new ClusterImage(next);
    }

    /** The image after an entry that was planned for this one. */
    ClusterImage apply(LogEntry entry, long offset) {
        Builder next = new Builder(apply(entry.change(), offset));
        next.stamp = entry.stamp();
        return new ClusterImage(next);
    }

    /** The image after an entry that was planned for another one. */
    ClusterImage passing(long offset) {
        Builder next = new Builder(this);
        next.lastOffset = offset;
        return new ClusterImage(next);
    }

    /** The image that a snapshot is of: the changes are applied, the counters are those of the original. */
    ClusterImage restoredAs(Snapshot.Counters counters) {
        Builder next = new Builder(this);
        next.version = counters.version();
        next.stamp = counters.stamp();
        next.lastOffset = counters.lastOffset();
        next.featuresEpoch = counters.featuresEpoch();
        return new ClusterImage(next);
    }

    /** Where replicas are, as changes that say so: one for each broker. */
    List<Change.ReplicasAssigned> assignments() {
        Map<Integer, Map<ReplicaDirectory, Map<Uuid, List<Integer>>>> byBroker = new TreeMap<>();
        for (Replica replica : directories.keys()) {
            ReplicaDirectory directory = Objects.requireNonNull(directories.get(replica));
            byBroker.computeIfAbsent(replica.brokerId, absent -> new LinkedHashMap<>())
                    .computeIfAbsent(directory, absent -> new LinkedHashMap<>())
                    .computeIfAbsent(replica.topicId, absent -> new ArrayList<>())
                    .add(replica.partition);
        }
        List<Change.ReplicasAssigned> changes = new ArrayList<>();
        byBroker.forEach((brokerId, byDirectory) -> {
            List<ReplicaAssignment> ofBroker = new ArrayList<>();
            byDirectory.forEach((directory, byTopic) -> byTopic.forEach(
                    (topicId, partitions) -> ofBroker.add(new ReplicaAssignment(directory, topicId, partitions))));
            changes.add(new Change.ReplicasAssigned(brokerId, ofBroker));
        });
        return changes;
    }

    /** Everything for which something has been set at run time. */
    List<Resource> allResourcesWithSettings() {
        return settings.keys();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ClusterImage image
                && clusterId.equals(image.clusterId)
                && version == image.version
                && stamp == image.stamp
                && lastOffset == image.lastOffset
                && brokers.equals(image.brokers)
                && topicsByName.equals(image.topicsByName)
                && topicsById.equals(image.topicsById)
                && directories.equals(image.directories)
                && settings.equals(image.settings)
                && features.equals(image.features)
                && featuresEpoch == image.featuresEpoch
                && nextProducerId == image.nextProducerId;
    }

    @Override
    public int hashCode() {
        return Objects.hash(clusterId, version, lastOffset);
    }

    @Override
    public String toString() {
        return "ClusterImage[" + clusterId + ", version " + version + ", last offset " + lastOffset + ", "
                + brokers.size() + " brokers, " + topicCount() + " topics, " + partitionCount + " partitions]";
    }

    private record Replica(int brokerId, Uuid topicId, int partition) {}

    /** The next image in the making. */
    private static final class Builder {

        private String clusterId = "";
        private long version;
        private long stamp;
        private long lastOffset = -1;
        private NavigableMap<Integer, Broker> brokers = Collections.emptyNavigableMap();
        private PersistentMap<String, Topic> topicsByName = PersistentMap.empty();
        private PersistentMap<Uuid, Topic> topicsById = PersistentMap.empty();
        private PersistentMap<String, String> namesByFolded = PersistentMap.empty();
        private int partitionCount;
        private PersistentMap<Replica, ReplicaDirectory> directories = PersistentMap.empty();
        private PersistentMap<Resource, NavigableMap<String, String>> settings = PersistentMap.empty();
        private NavigableMap<String, Short> features = Collections.emptyNavigableMap();
        private long featuresEpoch = -1;
        private long nextProducerId;

        Builder() {}

        Builder(ClusterImage image) {
            clusterId = image.clusterId;
            version = image.version;
            stamp = image.stamp;
            lastOffset = image.lastOffset;
            brokers = image.brokers;
            topicsByName = image.topicsByName;
            topicsById = image.topicsById;
            namesByFolded = image.namesByFolded;
            partitionCount = image.partitionCount;
            directories = image.directories;
            settings = image.settings;
            features = image.features;
            featuresEpoch = image.featuresEpoch;
            nextProducerId = image.nextProducerId;
        }

        void apply(Change change) {
            switch (change) {
                case Change.ClusterStarted started -> start(started);
                case Change.BrokerRegistered(Broker broker) -> put(broker);
                case Change.BrokerStateChanged changed ->
                    put(existing(changed.id(), changed.epoch())
                            .in(
                                    changed.fenced(),
                                    changed.shuttingDown(),
                                    changed.directories(),
                                    changed.fullDirectories()));
                case Change.BrokerUnregistered(int id, long epoch) -> unregister(existing(id, epoch));
                case Change.TopicCreated created -> create(created);
                case Change.TopicDeleted(Uuid id) -> delete(existing(id));
                case Change.PartitionsAdded added -> add(existing(added.topicId()), added);
                case Change.PartitionsChanged changed ->
                    changed.topics().forEach(ofTopic -> put(existing(ofTopic.topicId()), ofTopic.partitions()));
                case Change.SettingsChanged changed -> change(changed.resource(), changed.values());
                case Change.ProducerIdsAllocated allocated ->
                    nextProducerId = allocated.firstProducerId() + allocated.count();
                case Change.ReplicasAssigned assigned -> assign(assigned);
                case Change.FeaturesFinalized(NavigableMap<String, Short> levels) -> finalizeFeatures(levels);
                case Change.Together(List<Change> changes) -> changes.forEach(this::apply);
            }
        }

        private Topic existing(Uuid id) {
            Topic topic = topicsById.get(id);
            if (topic == null) {
                throw new IllegalStateException("a change of a topic that does not exist: " + id);
            }
            return topic;
        }

        private Broker existing(int id, long epoch) {
            Broker broker = brokers.get(id);
            if (broker == null || broker.epoch() != epoch) {
                throw new IllegalStateException(
                        "a change of broker " + id + " in epoch " + epoch + ", but it is " + broker);
            }
            return broker;
        }

        void start(Change.ClusterStarted started) {
            if (!clusterId.isEmpty()) {
                throw new IllegalStateException("the cluster " + clusterId + " is started again");
            }
            clusterId = started.clusterId();
            finalizeFeatures(started.features());
        }

        private void put(Broker broker) {
            NavigableMap<Integer, Broker> changed = new TreeMap<>(brokers);
            changed.put(broker.id(), broker);
            brokers = Collections.unmodifiableNavigableMap(changed);
        }

        private void unregister(Broker broker) {
            NavigableMap<Integer, Broker> changed = new TreeMap<>(brokers);
            changed.remove(broker.id());
            brokers = Collections.unmodifiableNavigableMap(changed);
        }

        /** Changes partitions. Their epochs grow: what was planned from an older state never comes through. */
        private void put(Topic topic, NavigableMap<Integer, Partition> changed) {
            changed.forEach((index, partition) -> {
                Partition before = topic.partition(index)
                        .orElseThrow(() -> new IllegalStateException(
                                "a change of a partition that does not exist: " + topic.name() + "-" + index));
                if (partition.partitionEpoch() <= before.partitionEpoch()
                        || partition.leaderEpoch() < before.leaderEpoch()) {
                    throw new IllegalStateException(
                            "a change of " + topic.name() + "-" + index + " from " + before + " back to " + partition);
                }
                for (int broker : before.replicas()) {
                    if (!partition.isOn(broker)) {
                        directories = directories.without(new Replica(broker, topic.id(), index));
                    }
                }
            });
            put(topic.with(changed));
        }

        void create(Change.TopicCreated created) {
            Topic topic = created.topic();
            if (topicsByName.get(topic.name()) != null || topicsById.get(topic.id()) != null) {
                throw new IllegalStateException("a topic that exists is created: " + topic.name());
            }
            put(topic);
            namesByFolded = namesByFolded.with(folded(topic.name()), topic.name());
            partitionCount += topic.partitions().size();
            change(Resource.topic(topic.name()), created.settings());
        }

        void delete(Topic topic) {
            topicsByName = topicsByName.without(topic.name());
            topicsById = topicsById.without(topic.id());
            namesByFolded = namesByFolded.without(folded(topic.name()));
            partitionCount -= topic.partitions().size();
            settings = settings.without(Resource.topic(topic.name()));
            for (int index = 0; index < topic.partitions().size(); index++) {
                for (int brokerId : topic.partitions().get(index).replicas()) {
                    directories = directories.without(new Replica(brokerId, topic.id(), index));
                }
            }
        }

        void assign(Change.ReplicasAssigned assigned) {
            for (ReplicaAssignment assignment : assigned.assignments()) {
                if (topicsById.get(assignment.topicId()) == null) {
                    throw new IllegalStateException(
                            "replicas of a topic that does not exist are assigned: " + assignment.topicId());
                }
                for (int partition : assignment.partitions()) {
                    Replica replica = new Replica(assigned.brokerId(), assignment.topicId(), partition);
                    directories = assignment.directory().isLost()
                            ? directories.without(replica)
                            : directories.with(replica, assignment.directory());
                }
            }
        }

        void add(Topic topic, Change.PartitionsAdded added) {
            if (added.firstPartition() != topic.partitions().size()) {
                throw new IllegalStateException(
                        "partitions of " + topic.name() + " are added at " + added.firstPartition() + " but it has "
                                + topic.partitions().size());
            }
            put(topic.withFurther(added.partitions()));
            partitionCount += added.partitions().size();
        }

        void change(Resource resource, Map<String, ? extends @Nullable String> changes) {
            NavigableMap<String, String> values = new TreeMap<>();
            NavigableMap<String, String> before = settings.get(resource);
            if (before != null) {
                values.putAll(before);
            }
            for (Map.Entry<String, ? extends @Nullable String> change : changes.entrySet()) {
                String value = change.getValue();
                if (value == null) {
                    values.remove(change.getKey());
                } else {
                    values.put(change.getKey(), value);
                }
            }
            settings = values.isEmpty()
                    ? settings.without(resource)
                    : settings.with(resource, Collections.unmodifiableNavigableMap(values));
        }

        void finalizeFeatures(NavigableMap<String, Short> levels) {
            NavigableMap<String, Short> changed = new TreeMap<>(features);
            changed.putAll(levels);
            changed.values().removeIf(level -> level == 0);
            features = Collections.unmodifiableNavigableMap(changed);
            featuresEpoch = lastOffset;
        }

        private void put(Topic topic) {
            topicsByName = topicsByName.with(topic.name(), topic);
            topicsById = topicsById.with(topic.id(), topic);
        }
    }
}
