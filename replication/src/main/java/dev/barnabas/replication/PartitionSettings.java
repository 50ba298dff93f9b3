package dev.barnabas.replication;

import dev.barnabas.log.LogSettings;
import java.time.Duration;

/**
 * The settings of a topic, and of the broker, that concern a partition.
 *
 * @param minInSyncReplicas {@code min.insync.replicas}; of a partition with fewer replicas all of them (KIP-966)
 * @param replicaMaxLag {@code replica.lag.time.max.ms}: a follower that has not been at the end of the leader's log for
 *     longer is no longer in sync
 */
public record PartitionSettings(LogSettings log, int minInSyncReplicas, Duration replicaMaxLag) {}
