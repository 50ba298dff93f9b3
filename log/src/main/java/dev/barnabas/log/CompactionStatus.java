package dev.barnabas.log;

import java.util.Optional;

/**
 * How far the compaction of a log is.
 *
 * @param compacted whether the log is to be compacted at all
 * @param cleanBytes of segments in which only the last record of each key is left
 * @param dirtyBytes of segments that end behind them, with the active one, which is not compacted
 * @param compactedEnd the offset between them
 * @param runs how often the log was compacted since it was opened
 * @param removedBytes by how much that made it smaller
 * @param lastRunMs wall-clock time when the last of them ended, or -1
 * @param setAside why it is not compacted any more; until its settings change, or it is opened again
 */
public record CompactionStatus(
        boolean compacted,
        long cleanBytes,
        long dirtyBytes,
        long compactedEnd,
        long runs,
        long removedBytes,
        long lastRunMs,
        Optional<String> setAside) {

    /** The part of the log that is not compacted; 0 if it is empty. */
    public double dirtyRatio() {
        long bytes = cleanBytes + dirtyBytes;
        return bytes == 0 ? 0 : (double) dirtyBytes / bytes;
    }
}
