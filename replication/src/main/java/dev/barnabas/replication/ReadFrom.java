package dev.barnabas.replication;

/**
 * What a reader wants of a partition.
 *
 * @param offset the first record it needs
 * @param maxBytes how much, in whole batches
 * @param minOneBatch give the first batch even if it is larger than that
 * @param currentLeaderEpoch the epoch the reader believes in, or -1 (KIP-320)
 * @param lastFetchedEpoch the epoch of the last record the reader has, or -1
 */
public record ReadFrom(
        long offset, int maxBytes, boolean minOneBatch, int currentLeaderEpoch, int lastFetchedEpoch, Reader reader) {}
