package dev.barnabas.log;

import dev.barnabas.host.DiskFullException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Moves the start of one log forward, because it was asked for or because records are too old or too many, and deletes
 * the segments before it. Owned by the log's loop.
 */
final class Retention {
    private final PartitionLog log;
    private final LogDirectory directory;
    private long nextCheckNanos;
    private boolean running;
    /** Segments before the log start whose files are still there. */
    private final List<Segment> gone = new ArrayList<>(0);

    /** The log start offset that is on stable storage. */
    private long stableStart;

    Retention(PartitionLog log, LogDirectory directory, Recovery.Recovered recovered) {
        this.log = log;
        this.directory = directory;
        replaced(recovered);
        this.nextCheckNanos = directory.clock().nanos();
    }

    void maintain() {
        long nowMs = directory.clock().wallMs();
        if (log.sync().hasNews() && log.settings().flush().durability() == Durability.AFTER_SYNC) {
            log.sync().checkpoint();
        }
        if (!gone.isEmpty()) {
            log.operations().add(this::deleteGone);
        }
        if (directory.clock().nanos() - nextCheckNanos < 0) {
            return;
        }
        nextCheckNanos = directory.clock().nanos()
                + directory.settings().retentionCheckInterval().toNanos();
        long forgetBeforeMs =
                nowMs - directory.settings().producerIdExpiration().toMillis();
        log.contents().producers.expire(forgetBeforeMs);
        log.verifications().expire(forgetBeforeMs);
        if (!running && newStart(nowMs) > log.logStartOffset()) {
            running = true;
            log.operations().add(() -> {
                running = false;
                // Decided anew: an operation before this one may have truncated the log.
                moveStart(newStart(nowMs), true, IGNORED);
            });
        }
    }

    private static final LogAnswer<Long> IGNORED = new LogAnswer<>() {
        @Override
        public void done(Long result) {}

        @Override
        public void refused(LogRefusal refusal) {
            // The log went offline, and its listener was told; or the disk is full, and the next round tries again.
        }
    };

    /** Where the log should start, given what is kept how long. */
    private long newStart(long nowMs) {
        LogContents contents = log.contents();
        LogSettings.Retention settings = log.settings().retention();
        long start = contents.startOffset;
        if (!settings.delete()) {
            return start;
        }
        long excess = settings.bytes() < 0 ? 0 : contents.sizeInBytes() - settings.bytes();
        for (int i = 0; i < contents.segments.size(); i++) {
            Segment segment = contents.segments.get(i);
            long end = contents.endOffset(i);
            boolean tooOld = settings.ms() >= 0 && nowMs - segment.retentionTimestamp() > settings.ms();
            boolean tooMany = excess >= segment.size && settings.bytes() >= 0;
            if (segment.size == 0 || end > contents.highWatermark || !(tooOld || tooMany)) {
                break;
            }
            excess -= segment.size;
            start = end;
        }
        return start;
    }

    /**
     * An operation of the log: moves the start, durably first, and answers with it.
     *
     * @param evenIfFull deleting is what helps a full disk: then it need not be durable first
     */
    void moveStart(long offset, boolean evenIfFull, LogAnswer<Long> then) {
        if (!log.isOpen()) {
            log.operations().refuse(then, log.notOpen());
            return;
        }
        if (offset <= log.logStartOffset()) {
            log.operations().finish(then, log.logStartOffset());
            return;
        }
        try {
            log.sync().journal().append(CheckpointCodec.START, offset);
        } catch (DiskFullException full) {
            if (evenIfFull) {
                // After a crash the log starts with the first segment that is left.
                moved(offset, then);
            } else {
                log.operations()
                        .refuse(then, LogDirectory.diskFull(directory.disk().name()));
            }
            return;
        } catch (IOException fault) {
            log.fail("moving the start of", fault);
            log.operations().refuse(then, LogDirectory.storageError(String.valueOf(fault.getMessage())));
            return;
        }
        log.sync().whenSynced(fault -> {
            if (fault == null && log.isOpen()) {
                stableStart = offset;
                moved(offset, then);
            } else {
                log.operations().refuse(then, log.notOpen());
            }
        });
    }

    private void moved(long offset, LogAnswer<Long> then) {
        LogContents contents = log.contents();
        contents.moveStart(offset);
        Segment active = contents.active();
        if (contents.nextOffset == contents.startOffset && active != null && active.size > 0) {
            LogRefusal refusal = log.tryRoll();
            if (refusal != null) {
                log.operations().refuse(then, refusal);
                return;
            }
        }
        while (contents.segments.size() > 1 && contents.segments.get(1).baseOffset <= contents.startOffset) {
            Segment segment = contents.segments.removeFirst();
            log.sync().removed(segment);
            directory.openFiles().forget(segment, directory.clock().nanos());
            gone.add(segment);
        }
        log.startMoved();
        then.done(contents.startOffset);
        deleteGone();
    }

    /**
     * Continues an operation: deletes segments that are before the log start. The state that follows from them must be
     * in a stable checkpoint first: they cannot be read again.
     */
    private void deleteGone() {
        if (gone.isEmpty() || gone.getLast().baseOffset < log.sync().stableCheckpointBase()) {
            deleteNow();
            return;
        }
        log.sync().checkpoint();
        log.sync().whenSynced(written -> log.sync().whenSynced(stable -> deleteNow()));
    }

    private void deleteNow() {
        try {
            while (log.isOpen()
                    && !gone.isEmpty()
                    && gone.getFirst().baseOffset < log.sync().stableCheckpointBase()) {
                delete(gone.removeFirst());
                if (stableStart < log.logStartOffset()) {
                    // Only that they are gone says where the log starts: then one after the other, so that no crash
                    // leaves a hole.
                    directory.disk().syncDirectory(log.folder(), directory.loop(), this::deleteNext);
                    return;
                }
            }
        } catch (IOException fault) {
            log.fail("deleting segments of", fault);
        }
        log.operations().next();
    }

    private void deleteNext(@Nullable IOException fault) {
        if (fault != null) {
            directory.syncFailed(fault);
        }
        deleteNow();
    }

    private void delete(Segment segment) throws IOException {
        String deleted = segment.path + FileNames.DELETED;
        directory.disk().rename(segment.path, deleted);
        directory.disk().delete(segment.index.path);
        directory.deleteLater(deleted, log.settings().retention().fileDeleteDelayMs());
    }

    /** The log has been recovered anew, and the recovery took away what is before its start. */
    void replaced(Recovery.Recovered recovered) {
        gone.clear();
        stableStart = recovered.checkpointed() ? recovered.contents().startOffset : -1;
    }
}
