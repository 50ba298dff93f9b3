package dev.barnabas.log;

import java.util.ArrayList;
import java.util.List;

/**
 * Segments that follow on each other and become one.
 *
 * @param endOffset where the last of them ends
 * @param bytes of all of them
 */
record CompactionGroup(List<Segment> segments, long endOffset, long bytes) {
    private static final int MAX_SEGMENTS = 64;

    CompactionGroup {
        segments = List.copyOf(segments);
    }

    long baseOffset() {
        return segments.getFirst().baseOffset;
    }

    /** There are several, or else it is enough that something changes. */
    boolean mustMerge() {
        return segments.size() > 1;
    }

    /**
     * What is to be done up to an offset. Segments that are half as large as they may be stay alone: they would have to
     * be copied again and again for the sake of small ones.
     */
    static List<CompactionGroup> of(LogContents log, long upToOffset, CompactionRules rules, int segmentBytes) {
        List<CompactionGroup> groups = new ArrayList<>();
        List<Segment> current = new ArrayList<>();
        long bytes = 0;
        long end = 0;
        for (int i = 0; i < log.segments.size() - 1; i++) {
            Segment segment = log.segments.get(i);
            long segmentEnd = log.endOffset(i);
            if (segment.baseOffset >= upToOffset) {
                break;
            }
            if (rules.horizonsOnly()) {
                if (segment.horizonMs <= rules.nowMs() && segmentEnd <= upToOffset && segment.size > 0) {
                    groups.add(new CompactionGroup(List.of(segment), segmentEnd, segment.size));
                }
                continue;
            }
            boolean fits = !current.isEmpty()
                    && bytes + segment.size <= segmentBytes
                    && bytes < segmentBytes / 2
                    && segment.size < segmentBytes / 2
                    && segmentEnd - current.getFirst().baseOffset <= Integer.MAX_VALUE
                    && current.size() < MAX_SEGMENTS;
            if (!fits && bytes > 0) {
                groups.add(new CompactionGroup(current, end, bytes));
            }
            if (!fits) {
                current.clear();
                bytes = 0;
            }
            current.add(segment);
            bytes += segment.size;
            end = segmentEnd;
        }
        if (bytes > 0) {
            groups.add(new CompactionGroup(current, end, bytes));
        }
        return groups;
    }
}
