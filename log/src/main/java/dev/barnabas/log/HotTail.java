package dev.barnabas.log;

import java.util.Arrays;

/**
 * Since which offset a log's batches are likely to be in the page cache: those that were appended while the logs of the
 * directory together grew by a certain amount. Owned by the log's loop.
 */
final class HotTail {
    private static final int MARKS = 32;

    /** A ring: what begins at the offset was appended when the directory had grown to the total, or later. */
    private long[] offsets = new long[1];

    private long[] totals = new long[1];
    private int first;
    private int count = 1;

    HotTail(long endOffset, long total) {
        offsets[0] = endOffset;
        totals[0] = total;
    }

    /** Batches from this offset on are appended, when the directory has grown to the total. */
    void appending(long offset, long total, long hotBytes) {
        if (total - totals[last()] < hotBytes / MARKS) {
            return;
        }
        int capacity = offsets.length;
        if (count == capacity && capacity < MARKS) {
            offsets = Arrays.copyOf(offsets, 2 * capacity);
            totals = Arrays.copyOf(totals, 2 * capacity);
        } else if (count == capacity) {
            first = (first + 1) % capacity;
            count--;
        }
        int at = (first + count) % offsets.length;
        offsets[at] = offset;
        totals[at] = total;
        count++;
    }

    private int last() {
        return (first + count - 1) % offsets.length;
    }

    /** Where the hot part begins; the end of the log if nothing is. */
    long begin(long total, long hotBytes, long endOffset) {
        for (int i = 0; i < count; i++) {
            int at = (first + i) % offsets.length;
            if (totals[at] >= total - hotBytes) {
                return offsets[at];
            }
        }
        return endOffset;
    }
}
