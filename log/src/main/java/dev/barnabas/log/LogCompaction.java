package dev.barnabas.log;

import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Whether one log needs compaction, and what came of it so far. Owned by the log's loop.
 *
 * <p>Of a log this may be compacted: segments that are not appended to any more, below the high watermark and the last
 * stable offset, which a stable checkpoint knows to be complete, and whose records are older than the minimum lag.
 */
final class LogCompaction {
    /** More urgent than any ratio. */
    private static final double OVERDUE = 2;
    /** Nothing is dirty, but tombstones may go. */
    private static final double HORIZONS = 0;

    private final PartitionLog log;

    private long runs;
    private long removedBytes;
    private long lastRunMs = -1;
    private @Nullable String setAside;
    private boolean running;

    LogCompaction(PartitionLog log) {
        this.log = log;
    }

    /**
     * What could be compacted now.
     *
     * @param segments how many of the log's, from the first
     * @param endOffset where the last of them ends
     * @param dirtyFirstMs when the oldest of the dirty ones began
     * @param earliestHorizonMs of the clean ones
     */
    record Extent(
            int segments, long endOffset, long cleanBytes, long dirtyBytes, long dirtyFirstMs, long earliestHorizonMs) {

        boolean hasDirty() {
            return dirtyBytes > 0;
        }
    }

    Extent extent(long nowMs) {
        LogContents contents = log.contents();
        LogSettings.Compaction settings = log.settings().compaction();
        long limit = Math.min(contents.highWatermark, log.sync().stableCheckpointBase());
        limit = Math.min(limit, contents.transactions.firstUnstableOffset().orElse(Long.MAX_VALUE));
        int segments = 0;
        long clean = 0;
        long dirty = 0;
        long dirtyFirstMs = Long.MAX_VALUE;
        long horizonMs = Segment.NO_HORIZON;
        for (; segments < contents.segments.size() - 1; segments++) {
            Segment segment = contents.segments.get(segments);
            long end = contents.endOffset(segments);
            boolean isDirty = end > contents.compactedEnd;
            boolean isYoung = settings.minLagMs() > 0 && nowMs - segment.retentionTimestamp() < settings.minLagMs();
            if (end > limit || (isDirty && isYoung)) {
                break;
            }
            if (isDirty) {
                dirty += segment.size;
                dirtyFirstMs = Math.min(dirtyFirstMs, segment.firstTimestamp);
            } else {
                clean += segment.size;
                horizonMs = Math.min(horizonMs, segment.horizonMs);
            }
        }
        long end = segments == 0 ? contents.startOffset : contents.endOffset(segments - 1);
        return new Extent(segments, end, clean, dirty, dirtyFirstMs, horizonMs);
    }

    /** How much the log needs to be compacted; empty if it does not. */
    OptionalDouble urgency(long nowMs) {
        LogSettings.Compaction settings = log.settings().compaction();
        if (!settings.compact()
                || running
                || setAside != null
                || !log.isOpen()
                || log.contents().segments.size() < 2) {
            return OptionalDouble.empty();
        }
        Extent extent = extent(nowMs);
        if (extent.endOffset < log.contents().segments.getLast().baseOffset
                && extent.endOffset >= log.sync().stableCheckpointBase()) {
            // Nobody has appended since the segment ended, so nothing has made a checkpoint of it stable.
            log.sync().checkpoint();
        }
        if (extent.hasDirty()) {
            double ratio = (double) extent.dirtyBytes / (extent.dirtyBytes + extent.cleanBytes);
            if (nowMs - extent.dirtyFirstMs > settings.maxLagMs()) {
                return OptionalDouble.of(OVERDUE + ratio);
            }
            if (ratio > settings.minDirtyRatio()) {
                return OptionalDouble.of(ratio);
            }
        }
        return extent.earliestHorizonMs <= nowMs ? OptionalDouble.of(HORIZONS) : OptionalDouble.empty();
    }

    /**
     * Whether a run that begins now should do no more than remove what has waited for its horizon: the dirty part is
     * not worth going through the whole log for.
     */
    boolean isForHorizonsOnly(long nowMs) {
        return urgency(nowMs).orElse(HORIZONS) == HORIZONS;
    }

    /** Goes on in a new segment when records wait for too long in the active one, which is not compacted. */
    void rollIfOverdue(long nowMs) {
        LogSettings.Compaction settings = log.settings().compaction();
        Segment active = log.contents().active();
        if (settings.compact()
                && active != null
                && active.size > 0
                && nowMs - active.firstTimestamp > settings.maxLagMs()) {
            log.operations().between(() -> {
                if (log.isOpen() && log.contents().active() == active) {
                    log.tryRoll();
                }
            });
        }
    }

    void began() {
        running = true;
    }

    /** A run has ended, whatever came of it. */
    void ended() {
        running = false;
    }

    void succeeded(long removed, long nowMs) {
        runs++;
        removedBytes += removed;
        lastRunMs = nowMs;
    }

    /** Something in the log cannot be compacted, and would not be the next time either. */
    void setAside(String why) {
        setAside = why;
        log.compactionFailed(why);
    }

    /** Settings have changed: what went wrong may be right now. */
    void reconsider() {
        setAside = null;
    }

    CompactionStatus status() {
        LogContents contents = log.contents();
        long clean = 0;
        long all = 0;
        for (int i = 0; i < contents.segments.size(); i++) {
            int size = contents.segments.get(i).size;
            all += size;
            if (contents.endOffset(i) <= contents.compactedEnd && i < contents.segments.size() - 1) {
                clean += size;
            }
        }
        return new CompactionStatus(
                log.settings().compaction().compact(),
                clean,
                all - clean,
                contents.compactedEnd,
                runs,
                removedBytes,
                lastRunMs,
                Optional.ofNullable(setAside));
    }
}
