package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.ReplicationSettings;
import java.util.List;
import java.util.OptionalInt;

/**
 * From which replica a consumer had better read (KIP-392): one in its own rack, if {@code replica.selector.class} says
 * so. Only replicas in sync come into question, which have everything that a consumer may read. If there are several,
 * the partitions are spread over them.
 */
record NearestReplica(ClusterImage image, int nodeId, String rack) {

    /** @param rack of the consumer; empty if it does not say */
    static NearestReplica of(Node node, String rack) {
        boolean byRack = !rack.isEmpty()
                && node.settings()
                        .find(ReplicationSettings.REPLICA_SELECTOR_CLASS)
                        .filter(ReplicationSettings.RACK_AWARE_SELECTOR::equals)
                        .isPresent();
        return new NearestReplica(node.image(), node.id(), byRack ? rack : "");
    }

    /** The replica that the consumer should turn to, other than this node's, which leads. */
    OptionalInt otherThanLeader(Uuid topicId, int partition) {
        if (rack.isEmpty() || isInRack(nodeId)) {
            return OptionalInt.empty();
        }
        List<Integer> near = image.topic(topicId)
                .flatMap(topic -> topic.partition(partition))
                .map(known ->
                        known.inSyncReplicas().stream().filter(this::isInRack).toList())
                .orElse(List.of());
        return near.isEmpty() ? OptionalInt.empty() : OptionalInt.of(near.get(partition % near.size()));
    }

    private boolean isInRack(int broker) {
        return image.broker(broker)
                .filter(known -> known.isServing() && rack.equals(known.rack()))
                .isPresent();
    }
}
