package dev.barnabas.broker;

import dev.barnabas.coordinator.TransactionEnd;
import dev.barnabas.metadata.Topic;
import dev.barnabas.replication.Following;
import dev.barnabas.replication.Leadership;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.settings.ReplicationSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives the open partitions of one loop the roles that the image has for them: to lead, which makes a coordinator of
 * one that stores groups, transactions or states of share groups, or to follow, which needs somebody who fetches. Owned
 * by its loop.
 */
final class Roles {

    private final Node node;
    private final LoopShare share;
    private final Coordinators coordinators;
    private final SharePartitions sharePartitions;
    private final ReplicaFetchers fetchers;
    private final Map<PartitionId, Shard> shards = new HashMap<>();
    private boolean checking;
    private boolean stopped;

    Roles(
            Node node,
            LoopShare share,
            Coordinators coordinators,
            SharePartitions sharePartitions,
            ReplicaFetchers fetchers) {
        this.node = node;
        this.share = share;
        this.coordinators = coordinators;
        this.sharePartitions = sharePartitions;
        this.fetchers = fetchers;
    }

    /** A coordinator's shard, and the term in which it was elected. */
    private record Shard(int leaderEpoch, PartitionShardLog log) {}

    /** What was agreed on about a partition; the same again changes nothing. */
    void give(Partition partition, dev.barnabas.metadata.Partition agreed) {
        share.loop().requireCurrent();
        if (agreed.leader() == node.id()) {
            fetchers.stop(partition);
            partition.lead(new Leadership(
                    agreed.leaderEpoch(),
                    agreed.partitionEpoch(),
                    agreed.replicas(),
                    agreed.inSyncReplicas(),
                    agreed.leaderRecovering()));
            if (node.mayBeReplaced(agreed)) {
                partition.suspend();
            } else {
                partition.resume();
            }
            if (agreed.replicas().size() > 1) {
                checkFollowersRegularly();
            }
        } else {
            partition.follow(new Following(agreed.leader(), agreed.leaderEpoch(), agreed.partitionEpoch()));
            fetchers.follow(partition);
        }
    }

    /** What was given has taken effect, which takes a moment when a truncation has to end first. */
    void changed(Partition partition) {
        sharePartitions.roleChanged(partition);
        if (partition.leads()) {
            coordinate(partition, partition.leaderEpoch());
        } else {
            resign(partition.id());
        }
    }

    /** The partition is closed, deleted, or has failed. */
    void end(Partition partition) {
        sharePartitions.ended(partition);
        resign(partition.id());
        fetchers.stop(partition);
    }

    void highWatermarkAdvanced(Partition partition) {
        if (!shards.isEmpty()) {
            Shard shard = shards.get(partition.id());
            if (shard != null) {
                shard.log.highWatermarkAdvanced();
            }
        }
    }

    /** A marker was written: a shard that is kept by the partition's records has to know. */
    void transactionEnded(Partition partition, TransactionEnd end, long endOffset) {
        Shard shard = shards.get(partition.id());
        if (shard != null) {
            shard.log.transactionEnded(end, endOffset);
        }
    }

    void positionChanged(Partition partition) {
        fetchers.positionChanged(partition);
    }

    void stop() {
        stopped = true;
        fetchers.close();
    }

    /** A new term is a new coordinator: what the partition holds is read again. */
    private void coordinate(Partition partition, int leaderEpoch) {
        if (!storesShards(partition.id())) {
            return;
        }
        Shard known = shards.get(partition.id());
        if (known != null && known.leaderEpoch == leaderEpoch) {
            return;
        }
        resign(partition.id());
        PartitionShardLog log = new PartitionShardLog(
                partition, partition.log().settings().batches().maxBytes());
        shards.put(partition.id(), new Shard(leaderEpoch, log));
        coordinators.elected(partition.id(), log);
    }

    private static boolean storesShards(PartitionId id) {
        return Topic.isInternal(id.topic());
    }

    private void resign(PartitionId id) {
        if (shards.remove(id) == null) {
            return;
        }
        coordinators.resigned(id);
    }

    /** One timer for all partitions that are led here; followers that lag are found within a quarter of the limit. */
    private void checkFollowersRegularly() {
        if (!checking) {
            checking = true;
            Duration every = Duration.ofMillis(
                    Math.max(1, node.settings().get(ReplicationSettings.REPLICA_LAG_TIME_MAX_MS) / 4));
            share.loop().schedule(every, this::checkFollowers);
        }
    }

    private void checkFollowers() {
        checking = false;
        if (!stopped && checkFollowersNow()) {
            checkFollowersRegularly();
        }
    }

    /** Whether there was anything to check. */
    private boolean checkFollowersNow() {
        boolean any = false;
        for (Partition partition : share.partitions().all()) {
            if (partition.leads()) {
                partition.checkFollowers();
                any = true;
            }
        }
        return any;
    }

    /** A follower that has caught up while it was fenced was refused then; it need not wait now that it is let in. */
    void brokersChanged() {
        share.loop().requireCurrent();
        checkFollowersNow();
    }
}
