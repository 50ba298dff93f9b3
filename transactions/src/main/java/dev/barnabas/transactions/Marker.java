package dev.barnabas.transactions;

/**
 * The end of a transaction, as it is to be written to each partition that the transaction has written to.
 *
 * @param producerEpoch what the partition takes for the producer's epoch from now on; with version 2 of transactions it
 *     is above that of the transaction's records (KIP-890)
 * @param committed false: aborted
 * @param coordinatorEpoch the leader epoch of the coordinator's partition: a partition refuses what an older one says
 * @param transactionVersion that the transaction was made in: 0, 1 or 2 (KIP-1228)
 */
public record Marker(
        long producerId, short producerEpoch, boolean committed, int coordinatorEpoch, short transactionVersion) {}
