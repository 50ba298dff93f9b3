package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A new image, and where it differs from the one that the same listener got before.
 *
 * @param topics ids of topics that were created, changed or deleted: look them up in the image
 * @param settings whose settings have changed
 * @param brokers whether brokers have come, changed or gone
 */
public record ImageUpdate(ClusterImage image, Set<Uuid> topics, Set<Resource> settings, boolean brokers) {

    /** The difference between nothing and an image. */
    static ImageUpdate first(ClusterImage image) {
        Set<Uuid> topics = new LinkedHashSet<>();
        image.topics().forEach(topic -> topics.add(topic.id()));
        return new ImageUpdate(
                image,
                Collections.unmodifiableSet(topics),
                Collections.unmodifiableSet(new LinkedHashSet<>(image.allResourcesWithSettings())),
                true);
    }

    /** Collects differences. */
    static final class Builder {

        private final Set<Uuid> topics = new LinkedHashSet<>();
        private final Set<Resource> settings = new LinkedHashSet<>();
        private boolean brokers;

        void add(Change change, ClusterImage before, ClusterImage after) {
            switch (change) {
                case Change.ClusterStarted _ -> {}
                case Change.ProducerIdsAllocated _ -> {}
                case Change.FeaturesFinalized _ -> {}
                case Change.ReplicasAssigned _ -> {}
                case Change.BrokerRegistered(Broker broker) -> {
                    brokers = true;
                    for (Topic topic : after.topics()) {
                        if (topic.isLedBy(broker.id())) {
                            topics.add(topic.id());
                        }
                    }
                }
                case Change.TopicCreated created -> {
                    topics.add(created.topic().id());
                    settings.add(Resource.topic(created.topic().name()));
                }
                case Change.TopicDeleted(Uuid id) -> {
                    topics.add(id);
                    before.topic(id).ifPresent(topic -> settings.add(Resource.topic(topic.name())));
                }
                case Change.PartitionsAdded added -> topics.add(added.topicId());
                case Change.SettingsChanged changed -> settings.add(changed.resource());
            }
        }

        /** Anything may have changed between the two, as when a snapshot has come in place of many entries. */
        void addAll(ClusterImage before, ClusterImage after) {
            brokers = true;
            for (ClusterImage image : List.of(before, after)) {
                image.topics().forEach(topic -> topics.add(topic.id()));
                settings.addAll(image.allResourcesWithSettings());
            }
        }

        ImageUpdate build(ClusterImage image) {
            return new ImageUpdate(
                    image, Collections.unmodifiableSet(topics), Collections.unmodifiableSet(settings), brokers);
        }
    }
}
