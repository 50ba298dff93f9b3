package dev.barnabas.broker;

import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;

/** Whether this broker may fetch for a replica now; those that are in sync are never throttled (KIP-73). */
record FollowerThrottling(Node node) implements ReplicaFetchers.Throttling {

    @Override
    public long waitNanos(Partition partition) {
        ReplicationThrottle throttle = node.followerThrottle();
        return throttle.covers(partition.id()) && !isInSync(partition.id())
                ? throttle.waitNanos(partition.loop().clock().nanos())
                : 0;
    }

    @Override
    public void fetched(Partition partition, int bytes) {
        ReplicationThrottle throttle = node.followerThrottle();
        if (throttle.covers(partition.id()) && !isInSync(partition.id())) {
            throttle.take(bytes, partition.loop().clock().nanos());
        }
    }

    private boolean isInSync(PartitionId id) {
        return node.image()
                .topic(id.topicId())
                .flatMap(topic -> topic.partition(id.index()))
                .filter(agreed -> agreed.inSyncReplicas().contains(node.id()))
                .isPresent();
    }
}
