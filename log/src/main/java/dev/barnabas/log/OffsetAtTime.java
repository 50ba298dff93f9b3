package dev.barnabas.log;

/**
 * A record that was found by its timestamp.
 *
 * @param leaderEpoch of the batch that holds it, or -1
 */
public record OffsetAtTime(long offset, long timestampMs, int leaderEpoch) {}
