package dev.barnabas.groups;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;

/** The topics of a test at one moment, as Kafka's coordinator wants to see them. */
final class KafkaTopics implements CoordinatorMetadataImage {
    private final Map<String, Known> byName = new LinkedHashMap<>();
    private final long version;

    KafkaTopics(MemoryTopics topics) {
        version = topics.version();
        for (String name : topics.names()) {
            dev.barnabas.protocol.Uuid id = topics.idOf(name).orElseThrow();
            byName.put(
                    name,
                    new Known(
                            name,
                            new Uuid(id.mostSignificantBits(), id.leastSignificantBits()),
                            topics.partitionsOf(name)));
        }
    }

    private record Known(String name, Uuid id, int partitionCount) implements TopicMetadata {
        @Override
        public List<String> partitionRacks(int partition) {
            return new ArrayList<>();
        }
    }

    private record Delta(
            Set<Uuid> createdTopicIds, Set<Uuid> changedTopicIds, Set<Uuid> deletedTopicIds, KafkaTopics image)
            implements CoordinatorMetadataDelta {}

    CoordinatorMetadataDelta changedSince(KafkaTopics before) {
        Set<Uuid> created = new LinkedHashSet<>();
        Set<Uuid> changed = new LinkedHashSet<>();
        for (Known topic : byName.values()) {
            if (!before.topicIds().contains(topic.id())) {
                // What is new has changed as well, in Kafka's terms.
                created.add(topic.id());
                changed.add(topic.id());
            } else if (!before.byName.containsValue(topic)) {
                changed.add(topic.id());
            }
        }
        Set<Uuid> deleted = new LinkedHashSet<>(before.topicIds());
        deleted.removeAll(topicIds());
        return new Delta(created, changed, deleted, this);
    }

    @Override
    public Set<Uuid> topicIds() {
        Set<Uuid> ids = new LinkedHashSet<>();
        byName.values().forEach(topic -> ids.add(topic.id()));
        return ids;
    }

    @Override
    public Set<String> topicNames() {
        return byName.keySet();
    }

    @Override
    public Optional<TopicMetadata> topicMetadata(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    @Override
    public Optional<TopicMetadata> topicMetadata(Uuid id) {
        Collection<Known> all = byName.values();
        return all.stream()
                .filter(topic -> topic.id().equals(id))
                .map(topic -> (TopicMetadata) topic)
                .findFirst();
    }

    @Override
    public CoordinatorMetadataDelta emptyDelta() {
        return new Delta(Set.of(), Set.of(), Set.of(), this);
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public boolean isEmpty() {
        return byName.isEmpty();
    }
}
