package dev.barnabas.transactions;

import java.util.Collection;

/** What only the coordinator that leads knows about a transactional id. */
sealed interface TransactionChange {

    /**
     * The epoch that the producer had before the one it has, if it may not have heard of the new one: it may ask for it
     * again (KIP-360). -1: nobody may.
     */
    record LastEpoch(String id, short epoch) implements TransactionChange {}

    /** These partitions know how the transaction ends. */
    record Settled(String id, Collection<TopicPartition> partitions) implements TransactionChange {}

    /** Somebody waits for the transaction to end. */
    record Waits(AddPartitions waiting) implements TransactionChange {}

    /** Somebody does not wait any more. */
    record GoesOn(AddPartitions waiting) implements TransactionChange {}
}
