/**
 * Queues for Kafka (KIP-932): a share group takes the records of a partition one by one.
 *
 * <p>Two state machines, on two nodes perhaps. At the leader of a partition, {@code SharePartition}: which records are
 * with which member until when, what was accepted, released or rejected. At the leader of a partition of
 * {@code __share_group_state}, {@code ShareStateShard}: the same as it is stored, as snapshots and updates. The leader
 * of the partition reads it when it starts and writes what has changed before it answers. Who the members of a group
 * are is the business of the module {@code groups}.
 */
@NullMarked
package dev.barnabas.share;

import org.jspecify.annotations.NullMarked;
