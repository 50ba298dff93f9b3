/**
 * Queues for Kafka (KIP-932): a share group takes the records of a partition one by one.
 *
 * <p>Two state machines, on two nodes perhaps. At the leader of a partition, {@code SharePartition}: which records are
 * with which member until when, what was accepted, released or rejected. At the leader of a partition of
 * {@code __share_group_state}, {@code ShareStateShard}: the same as it is stored, as snapshots and updates. The leader
 * of the partition reads it when it starts and writes what has changed before it answers. Who the members of a group
 * are is the business of the module {@code groups}.
 *
 * <p>What is stored:
 *
 * <ul>
 *   <li>{@link dev.barnabas.share.ShareCoordinator}: what the broker calls; start there.
 *   <li>{@code ShareStateShard}: the states that one partition of {@code __share_group_state} stores, each under its
 *       {@code ShareKey}; {@code ShareState} is one of them, {@code StateBatches} what it says of records.
 *   <li>One file for each API: {@code InitializeState}, {@code ReadState}, {@code WriteState}, {@code DeleteState},
 *       {@code SummarizeState}. Two epochs fence: that of the state grows when it is begun anew, that of the leader
 *       when another one reads it.
 *   <li>{@code StateRecord}, {@code StateRecords}: what is stored, and how; {@code StatePruning}: what of the log is
 *       given up.
 * </ul>
 */
@NullMarked
package dev.barnabas.share;

import org.jspecify.annotations.NullMarked;
