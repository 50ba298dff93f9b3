/**
 * One partition's role on this node. A {@link dev.barnabas.replication.Partition} wraps a log and decides what the log
 * cannot know: who may append in which leader epoch, how far the partition may be read (the high watermark), and when
 * an append is acknowledged.
 *
 * <p>On a single node the in-sync replicas are this node alone: the high watermark is what is stable here. Followers,
 * in-sync changes and truncation join it when brokers form a cluster.
 *
 * <p>Everything here is owned by the loop of the partition.
 */
@NullMarked
package dev.barnabas.replication;

import org.jspecify.annotations.NullMarked;
