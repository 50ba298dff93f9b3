package dev.barnabas.transactions;

import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted of the transactions that a node coordinates. Shared by its shards.
 *
 * @param committed transactions whose commit was decided
 * @param aborted transactions whose abort was decided, by whomever
 * @param overdue those of them that were open for too long
 */
public record TransactionCounters(LongAdder committed, LongAdder aborted, LongAdder overdue) {

    TransactionCounters() {
        this(new LongAdder(), new LongAdder(), new LongAdder());
    }
}
