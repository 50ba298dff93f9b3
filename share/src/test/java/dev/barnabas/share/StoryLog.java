package dev.barnabas.share;

import dev.barnabas.simulation.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A log as share groups see it: records with keys, what is never delivered, and what compaction has taken away. */
final class StoryLog {
    private final Dice dice;
    private final NavigableMap<Long, Batch> batches = new TreeMap<>();
    private long startOffset;
    private long endOffset;

    private static final class Batch {
        private final long firstOffset;
        private final long lastOffset;
        /** One for each offset. */
        private final long[] keys;

        private final boolean isControl;

        Batch(long firstOffset, long lastOffset, long[] keys, boolean isControl) {
            this.firstOffset = firstOffset;
            this.lastOffset = lastOffset;
            this.keys = keys;
            this.isControl = isControl;
        }
    }

    StoryLog(Dice dice) {
        this.dice = dice;
    }

    long startOffset() {
        return startOffset;
    }

    long endOffset() {
        return endOffset;
    }

    void grow() {
        if (dice.chance(0.1)) {
            endOffset += dice.between(1, 3);
        }
        long last = endOffset + dice.magnitude(1, 12) - 1;
        long[] keys = new long[(int) (last - endOffset + 1)];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = dice.chance(0.1) ? Span.NO_KEY : dice.between(0, 5);
        }
        batches.put(endOffset, new Batch(endOffset, last, keys, dice.chance(0.1)));
        endOffset = last + 1;
    }

    void deleteSome() {
        startOffset = Math.min(endOffset, startOffset + dice.between(1, 10));
    }

    boolean isDeliverable(long offset) {
        Batch batch = batchAt(offset);
        return offset >= startOffset && batch != null && !batch.isControl;
    }

    long keyOf(long offset) {
        Batch batch = batchAt(offset);
        return batch == null ? Span.NO_KEY : batch.keys[(int) (offset - batch.firstOffset)];
    }

    private @Nullable Batch batchAt(long offset) {
        var floor = batches.floorEntry(offset);
        return floor != null && floor.getValue().lastOffset >= offset ? floor.getValue() : null;
    }

    /** The batches from the one on that holds the offset, or comes next. */
    List<Span> read(long offset, int most, boolean withKeys) {
        List<Span> spans = new ArrayList<>();
        Batch holding = batchAt(offset);
        for (Batch batch : batches.tailMap(holding == null ? offset : holding.firstOffset, true)
                .values()) {
            if (spans.size() == most) {
                break;
            }
            spans.add(new Span(batch.firstOffset, batch.lastOffset, !batch.isControl, withKeys ? batch.keys : null));
        }
        return spans;
    }
}
