/**
 * Transactions: who may write under a transactional id, which partitions a transaction has written to, and how it ends.
 * Pure logic on top of {@code dev.barnabas.coordinator}; stored in {@code __transaction_state} in Kafka's format.
 *
 * <pre>
 *  broker ---> TransactionCoordinator ---> Shards ---> ShardHost ---> operation.decide(TransactionShard, now) ---> Decision
 *              (checks, routes)            (finds)     (its loop)     InitProducerId, AddPartitions, EndTxn, ...
 *                                                                                                                    |
 *              MarkerSender <--- Endings <-------------------- when the outcome is committed <-----------------------+
 *                   |                ^
 *                   +--- settled ----+---> MarkersSettled ---> complete
 * </pre>
 *
 * <p>What a transactional id goes through ({@code Status}, {@code Transaction}):
 *
 * <pre>
 *            InitProducerId              AddPartitions            EndTxn(commit)             all partitions settled
 *   (none) ------------------> EMPTY --------------------> ONGOING ------------> PREPARE_COMMIT -----> COMPLETE_COMMIT
 *                                ^                          |  ^                                          |
 *                                |          EndTxn(abort),  |  |  AddPartitions                           |
 *                                |          InitProducerId, |  +--------------- COMPLETE_COMMIT, ----------+
 *                                |          timeout         v                   COMPLETE_ABORT
 *                                |                     PREPARE_ABORT -----> COMPLETE_ABORT
 *                                |                                            |
 *                                +----------- InitProducerId -----------------+
 * </pre>
 *
 * <ul>
 *   <li>{@link dev.barnabas.transactions.TransactionCoordinator}: what the broker calls; start there.
 *   <li>{@code TransactionShard}: the transactional ids that one partition stores.
 *   <li>{@code InitProducerId}, {@code PartitionsToAdd} with {@code AddPartitions} and {@code VerifyPartitions},
 *       {@code EndTxn}, {@code ListTransactions}, {@code DescribeTransaction}: the APIs. Each says what its versions
 *       change.
 *   <li>{@code Fence}: a transaction that its producer does not end; {@code Expiry}: when that is, and which ids are
 *       forgotten.
 *   <li>{@code Endings}: what is set off when it is committed how a transaction ends.
 *       {@link dev.barnabas.transactions.MarkerSender} does the sending; {@code MarkersSettled} is what comes back.
 *   <li>{@code TransactionRecords}: what is stored, and how.
 * </ul>
 *
 * <p><b>The outcome is decided once</b>: when a PREPARE record is committed. Before that no partition is told, and the
 * producer is not answered; after that nothing changes it any more, whoever coordinates. A coordinator that is elected
 * tells all partitions again, which does no harm.
 *
 * <p><b>Epochs</b> never go back. Whoever calls InitProducerId gets one above all that were given out, so a partition
 * or coordinator that knows it refuses the producers before. In version 2 of transactions (KIP-890) EndTxn raises the
 * epoch as well: a record that comes late cannot be taken for one of the next transaction. Producers are given epochs
 * up to one below the highest; the next one then comes with another producer id.
 *
 * <p><b>Differences from Kafka 4.4.0</b>, on purpose: transactions time out when they do, not at the next of periodic
 * looks; an old producer that names its epoch in InitProducerId is refused before it can disturb its successor; a
 * producer of version 2 that was fenced by one of version 1 is not given the epoch of that one when it asks for the end
 * of its transaction again.
 */
@NullMarked
package dev.barnabas.transactions;

import org.jspecify.annotations.NullMarked;
