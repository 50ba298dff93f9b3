package dev.barnabas.log;

/**
 * Where a leader epoch ends in a log (KIP-101, KIP-279).
 *
 * @param leaderEpoch the largest epoch in the log that is not larger than the one that was asked for
 * @param endOffset the offset that follows its last record
 */
public record EpochEnd(int leaderEpoch, long endOffset) {}
