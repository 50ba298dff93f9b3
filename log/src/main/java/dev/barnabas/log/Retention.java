package dev.barnabas.log;

import dev.barnabas.host.DiskFullException;
import java.io.IOException;

/**
 * Moves the start of one log forward, because it was asked for or because records are too old or too many, and deletes
 * the segments before it. Owned by the log's loop.
 */
final class Retention {
    private final PartitionLog log;
    private final LogDirectory directory;
    private long nextCheckNanos;
    private boolean running;

    Retention(PartitionLog log, LogDirectory directory) {
        this.log = log;
        this.directory = directory;
        this.nextCheckNanos = directory.clock().nanos();
    }

    void maintain() {
        long nowMs = directory.clock().wallMs();
        if (log.sync().hasNews() && log.settings().flush().durability() == Durability.AFTER_SYNC) {
            log.sync().checkpoint();
        }
        if (directory.clock().nanos() - nextCheckNanos < 0) {
            return;
        }
        nextCheckNanos = directory.clock().nanos()
                + directory.settings().retentionCheckInterval().toNanos();
        log.contents()
                .producers
                .expire(nowMs - directory.settings().producerIdExpiration().toMillis());
        long start = newStart(nowMs);
        if (start > log.logStartOffset() && !running) {
            running = true;
            log.operate(() -> {
                running = false;
                moveStart(start, true, IGNORED);
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
            log.refuse(then, LogDirectory.storageError(log.folder() + " is offline"));
            return;
        }
        if (offset <= log.logStartOffset()) {
            log.finish(then, log.logStartOffset());
            return;
        }
        try {
            log.sync().journal().append(CheckpointCodec.START, offset);
        } catch (DiskFullException full) {
            if (evenIfFull) {
                // After a crash the log starts with the first segment that is left.
                moved(offset, then);
            } else {
                log.refuse(then, LogDirectory.diskFull(directory.disk().name()));
            }
            return;
        } catch (IOException fault) {
            log.fail("moving the start of", fault);
            log.refuse(then, LogDirectory.storageError(String.valueOf(fault.getMessage())));
            return;
        }
        log.sync().whenSynced(fault -> {
            if (fault == null && log.isOpen()) {
                moved(offset, then);
            } else {
                log.refuse(then, LogDirectory.storageError(log.folder() + " is offline"));
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
                log.refuse(then, refusal);
                return;
            }
        }
        try {
            while (contents.segments.size() > 1 && contents.segments.get(1).baseOffset <= contents.startOffset) {
                remove(contents.segments.removeFirst());
            }
        } catch (IOException fault) {
            log.fail("deleting segments of", fault);
            log.refuse(then, LogDirectory.storageError(String.valueOf(fault.getMessage())));
            return;
        }
        log.startMoved();
        log.finish(then, contents.startOffset);
    }

    private void remove(Segment segment) throws IOException {
        log.sync().removed(segment);
        directory.openFiles().forget(segment, directory.clock().nanos());
        String deleted = segment.path + FileNames.DELETED;
        directory.disk().rename(segment.path, deleted);
        directory.disk().delete(segment.index.path);
        directory.deleteLater(deleted, log.settings().retention().fileDeleteDelayMs());
    }
}
