package dev.barnabas.log;

import java.util.Arrays;

/**
 * Where the last batches of the active segment are, all of them: readers that keep up need no disk to find anything.
 * Owned by the log's loop.
 */
final class RecentBatches {
    /** Not among those remembered. */
    static final int UNKNOWN = -1;

    private static final int MAX = 128;
    private static final int WORDS = 2;

    /** Base offset and position per batch, a ring. */
    private long[] ring = new long[0];

    private int first;
    private int count;

    void clear() {
        first = 0;
        count = 0;
    }

    void add(long baseOffset, int position) {
        int capacity = ring.length / WORDS;
        if (count == capacity && capacity < MAX) {
            // first is 0 as long as nothing was overwritten, or after clear.
            ring = Arrays.copyOf(ring, WORDS * Math.max(4, 2 * capacity));
            capacity = ring.length / WORDS;
        } else if (count == capacity) {
            first = (first + 1) % capacity;
            count--;
        }
        int at = (first + count) % capacity * WORDS;
        ring[at] = baseOffset;
        ring[at + 1] = position;
        count++;
    }

    /** Position of the batch that holds the offset, which must be before the log's end. */
    int byOffset(long offset) {
        return search(0, offset);
    }

    /** The greatest position of a batch that is not greater than this one. */
    int byPosition(int position) {
        return search(1, position);
    }

    private int search(int word, long key) {
        if (count == 0 || value(0, word) > key) {
            return UNKNOWN;
        }
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (value(middle, word) <= key) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return (int) value(low, 1);
    }

    private long value(int index, int word) {
        return ring[(first + index) % (ring.length / WORDS) * WORDS + word];
    }
}
