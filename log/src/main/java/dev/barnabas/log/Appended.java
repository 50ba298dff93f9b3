package dev.barnabas.log;

/**
 * Where batches were appended.
 *
 * @param baseOffset offset of the first record
 * @param lastOffset offset of the last record
 * @param logAppendTimeMs the timestamp that the log gave to the records, or -1 if they keep their own; of a duplicate
 *     the greatest timestamp of the original batch
 * @param logStartOffset the log start offset when they were appended
 * @param duplicate the producer had sent the same batch before: nothing was appended, and the offsets are those of the
 *     original, which may not be stable yet
 */
public record Appended(
        long baseOffset, long lastOffset, long logAppendTimeMs, long logStartOffset, boolean duplicate) {}
