/**
 * Transactions: who may write under a transactional id, which partitions a transaction has written to, and what becomes
 * of it. Pure logic on top of {@code dev.barnabas.coordinator}; stored in {@code __transaction_state} in Kafka's format.
 */
@NullMarked
package dev.barnabas.transactions;

import org.jspecify.annotations.NullMarked;
