package dev.barnabas.coordinator;

/**
 * The end of a producer's transaction in a partition: what its records before have stood for has happened, or never
 * will. Written by whoever coordinates transactions, between the records of the shard.
 */
public record TransactionEnd(long producerId, short producerEpoch, boolean committed) {}
