package dev.barnabas.log;

import dev.barnabas.host.Disk;
import java.io.IOException;

/** How one log ends: closed in order, or deleted. An operation of the log; owned by its loop. */
final class Ending {
    private final PartitionLog log;
    private final LogDirectory directory;
    private final Appender appender;

    Ending(PartitionLog log, LogDirectory directory, Appender appender) {
        this.log = log;
        this.directory = directory;
        this.appender = appender;
    }

    void close(LogAnswer<Long> then) {
        appender.flush();
        if (!log.isOpen()) {
            end();
            log.operations().refuse(then, log.notOpen());
            return;
        }
        Segment active = log.contents().active();
        try {
            if (active != null) {
                active.index.seal(directory.disk());
                log.sync().touched(active);
            }
        } catch (IOException fault) {
            log.fail("closing", fault);
        }
        log.sync().checkpoint();
        // The checkpoint is written when the first sync is done, and stable when the second is.
        log.sync()
                .whenSynced(written -> log.sync().whenSynced(stable -> {
                    boolean wasOpen = log.isOpen();
                    end();
                    if (wasOpen) {
                        log.operations().finish(then, log.endOffset());
                    } else {
                        log.operations().refuse(then, log.notOpen());
                    }
                }));
    }

    void delete(LogAnswer<Long> then) {
        appender.flush();
        end();
        Disk disk = directory.disk();
        String trash = trash();
        try {
            disk.rename(log.folder(), trash);
        } catch (IOException fault) {
            log.operations().refuse(then, couldNotDelete(fault));
            return;
        }
        disk.syncDirectory("", directory.loop(), fault -> {
            if (fault == null) {
                log.operations().finish(then, log.endOffset());
            } else {
                directory.syncFailed(fault);
                log.operations().refuse(then, couldNotDelete(fault));
            }
        });
        directory.deleteLater(trash, log.settings().retention().fileDeleteDelayMs());
    }

    /** A name for the folder that nothing else has: a log of the same name may have been deleted a moment ago. */
    private String trash() {
        return log.folder() + "." + Long.toHexString(directory.clock().wallMs()) + "-"
                + Long.toHexString(directory.nextTrash()) + FileNames.DELETED_FOLDER;
    }

    private LogRefusal couldNotDelete(IOException fault) {
        return LogDirectory.storageError("Could not delete " + log.folder() + ": " + fault.getMessage());
    }

    private void end() {
        log.closed();
        log.sync().stop();
        log.closeFiles();
        directory.removed(log);
        appender.release();
    }
}
