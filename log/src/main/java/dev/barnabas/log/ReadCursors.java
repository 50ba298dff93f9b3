package dev.barnabas.log;

import org.jspecify.annotations.Nullable;

/**
 * Where the last few reads of a log ended: a reader that goes on in order finds its place at once. Owned by the log's
 * loop.
 */
final class ReadCursors {
    static final int UNKNOWN = -1;

    private static final int SIZE = 8;

    private long @Nullable [] offsets;
    private long @Nullable [] segments;
    private int @Nullable [] positions;
    private int next;

    void add(Segment segment, long offset, int position) {
        if (offsets == null || segments == null || positions == null) {
            offsets = new long[SIZE];
            segments = new long[SIZE];
            positions = new int[SIZE];
        }
        offsets[next] = offset;
        segments[next] = segment.baseOffset;
        positions[next] = position;
        next = (next + 1) % SIZE;
    }

    int find(Segment segment, long offset) {
        if (offsets != null && segments != null && positions != null) {
            for (int i = 0; i < SIZE; i++) {
                // Position 0 marks free places too, and needs no cursor.
                if (offsets[i] == offset && segments[i] == segment.baseOffset && positions[i] > 0) {
                    return positions[i];
                }
            }
        }
        return UNKNOWN;
    }

    void clear() {
        offsets = null;
        segments = null;
        positions = null;
        next = 0;
    }
}
