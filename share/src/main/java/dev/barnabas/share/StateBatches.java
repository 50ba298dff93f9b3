package dev.barnabas.share;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What is known of the records of a partition: runs of offsets that do not overlap, as few as possible, in order.
 * Adding a run costs what it overlaps, not what there is. Mutable; owned by its owner.
 */
final class StateBatches {
    private final NavigableMap<Long, StateBatch> byFirst = new TreeMap<>();

    /** What the batches say together, from an offset on; -1: all of it. */
    static List<StateBatch> combined(List<StateBatch> batches, long startOffset) {
        StateBatches combined = new StateBatches();
        combined.addAll(batches);
        combined.startAt(startOffset);
        return combined.all();
    }

    List<StateBatch> all() {
        return List.copyOf(byFirst.values());
    }

    StateBatches copy() {
        StateBatches copy = new StateBatches();
        copy.byFirst.putAll(byFirst);
        return copy;
    }

    void addAll(List<StateBatch> batches) {
        batches.forEach(this::add);
    }

    /** For each record, what outweighs the other holds. */
    void add(StateBatch added) {
        List<StateBatch> pieces = new ArrayList<>();
        long next = added.firstOffset();
        for (StateBatch known : takeOverlapping(added)) {
            if (known.firstOffset() < next) {
                pieces.add(known.between(known.firstOffset(), next - 1));
            } else if (known.firstOffset() > next) {
                pieces.add(added.between(next, known.firstOffset() - 1));
            }
            long from = Math.max(known.firstOffset(), next);
            long to = Math.min(known.lastOffset(), added.lastOffset());
            pieces.add((known.outweighs(added) ? known : added).between(from, to));
            if (known.lastOffset() > to) {
                pieces.add(known.between(to + 1, known.lastOffset()));
            }
            next = to + 1;
        }
        if (next <= added.lastOffset()) {
            pieces.add(added.between(next, added.lastOffset()));
        }
        pieces.forEach(this::join);
        joinWithNext(pieces.getLast().lastOffset());
    }

    private List<StateBatch> takeOverlapping(StateBatch added) {
        Map.Entry<Long, StateBatch> before = byFirst.floorEntry(added.firstOffset());
        long from = before != null && before.getValue().lastOffset() >= added.firstOffset()
                ? before.getKey()
                : added.firstOffset();
        NavigableMap<Long, StateBatch> overlapping = byFirst.subMap(from, true, added.lastOffset(), true);
        List<StateBatch> taken = List.copyOf(overlapping.values());
        overlapping.clear();
        return taken;
    }

    /** Puts a run in whose place is free. */
    private void join(StateBatch piece) {
        Map.Entry<Long, StateBatch> before = byFirst.lowerEntry(piece.firstOffset());
        if (before != null && continues(before.getValue(), piece)) {
            byFirst.put(before.getKey(), piece.between(before.getKey(), piece.lastOffset()));
        } else {
            byFirst.put(piece.firstOffset(), piece);
        }
    }

    private void joinWithNext(long lastOffset) {
        Map.Entry<Long, StateBatch> before = byFirst.floorEntry(lastOffset);
        Map.Entry<Long, StateBatch> after = byFirst.higherEntry(lastOffset);
        if (before != null && after != null && continues(before.getValue(), after.getValue())) {
            byFirst.remove(after.getKey());
            join(after.getValue());
        }
    }

    private static boolean continues(StateBatch before, StateBatch after) {
        return before.lastOffset() + 1 == after.firstOffset() && before.saysTheSameAs(after);
    }

    /** Forgets what is before an offset; -1: nothing. */
    void startAt(long startOffset) {
        Map.Entry<Long, StateBatch> crossing = byFirst.lowerEntry(startOffset);
        byFirst.headMap(startOffset, false).clear();
        if (crossing != null && crossing.getValue().lastOffset() >= startOffset) {
            byFirst.put(
                    startOffset,
                    crossing.getValue().between(startOffset, crossing.getValue().lastOffset()));
        }
    }
}
