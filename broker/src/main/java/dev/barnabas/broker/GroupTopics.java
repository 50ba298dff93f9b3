package dev.barnabas.broker;

import dev.barnabas.groups.Topics;
import dev.barnabas.metadata.Broker;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.Uuid;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** The topics that groups consume, out of the newest image of this node. */
record GroupTopics(Node node) implements Topics {

    @Override
    public Optional<Uuid> idOf(String name) {
        return node.image().topic(name).map(Topic::id);
    }

    @Override
    public Optional<String> nameOf(Uuid id) {
        return node.image().topic(id).map(Topic::name);
    }

    @Override
    public boolean hasPartition(String name, int partition) {
        return partition >= 0 && partition < partitionsOf(name);
    }

    @Override
    public long version() {
        return node.image().version();
    }

    @Override
    public List<String> names() {
        return node.image().topics().stream().map(Topic::name).sorted().toList();
    }

    @Override
    public int partitionsOf(String name) {
        return node.image().topic(name).map(topic -> topic.partitions().size()).orElse(0);
    }

    @Override
    public NavigableSet<String> racksOf(String name, int partition) {
        ClusterImage image = node.image();
        if (image.brokers().values().stream().allMatch(broker -> broker.rack() == null)) {
            return Collections.emptyNavigableSet();
        }
        NavigableSet<String> racks = new TreeSet<>();
        image.topic(name).flatMap(topic -> topic.partition(partition)).ifPresent(known -> {
            for (int replica : known.replicas()) {
                image.broker(replica).map(Broker::rack).ifPresent(racks::add);
            }
        });
        return Collections.unmodifiableNavigableSet(racks);
    }
}
