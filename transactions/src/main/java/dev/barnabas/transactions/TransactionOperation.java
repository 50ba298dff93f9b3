package dev.barnabas.transactions;

import dev.barnabas.coordinator.Shard;

/** A request about transactional ids, as it is decided by the shard that keeps them. */
interface TransactionOperation
        extends Shard.Operation<TransactionShard, TransactionRecord, TransactionChange, TransactionTimer> {}
