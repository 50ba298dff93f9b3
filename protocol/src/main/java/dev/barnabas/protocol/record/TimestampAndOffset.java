package dev.barnabas.protocol.record;

/** Where a search by time ended: a record's timestamp, in ms since 1970, and its offset. */
public record TimestampAndOffset(long timestamp, long offset) {}
