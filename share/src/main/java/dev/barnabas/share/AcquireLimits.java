package dev.barnabas.share;

/**
 * How much a member takes at a time (KIP-1206).
 *
 * @param maxRecords how many records
 * @param batchSize how large the ranges should be in which it is told of them
 * @param exactly whether there must not be more than {@code maxRecords}; else the last record batch is taken as a whole
 */
public record AcquireLimits(int maxRecords, int batchSize, boolean exactly) {}
