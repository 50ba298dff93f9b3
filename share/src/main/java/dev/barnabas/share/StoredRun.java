package dev.barnabas.share;

/**
 * Offsets whose records are in the same state, as it is stored.
 *
 * @param lastOffset inclusive
 * @param deliveryCount how often they were given out
 */
public record StoredRun(long firstOffset, long lastOffset, RecordState state, short deliveryCount) {}
