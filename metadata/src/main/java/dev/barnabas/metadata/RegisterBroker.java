package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A broker that has started. Answered with its registration, whose epoch is a new one. A new term begins for every
 * partition that it leads: if its last records were lost with its machine, nobody mistakes those it writes now for them
 * (KIP-320).
 *
 * @param incarnation what the broker's process calls itself: a new one after every start
 * @param directories ids of the log directories that it can use; empty if it does not say
 * @param features the levels at which it can use features, by name
 */
public record RegisterBroker(
        int id,
        Uuid incarnation,
        List<Broker.Endpoint> endpoints,
        @Nullable String rack,
        List<Uuid> directories,
        SortedMap<String, Broker.FeatureRange> features)
        implements Wish<Broker> {

    public RegisterBroker {
        endpoints = List.copyOf(endpoints);
        directories = List.copyOf(directories);
        features = Collections.unmodifiableSortedMap(new TreeMap<>(features));
    }

    @Override
    public Plan<Broker> plan(ClusterImage image, Controller controller) {
        Optional<Broker> same =
                image.broker(id).filter(broker -> broker.incarnation().equals(incarnation));
        if (same.isPresent()) {
            return Plan.nothing(same.get());
        }
        Broker broker =
                new Broker(id, image.version() + 1, incarnation, endpoints, rack, directories, features, false, false);
        List<Change.PartitionsChanged.OfTopic> inNewTerm = new ArrayList<>();
        for (Topic topic : image.topics()) {
            TreeMap<Integer, Partition> led = new TreeMap<>();
            for (int index = 0; index < topic.partitions().size(); index++) {
                Partition partition = topic.partitions().get(index);
                if (partition.leader() == id) {
                    led.put(index, partition.inNewTerm());
                }
            }
            if (!led.isEmpty()) {
                inNewTerm.add(new Change.PartitionsChanged.OfTopic(topic.id(), led));
            }
        }
        Change.BrokerRegistered registered = new Change.BrokerRegistered(broker);
        return Plan.change(
                inNewTerm.isEmpty()
                        ? registered
                        : new Change.Together(List.of(registered, new Change.PartitionsChanged(inNewTerm))),
                broker);
    }
}
