package dev.barnabas.log;

import java.util.ArrayList;
import java.util.List;

/** What scrubbing one log has found, in this round and the one before. Owned by the log's loop. */
final class LogScrub {
    /** So many are named and remembered; a file full of rubbish is not worth more lines. */
    private static final int MAX_NAMED = 100;

    private final PartitionLog log;
    private final List<LogDamage> before = new ArrayList<>(0);
    private final List<LogDamage> now = new ArrayList<>(0);
    private long unnamedBefore;
    private long unnamedNow;
    private long checkedBytes;
    private long lastCompleteMs = -1;
    private long healedSegments;

    LogScrub(PartitionLog log) {
        this.log = log;
    }

    void began() {
        now.clear();
        unnamedNow = 0;
    }

    void checked(long bytes) {
        checkedBytes += bytes;
    }

    /** Reported once, and not again in the next rounds. */
    void found(LogDamage damage) {
        if (names(now, damage)) {
            return;
        }
        if (now.size() == MAX_NAMED) {
            unnamedNow++;
            return;
        }
        now.add(damage);
        if (!names(before, damage)) {
            log.damageFound(damage);
        }
    }

    void healed(long fromOffset, long toOffset) {
        healedSegments++;
        before.removeIf(each -> each.offset() >= fromOffset && each.offset() < toOffset);
        now.removeIf(each -> each.offset() >= fromOffset && each.offset() < toOffset);
    }

    void completed(long nowMs) {
        before.clear();
        before.addAll(now);
        unnamedBefore = unnamedNow;
        lastCompleteMs = nowMs;
    }

    private static boolean names(List<LogDamage> known, LogDamage damage) {
        return known.stream().anyMatch(each -> each.offset() == damage.offset());
    }

    ScrubStatus status() {
        LogContents contents = log.contents();
        long first = contents.segments.isEmpty() ? Long.MAX_VALUE : contents.segments.getFirst().baseOffset;
        List<LogDamage> known = new ArrayList<>(before);
        now.stream().filter(each -> !names(before, each)).forEach(known::add);
        // Some may have been deleted or truncated since.
        long there = known.stream()
                .filter(each -> each.offset() >= first && each.offset() < contents.nextOffset)
                .count();
        return new ScrubStatus(
                checkedBytes, there + Math.max(unnamedBefore, unnamedNow), healedSegments, lastCompleteMs);
    }
}
