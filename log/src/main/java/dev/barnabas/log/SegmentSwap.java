package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFullException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts a compacted segment in the place of others. First the journal says so, durably; then files are renamed, and from
 * that moment on the log is read from the new one; then the new names are made durable, and only then a state may be
 * written, which means that it is done. A crash anywhere between leads to the old segments or to the new one, never to
 * both. An operation of the log; owned by its loop.
 */
final class SegmentSwap {
    private final PartitionLog log;
    private final LogDirectory directory;
    private final LogReader reader;

    /** What comes of it. */
    enum Outcome {
        DONE,
        /** The log has changed meanwhile, or is closed: the new files are not used. */
        IN_VAIN,
        /** The journal has no room: the new files are not used. */
        DISK_FULL,
        /** It was begun, and the log has failed or closed before it was done: the next recovery does it. */
        LEFT_TO_RECOVERY
    }

    /** Told once, on the loop. */
    interface Ended {
        void ended(Outcome outcome);
    }

    SegmentSwap(PartitionLog log, LogDirectory directory, LogReader reader) {
        this.log = log;
        this.directory = directory;
        this.reader = reader;
    }

    /**
     * @param old what is replaced, as it is in the log's contents
     * @param replacement whose files, log and index, are on stable storage
     */
    void swap(List<Segment> old, Replacement replacement, Ended then) {
        log.operations().add(() -> begin(old, replacement, then));
    }

    private void begin(List<Segment> old, Replacement replacement, Ended then) {
        if (!log.isOpen() || !isThere(old)) {
            finish(Outcome.IN_VAIN, then);
            return;
        }
        try {
            log.sync().journal().append(replacement);
        } catch (DiskFullException full) {
            finish(Outcome.DISK_FULL, then);
            return;
        } catch (IOException fault) {
            log.fail("compacting", fault);
            finish(Outcome.LEFT_TO_RECOVERY, then);
            return;
        }
        log.sync().holdStates();
        log.sync().whenSynced(fault -> {
            if (fault != null || !log.isOpen()) {
                finish(Outcome.LEFT_TO_RECOVERY, then);
                return;
            }
            try {
                rename(old, replacement);
            } catch (IOException failed) {
                log.fail("compacting", failed);
                finish(Outcome.LEFT_TO_RECOVERY, then);
                return;
            }
            directory.disk().syncDirectory(log.folder(), directory.loop(), failed -> renamed(failed, then));
        });
    }

    /** Whether the segments are still those of the log, and follow on each other there. */
    private boolean isThere(List<Segment> old) {
        List<Segment> segments = log.contents().segments;
        int at = segments.indexOf(old.getFirst());
        return at >= 0
                && at + old.size() < segments.size()
                && segments.subList(at, at + old.size()).equals(old);
    }

    private void rename(List<Segment> old, Replacement replacement) throws IOException {
        Disk disk = directory.disk();
        LogContents contents = log.contents();
        Segment compacted = replacement.segment(log.folder());
        for (Segment segment : old) {
            log.sync().removed(segment);
            directory.openFiles().forget(segment, directory.clock().nanos());
            disk.delete(segment.index.path);
        }
        disk.rename(Replacement.path(log.folder(), replacement.baseOffset(), replacement.id()), compacted.path);
        String index = Replacement.indexPath(log.folder(), replacement.baseOffset(), replacement.id());
        if (replacement.indexBlocks() == 0) {
            disk.delete(index);
        } else {
            disk.rename(index, compacted.index.path);
            compacted.index.blocks = replacement.indexBlocks();
        }
        for (Segment segment : old.subList(1, old.size())) {
            if (segment.size > 0) {
                String deleted = segment.path + FileNames.DELETED;
                disk.rename(segment.path, deleted);
                directory.deleteLater(deleted, log.settings().retention().fileDeleteDelayMs());
            }
        }
        int at = contents.segments.indexOf(old.getFirst());
        contents.segments.subList(at, at + old.size()).clear();
        contents.segments.add(at, compacted);
        contents.replaced(replacement);
        reader.compacted();
    }

    private void renamed(@Nullable IOException fault, Ended then) {
        if (fault != null) {
            directory.syncFailed(fault);
        }
        if (fault != null || !log.isOpen()) {
            finish(Outcome.LEFT_TO_RECOVERY, then);
            return;
        }
        log.sync().releaseStates();
        finish(Outcome.DONE, then);
    }

    private void finish(Outcome outcome, Ended then) {
        then.ended(outcome);
        log.operations().next();
    }
}
