package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A new image, and where it differs from the one that the same listener got before.
 *
 * @param before the image that the listener got before; empty the first time
 * @param topics ids of topics that were created, changed or deleted: look them up in the image
 * @param settings whose settings have changed
 * @param brokers ids of brokers that have come, changed or gone
 */
public record ImageUpdate(
        ClusterImage before, ClusterImage image, Set<Uuid> topics, Set<Resource> settings, Set<Integer> brokers) {

    /** The difference between nothing and an image. */
    static ImageUpdate first(ClusterImage image) {
        Set<Uuid> topics = new LinkedHashSet<>();
        image.topics().forEach(topic -> topics.add(topic.id()));
        return new ImageUpdate(
                ClusterImage.EMPTY,
                image,
                Collections.unmodifiableSet(topics),
                Collections.unmodifiableSet(new LinkedHashSet<>(image.allResourcesWithSettings())),
                image.brokers().keySet());
    }

    /**
     * The partitions of a topic that are new or have changed, by index. Costs a comparison of references for each
     * partition of the topic, since those that have not changed are the same objects.
     */
    public IntStream changedPartitions(Topic topic) {
        List<Partition> then = before.topic(topic.id()).map(Topic::partitions).orElse(List.of());
        List<Partition> now = topic.partitions();
        return IntStream.range(0, now.size()).filter(index -> index >= then.size() || isOther(then, now, index));
    }

    // What is the same object has not changed; one that was changed back is looked at once too often.
    @SuppressWarnings("ReferenceEquality")
    private static boolean isOther(List<Partition> then, List<Partition> now, int index) {
        return then.get(index) != now.get(index);
    }

    /** Collects differences. */
    static final class Builder {

        private final ClusterImage before;
        private final Set<Uuid> topics = new LinkedHashSet<>();
        private final Set<Resource> settings = new LinkedHashSet<>();
        private final Set<Integer> brokers = new LinkedHashSet<>();

        Builder(ClusterImage before) {
            this.before = before;
        }

        /** @param beforeChange for what the change does not say itself */
        void add(Change change, ClusterImage beforeChange) {
            switch (change) {
                case Change.ClusterStarted _ -> {}
                case Change.ProducerIdsAllocated _ -> {}
                case Change.FeaturesFinalized _ -> {}
                case Change.ReplicasAssigned _ -> {}
                case Change.BrokerRegistered(Broker broker) -> brokers.add(broker.id());
                case Change.BrokerStateChanged changed -> brokers.add(changed.id());
                case Change.BrokerUnregistered unregistered -> brokers.add(unregistered.id());
                case Change.TopicCreated created -> {
                    topics.add(created.topic().id());
                    settings.add(Resource.topic(created.topic().name()));
                }
                case Change.TopicDeleted(Uuid id) -> {
                    topics.add(id);
                    beforeChange.topic(id).ifPresent(topic -> settings.add(Resource.topic(topic.name())));
                }
                case Change.PartitionsAdded added -> topics.add(added.topicId());
                case Change.PartitionsChanged changed ->
                    changed.topics().forEach(ofTopic -> topics.add(ofTopic.topicId()));
                case Change.SettingsChanged changed -> settings.add(changed.resource());
                case Change.Together(List<Change> changes) -> changes.forEach(each -> add(each, beforeChange));
            }
        }

        /** Anything may have changed since then, as when a snapshot has come in place of many entries. */
        void addAll(ClusterImage after) {
            for (ClusterImage image : List.of(before, after)) {
                brokers.addAll(image.brokers().keySet());
                image.topics().forEach(topic -> topics.add(topic.id()));
                settings.addAll(image.allResourcesWithSettings());
            }
        }

        ImageUpdate build(ClusterImage image) {
            return new ImageUpdate(
                    before,
                    image,
                    Collections.unmodifiableSet(topics),
                    Collections.unmodifiableSet(settings),
                    Collections.unmodifiableSet(brokers));
        }
    }
}
