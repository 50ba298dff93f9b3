package dev.barnabas.log;

/**
 * A transaction that was aborted; readers of committed records skip its records.
 *
 * @param lastOffset offset of the marker that ended it
 */
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset) {}
