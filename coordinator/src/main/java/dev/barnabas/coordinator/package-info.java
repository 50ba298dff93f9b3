/**
 * Hosts replicated state machines: groups, transactions, and whatever else is kept in a compacted internal topic.
 *
 * <p>A {@link dev.barnabas.coordinator.Shard} is the state machine that one partition of such a topic stores. It lives
 * on the loop of the partition's leader and is run by a {@link dev.barnabas.coordinator.ShardHost}:
 *
 * <pre>
 *  request ---> ShardHost.decide ---> shard decides ---> Decision(records, changes, answers, timers)
 *                 (its loop)           (pure)                |
 *                                                            v
 *         answer sent  <--- high watermark <--- applied <--- written: one append for all decisions of a turn
 *                            (HeldAnswers)      (Shard)      (Appends, ShardLog)
 *    set off outside  <---
 *                            (CommitQueue)
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.barnabas.coordinator.Decision}: what is going to happen. Deciding changes nothing.
 *   <li>{@link dev.barnabas.coordinator.ShardLog}: what a host needs of the partition, for one leadership.
 *   <li>{@link dev.barnabas.coordinator.Ticket}: the place of an answer, which may be kept for later.
 *   <li>{@link dev.barnabas.coordinator.Shards}: all shards of a topic that this node hosts; requests start there.
 *   <li>{@link dev.barnabas.coordinator.ProducerInTransaction}, {@link dev.barnabas.coordinator.TransactionEnd}:
 *       records of a shard may be part of a client's transaction; then they are pending until its end is in the log.
 *   <li>{@link dev.barnabas.coordinator.Gather}: for requests that concern several shards.
 * </ul>
 *
 * <p>When a node becomes leader, a new host replays the partition into an empty shard; when it ceases to be, the host
 * is closed and everything that waits is refused. Nothing is ever rolled back: see {@code ShardHost}.
 */
@NullMarked
package dev.barnabas.coordinator;

import org.jspecify.annotations.NullMarked;
