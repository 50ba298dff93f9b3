package dev.barnabas.log;

/**
 * A segment whose damaged records were replaced by those of another replica.
 *
 * @param baseOffset of the segment
 * @param endOffset where it ends
 * @param batches how many were fetched
 * @param bytes of them
 */
public record Healed(long baseOffset, long endOffset, long batches, long bytes) {}
