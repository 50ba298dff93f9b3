package dev.barnabas.share;

import dev.barnabas.simulation.Dice;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A log as share groups see it: records with keys, what is never delivered, and what compaction has taken away. */
final class StoryLog {
    private final Dice dice;
    private final NavigableMap<Long, Span> batches = new TreeMap<>();
    private long startOffset;
    private long endOffset;

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
        batches.put(endOffset, new Span(endOffset, last, !dice.chance(0.1), keys));
        endOffset = last + 1;
    }

    void deleteSome() {
        startOffset = Math.min(endOffset, startOffset + dice.between(1, 10));
    }

    boolean isDeliverable(long offset) {
        return offset >= startOffset
                && batchAt(offset).filter(Span::isDeliverable).isPresent();
    }

    long keyOf(long offset) {
        return batchAt(offset).map(batch -> batch.keyAt(offset)).orElse(Span.NO_KEY);
    }

    private Optional<Span> batchAt(long offset) {
        return Optional.ofNullable(batches.floorEntry(offset))
                .map(Map.Entry::getValue)
                .filter(batch -> batch.lastOffset() >= offset);
    }

    /** The batches from the one on that holds the offset, or comes next. */
    List<Span> read(long offset, int most) {
        long from = batchAt(offset).map(Span::firstOffset).orElse(offset);
        return batches.tailMap(from, true).values().stream().limit(most).toList();
    }
}
