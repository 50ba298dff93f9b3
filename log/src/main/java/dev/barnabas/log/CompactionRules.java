package dev.barnabas.log;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one run over a log goes by, fixed when it begins.
 *
 * @param cleanEnd where the part of the log ends that was compacted before. Only there a delete horizon that has passed
 *     counts: before it, no older record of the key is left; behind it the horizon may be another log's (the leader's)
 * @param horizonsOnly nothing but tombstones and markers whose horizon has passed is removed, and segments without any
 *     are not looked at
 * @param nowMs wall-clock time
 * @param deleteRetentionMs {@code delete.retention.ms}
 * @param lastOffsets last offset of the last batch of every producer that the log remembers, of those that are going to
 *     be compacted: they stay, if need be without records, because the next sequence number follows from them
 * @param onlyMarkers epochs of the producers of which no batch is remembered, by id: markers with that epoch stay
 * @param aborted the transactions of the log that were aborted
 */
record CompactionRules(
        long cleanEnd,
        boolean horizonsOnly,
        long nowMs,
        long deleteRetentionMs,
        Set<Long> lastOffsets,
        Map<Long, Short> onlyMarkers,
        List<AbortedTransaction> aborted) {

    /** @param endOffset where the part of the log ends that is going to be compacted */
    static CompactionRules of(
            LogContents log, long endOffset, boolean horizonsOnly, long nowMs, long deleteRetentionMs) {
        Map<Long, Short> onlyMarkers = new HashMap<>();
        Set<Long> lastOffsets = new HashSet<>();
        for (Producer producer : log.producers.all()) {
            if (producer.count() == 0) {
                onlyMarkers.put(producer.id, producer.epoch);
            }
            for (int i = producer.count() - 1; i >= 0; i--) {
                if (producer.lastOffset(i) < endOffset) {
                    lastOffsets.add(producer.lastOffset(i));
                    break;
                }
            }
        }
        return new CompactionRules(
                log.compactedEnd,
                horizonsOnly,
                nowMs,
                deleteRetentionMs,
                lastOffsets,
                onlyMarkers,
                List.copyOf(log.transactions.allAborted()));
    }

    /** When a tombstone that is found now may be removed. */
    long newHorizonMs() {
        long horizon = nowMs + deleteRetentionMs;
        return horizon < nowMs ? Long.MAX_VALUE : horizon;
    }
}
