package dev.barnabas.log;

import dev.barnabas.host.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that takes the place of one or more segments, which follow on each other: it holds what compaction left of
 * them. Written into the journal before anything is renamed; from then on it is decided, and whoever finds the entry
 * finishes what it says.
 *
 * @param baseOffset of the first segment that is replaced, and of the new one
 * @param endOffset where the last one that is replaced ends
 * @param id part of the names of the new files
 * @param size of the new segment, more than 0
 * @param indexBlocks of its index
 * @param maxTimestamp as of {@link Segment}, like the following
 * @param removedMarkers offsets of the markers that are no more in the log of transactions that were aborted: a reader
 *     who is told of such a transaction would wait for its marker, and skip what the producer writes later
 */
record Replacement(
        long baseOffset,
        long endOffset,
        String id,
        int size,
        int indexBlocks,
        long maxTimestamp,
        long firstTimestamp,
        long lastAppendMs,
        long horizonMs,
        List<Long> removedMarkers) {

    /** Ends the names of files that are being written. */
    static final String SUFFIX = ".compacted";

    private static final int FIXED_BYTES = 64;
    private static final int ID_DIGITS = 16;

    Replacement {
        removedMarkers = List.copyOf(removedMarkers);
    }

    /** A name that no other replacement has. */
    static String newId(long wallMs, long number) {
        return String.format("%010x%06x", wallMs & 0xff_ffff_ffffL, number & 0xff_ffff);
    }

    static String path(String folder, long baseOffset, String id) {
        return FileNames.path(folder, baseOffset, FileNames.SEGMENT) + "." + id + SUFFIX;
    }

    static String indexPath(String folder, long baseOffset, String id) {
        return FileNames.path(folder, baseOffset, FileNames.INDEX) + "." + id + SUFFIX;
    }

    /** The new segment. Its index counts when it is known to be there. */
    Segment segment(String folder) {
        Segment segment = new Segment(folder, baseOffset);
        segment.size = size;
        segment.maxTimestamp = maxTimestamp;
        segment.firstTimestamp = firstTimestamp;
        segment.lastAppendMs = lastAppendMs;
        segment.horizonMs = horizonMs;
        return segment;
    }

    /** Whether a segment is among those that are replaced. */
    boolean covers(long base) {
        return base >= baseOffset && base < endOffset;
    }

    /** Changes what was known of a log before it was done. */
    void applyTo(LogContents log) {
        int at = 0;
        while (at < log.segments.size() && log.segments.get(at).baseOffset < baseOffset) {
            at++;
        }
        if (at == log.segments.size() || !covers(log.segments.get(at).baseOffset)) {
            return;
        }
        while (at < log.segments.size() && covers(log.segments.get(at).baseOffset)) {
            log.segments.remove(at);
        }
        log.segments.add(at, segment(log.folder));
        log.replaced(this);
    }

    /** Does what a crash may have prevented: gives the file its place. Doing it again changes nothing. */
    void finish(Disk disk, String folder, List<String> names) throws IOException {
        String path = path(folder, baseOffset, id);
        if (disk.exists(path)) {
            disk.rename(path, FileNames.path(folder, baseOffset, FileNames.SEGMENT));
        }
        for (String name : names) {
            boolean isSegment = FileNames.has(name, FileNames.SEGMENT);
            // The index of the new segment cannot be told from that of the old one.
            boolean isIndex = FileNames.has(name, FileNames.INDEX);
            if ((isIndex && covers(FileNames.number(name)))
                    || (isSegment && covers(FileNames.number(name)) && FileNames.number(name) != baseOffset)) {
                disk.delete(folder + "/" + name);
            }
        }
    }

    ByteBuffer encoded() {
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + Integer.BYTES + Long.BYTES * removedMarkers.size());
        out.putLong(baseOffset).putLong(endOffset);
        out.putLong(Long.parseUnsignedLong(id, ID_DIGITS));
        out.putInt(size)
                .putLong(maxTimestamp)
                .putLong(firstTimestamp)
                .putLong(lastAppendMs)
                .putLong(horizonMs);
        out.putInt(indexBlocks);
        out.putInt(removedMarkers.size());
        removedMarkers.forEach(out::putLong);
        return out.flip();
    }

    static Replacement decode(ByteBuffer in) {
        long baseOffset = in.getLong();
        long endOffset = in.getLong();
        String id = String.format("%016x", in.getLong());
        int size = in.getInt();
        long maxTimestamp = in.getLong();
        long firstTimestamp = in.getLong();
        long lastAppendMs = in.getLong();
        long horizonMs = in.getLong();
        int indexBlocks = in.getInt();
        List<Long> removedMarkers = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            removedMarkers.add(in.getLong());
        }
        return new Replacement(
                baseOffset,
                endOffset,
                id,
                size,
                indexBlocks,
                maxTimestamp,
                firstTimestamp,
                lastAppendMs,
                horizonMs,
                removedMarkers);
    }
}
