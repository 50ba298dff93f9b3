package dev.barnabas.share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records between the start and the end offset of a share partition, as few runs as possible: whole batches, split
 * only where something is said of a part of them. There is no gap between runs. Mutable; owned by its
 * {@link SharePartition}.
 */
final class Runs {
    private final NavigableMap<Long, Run> byFirst = new TreeMap<>();
    private long startOffset;
    private long endOffset;
    private long unfinished;
    private long finished;
    private int finishedRuns;
    /** No run that begins before it is available. */
    private long availableFrom;

    Runs(long offset) {
        startOffset = offset;
        endOffset = offset;
        availableFrom = offset;
    }

    long startOffset() {
        return startOffset;
    }

    /** The offset behind the last record that was looked at. */
    long endOffset() {
        return endOffset;
    }

    /** Records that may still be given out, are out, or are on their way to the dead letters. */
    long unfinished() {
        return unfinished;
    }

    /** Offsets from the start on that are finished. */
    long finished() {
        return finished;
    }

    int finishedRuns() {
        return finishedRuns;
    }

    Collection<Run> all() {
        return Collections.unmodifiableCollection(byFirst.values());
    }

    int size() {
        return byFirst.size();
    }

    /** The run that holds an offset between start and end. */
    Run at(long offset) {
        Map.Entry<Long, Run> floor = byFirst.floorEntry(offset);
        if (floor == null || offset >= endOffset) {
            throw new IllegalStateException("no run holds " + offset);
        }
        return floor.getValue();
    }

    /** The first one that is available, or null. */
    @Nullable
    Run firstAvailable() {
        for (Run run : byFirst.tailMap(availableFrom, true).values()) {
            if (run.isAvailable()) {
                availableFrom = run.firstOffset;
                return run;
            }
        }
        availableFrom = endOffset;
        return null;
    }

    /** Adds a run at the end. */
    Run append(long lastOffset, RecordState state, short deliveryCount) {
        if (lastOffset < endOffset) {
            throw new IllegalArgumentException(lastOffset + " is before the end " + endOffset);
        }
        Run run = new Run(endOffset, lastOffset, state, deliveryCount);
        byFirst.put(run.firstOffset, run);
        endOffset = lastOffset + 1;
        count(run, 1);
        if (state == RecordState.AVAILABLE) {
            availableFrom = Math.min(availableFrom, run.firstOffset);
        }
        return run;
    }

    /** Changes what a run is; whatever was under way for it is over. */
    void set(Run run, RecordState state) {
        count(run, -1);
        run.state = state;
        run.target = null;
        run.write = 0;
        run.isUncertain &= state == RecordState.AVAILABLE;
        count(run, 1);
        if (state != RecordState.ACQUIRED) {
            run.holder = null;
            run.lockedUntilNanos = 0;
        }
        if (state == RecordState.AVAILABLE) {
            availableFrom = Math.min(availableFrom, run.firstOffset);
        }
    }

    /** The runs of a range, cut at its ends. What is outside of start and end is left out. */
    List<Run> within(long firstOffset, long lastOffset) {
        long first = Math.max(firstOffset, startOffset);
        long last = Math.min(lastOffset, endOffset - 1);
        if (first > last) {
            return List.of();
        }
        cutBefore(first);
        cutBefore(last + 1);
        return new ArrayList<>(byFirst.subMap(first, true, last, true).values());
    }

    /** The runs that a range touches, uncut. */
    Collection<Run> touching(long firstOffset, long lastOffset) {
        Long floor = byFirst.floorKey(firstOffset);
        long from = floor == null ? firstOffset : floor;
        return from > lastOffset
                ? List.of()
                : byFirst.subMap(from, true, lastOffset, true).values();
    }

    private void cutBefore(long offset) {
        if (offset <= startOffset || offset >= endOffset) {
            return;
        }
        Run run = at(offset);
        if (run.firstOffset < offset) {
            count(run, -1);
            Run upper = run.split(offset);
            byFirst.put(offset, upper);
            count(run, 1);
            count(upper, 1);
        }
    }

    /** Joins what need not be told apart any more, in and around a range. */
    void join(long firstOffset, long lastOffset) {
        Long before = byFirst.lowerKey(firstOffset);
        Iterator<Run> runs = (before == null ? byFirst : byFirst.tailMap(before, true))
                .values()
                .iterator();
        Run last = runs.hasNext() ? runs.next() : null;
        while (runs.hasNext() && last != null && last.firstOffset <= lastOffset) {
            Run next = runs.next();
            if (last.isLike(next)) {
                runs.remove();
                count(last, -1);
                count(next, -1);
                last.lastOffset = next.lastOffset;
                count(last, 1);
            } else {
                last = next;
            }
        }
    }

    /** Moves the start behind what is finished. */
    void advance() {
        Map.Entry<Long, Run> first = byFirst.firstEntry();
        while (first != null && first.getValue().state.isFinal()) {
            byFirst.remove(first.getKey());
            count(first.getValue(), -1);
            startOffset = first.getValue().lastOffset + 1;
            first = byFirst.firstEntry();
        }
    }

    /** Forgets what is before an offset. */
    void startAt(long offset) {
        if (offset <= startOffset) {
            return;
        }
        cutBefore(offset);
        NavigableMap<Long, Run> before = byFirst.headMap(offset, false);
        before.values().forEach(run -> count(run, -1));
        before.clear();
        startOffset = offset;
        endOffset = Math.max(endOffset, offset);
        availableFrom = Math.max(availableFrom, offset);
    }

    private void count(Run run, int sign) {
        if (run.state.isFinal()) {
            finished += sign * run.count();
            finishedRuns += sign;
        } else {
            unfinished += sign * run.count();
        }
    }
}
