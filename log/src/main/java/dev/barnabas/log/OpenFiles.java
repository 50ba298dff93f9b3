package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The segment files that are open: at most so many, those that were used last. Owned by a loop. A file that is given up
 * stays open for a while, because somebody may be about to send what is in it.
 */
final class OpenFiles {
    private final Disk disk;
    private int max;
    private int count;
    private @Nullable Segment newest;
    private @Nullable Segment oldest;
    private final ArrayDeque<Retired> retired = new ArrayDeque<>();

    private record Retired(DiskFile file, long closeAtNanos) {}

    OpenFiles(Disk disk, int max) {
        this.disk = disk;
        this.max = max;
    }

    void limit(int files) {
        max = files;
    }

    int count() {
        return count;
    }

    /** The segment's file, opened if it is not. */
    DiskFile use(Segment segment, long nowNanos) throws IOException {
        DiskFile file = segment.file;
        if (file == null) {
            file = disk.open(segment.path);
            segment.file = file;
            count++;
            addNewest(segment);
            Segment least = oldest;
            if (count > max && least != null && least != segment) {
                forget(least, nowNanos);
            }
        } else if (newest != segment) {
            remove(segment);
            addNewest(segment);
        }
        return file;
    }

    /** Closes the segment's file, if it is open, after the grace period. */
    void forget(Segment segment, long nowNanos) {
        DiskFile file = segment.file;
        if (file != null) {
            remove(segment);
            segment.file = null;
            count--;
            retired.add(new Retired(file, nowNanos + LogDirectory.HANDLE_GRACE.toNanos()));
        }
    }

    void closeRetired(long nowNanos) {
        Retired next;
        while ((next = retired.peek()) != null && next.closeAtNanos - nowNanos <= 0) {
            next.file.close();
            retired.remove();
        }
    }

    void closeAll() {
        Segment segment;
        while ((segment = oldest) != null) {
            forget(segment, 0);
        }
        retired.forEach(each -> each.file.close());
        retired.clear();
    }

    private void addNewest(Segment segment) {
        Segment before = newest;
        segment.older = before;
        segment.newer = null;
        if (before == null) {
            oldest = segment;
        } else {
            before.newer = segment;
        }
        newest = segment;
    }

    private void remove(Segment segment) {
        Segment below = segment.older;
        Segment above = segment.newer;
        if (below == null) {
            oldest = above;
        } else {
            below.newer = above;
        }
        if (above == null) {
            newest = below;
        } else {
            above.older = below;
        }
        segment.older = null;
        segment.newer = null;
    }
}
