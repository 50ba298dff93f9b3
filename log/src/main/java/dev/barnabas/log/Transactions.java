package dev.barnabas.log;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** Open and aborted transactions of a log. Owned like the log's {@link LogContents}. */
final class Transactions {
    private final TreeSet<Long> open = new TreeSet<>();
    /** Ended, but their markers were not below the high watermark yet: they still count as unstable. */
    private final List<Ended> ended = new ArrayList<>(0);
    /** By the offset of the marker. */
    private final List<AbortedTransaction> aborted = new ArrayList<>(0);

    record Ended(long firstOffset, long markerOffset) {}

    void clear() {
        open.clear();
        ended.clear();
        aborted.clear();
    }

    void begin(long firstOffset) {
        open.add(firstOffset);
    }

    void end(long producerId, long firstOffset, long markerOffset, boolean committed) {
        open.remove(firstOffset);
        ended.add(new Ended(firstOffset, markerOffset));
        if (!committed) {
            aborted.add(new AbortedTransaction(producerId, firstOffset, markerOffset));
        }
    }

    void highWatermark(long highWatermark) {
        if (!ended.isEmpty()) {
            ended.removeIf(each -> each.markerOffset < highWatermark);
        }
    }

    void truncateStart(long logStartOffset) {
        if (!aborted.isEmpty()) {
            aborted.removeIf(each -> each.lastOffset() < logStartOffset);
        }
    }

    /** The markers with these offsets are no more in the log, nor is anything of the transactions. */
    void forget(List<Long> markers) {
        if (!markers.isEmpty()) {
            Set<Long> gone = new HashSet<>(markers);
            aborted.removeIf(each -> gone.contains(each.lastOffset()));
        }
    }

    boolean anyOpen() {
        return !open.isEmpty();
    }

    OptionalLong firstUnstableOffset() {
        long first = open.isEmpty() ? Long.MAX_VALUE : open.first();
        for (Ended each : ended) {
            first = Math.min(first, each.firstOffset);
        }
        return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
    }

    List<AbortedTransaction> aborted(long fromOffset, long upToOffset) {
        if (aborted.isEmpty()) {
            return List.of();
        }
        List<AbortedTransaction> found = new ArrayList<>();
        for (AbortedTransaction each : aborted) {
            if (each.lastOffset() >= fromOffset && each.firstOffset() < upToOffset) {
                found.add(each);
            }
        }
        return found;
    }

    List<Ended> allEnded() {
        return ended;
    }

    List<AbortedTransaction> allAborted() {
        return aborted;
    }
}
