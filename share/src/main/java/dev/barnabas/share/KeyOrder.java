package dev.barnabas.share;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which records may be given out so that those of one key stay in order. It knows every unfinished record up to the
 * offset it has come to, and none behind it: records that wait for another one of their key are looked at once, and
 * count as unfinished like all others, so they are bounded as well. Keys are told apart by a hash; two that share one
 * are treated as the same key, which costs only concurrency. Records without a key wait for nobody. Mutable; owned by
 * its {@link SharePartition}.
 */
final class KeyOrder {
    private final boolean isStrict;
    private final NavigableMap<Long, Lane> byOffset = new TreeMap<>();
    private final Map<Long, Lane> byKey = new HashMap<>();
    /** The first available record of each lane of which nothing is out. */
    private final TreeSet<Long> ready = new TreeSet<>();

    private long scannedTo;

    /** The unfinished records of a key. */
    private static final class Lane {
        final long key;
        /** In order. */
        final List<Long> available = new ArrayList<>(1);

        int out;
        /** How many of those are about to be available again. */
        int returning;
        /** Who has what is out. */
        String memberId = "";

        Lane(long key) {
            this.key = key;
        }

        boolean isEmpty() {
            return out == 0 && available.isEmpty();
        }
    }

    KeyOrder(boolean isStrict, long startOffset) {
        this.isStrict = isStrict;
        this.scannedTo = startOffset;
    }

    /** The offset from which on keys are not known yet. */
    long scannedTo() {
        return scannedTo;
    }

    /** The first record that anybody may get; -1 if there is none. */
    long firstReady() {
        return ready.isEmpty() ? -1 : ready.first();
    }

    /** The next offset was looked at: an unfinished record that is available. */
    void scan(long offset, long key) {
        Lane lane = key == Span.NO_KEY ? new Lane(key) : byKey.computeIfAbsent(key, Lane::new);
        byOffset.put(offset, lane);
        unready(lane);
        lane.available.add(offset);
        makeReady(lane);
        scannedTo = offset + 1;
    }

    /** What is before an offset was looked at, or is gone. */
    void scannedTo(long offset) {
        scannedTo = Math.max(scannedTo, offset);
    }

    /** Whether a member may get a record that is available. */
    boolean mayAcquire(long offset, String memberId) {
        Lane lane = byOffset.get(offset);
        return lane != null
                && !lane.available.isEmpty()
                && lane.available.getFirst() == offset
                && (lane.out == 0 || (!isStrict && lane.returning == 0 && lane.memberId.equals(memberId)));
    }

    void acquired(long firstOffset, long lastOffset, String memberId) {
        for (Map.Entry<Long, Lane> entry : of(firstOffset, lastOffset)) {
            Lane lane = entry.getValue();
            unready(lane);
            take(lane, entry.getKey());
            lane.out++;
            lane.memberId = memberId;
        }
    }

    /** They will be available when that is stored: nothing behind them is given out before. */
    void returning(long firstOffset, long lastOffset) {
        for (Map.Entry<Long, Lane> entry : of(firstOffset, lastOffset)) {
            entry.getValue().returning++;
        }
    }

    /** It is known whether that was stored. */
    void returned(long firstOffset, long lastOffset) {
        for (Map.Entry<Long, Lane> entry : of(firstOffset, lastOffset)) {
            entry.getValue().returning--;
        }
    }

    /** They are available. */
    void available(long firstOffset, long lastOffset) {
        for (Map.Entry<Long, Lane> entry : of(firstOffset, lastOffset)) {
            Lane lane = entry.getValue();
            int place = Collections.binarySearch(lane.available, entry.getKey());
            if (place < 0) {
                unready(lane);
                lane.available.add(-place - 1, entry.getKey());
                lane.out--;
                makeReady(lane);
            }
        }
    }

    /** They are finished, on their way to the dead letters, or gone. */
    void finished(long firstOffset, long lastOffset) {
        NavigableMap<Long, Lane> range = byOffset.subMap(firstOffset, true, lastOffset, true);
        for (Map.Entry<Long, Lane> entry : range.entrySet()) {
            Lane lane = entry.getValue();
            unready(lane);
            if (!take(lane, entry.getKey())) {
                lane.out--;
            }
            makeReady(lane);
            if (lane.isEmpty() && lane.key != Span.NO_KEY) {
                byKey.remove(lane.key);
            }
        }
        range.clear();
    }

    private Iterable<Map.Entry<Long, Lane>> of(long firstOffset, long lastOffset) {
        return byOffset.subMap(firstOffset, true, lastOffset, true).entrySet();
    }

    private static boolean take(Lane lane, long offset) {
        int place = Collections.binarySearch(lane.available, offset);
        if (place >= 0) {
            lane.available.remove(place);
        }
        return place >= 0;
    }

    private void unready(Lane lane) {
        if (!lane.available.isEmpty()) {
            ready.remove(lane.available.getFirst());
        }
    }

    private void makeReady(Lane lane) {
        if (lane.out == 0) {
            lane.returning = 0;
        }
        if (lane.out == 0 && !lane.available.isEmpty()) {
            ready.add(lane.available.getFirst());
        }
    }
}
