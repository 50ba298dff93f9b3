package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFullException;
import java.io.IOException;

/**
 * Removes batches from the end of one log. What is to be removed is written down durably first; then the log is
 * recovered, which does it, and comes to the same result when a crash comes between. An operation of the log; owned by
 * its loop.
 */
final class Truncation {
    private final PartitionLog log;
    private final LogDirectory directory;
    private final Appender appender;
    private final LogReader reader;

    Truncation(PartitionLog log, LogDirectory directory, Appender appender, LogReader reader) {
        this.log = log;
        this.directory = directory;
        this.appender = appender;
        this.reader = reader;
    }

    void truncate(long endOffset, LogAnswer<Long> then) {
        appender.flush();
        LogContents contents = log.contents();
        if (!log.isOpen()) {
            log.operations().refuse(then, log.notOpen());
        } else if (endOffset < contents.startOffset) {
            log.operations().refuse(then, log.outOfRange(endOffset));
        } else if (endOffset >= contents.nextOffset) {
            log.operations().finish(then, contents.nextOffset);
        } else {
            writeDown(CheckpointCodec.TRUNCATED, endOffset, endOffset, then);
        }
    }

    void restartAt(long offset, LogAnswer<Long> then) {
        appender.flush();
        if (!log.isOpen()) {
            log.operations().refuse(then, log.notOpen());
        } else {
            writeDown(CheckpointCodec.RESTARTED, offset, Long.MIN_VALUE, then);
        }
    }

    private void writeDown(byte kind, long offset, long readableEnd, LogAnswer<Long> then) {
        try {
            log.sync().journal().append(kind, offset);
        } catch (DiskFullException full) {
            log.operations().refuse(then, LogDirectory.diskFull(directory.disk().name()));
            return;
        } catch (IOException fault) {
            log.fail("truncating", fault);
        }
        appender.hold();
        log.sync().replacing();
        reader.removing(readableEnd);
        log.sync().whenSynced(fault -> {
            if (log.isOpen()) {
                recover(then);
            } else {
                refuse(then);
            }
        });
    }

    private void recover(LogAnswer<Long> then) {
        log.closeFiles();
        int indexInterval = log.settings().segments().indexIntervalBytes();
        Settling.recover(directory, log.folder(), indexInterval, true, new Disk.Completion<>() {
            @Override
            public void done(Recovery.Recovered recovered) {
                if (!log.isOpen()) {
                    refuse(then);
                    return;
                }
                log.replaceContents(recovered);
                appender.release();
                log.operations().finish(then, log.endOffset());
            }

            @Override
            public void failed(IOException fault) {
                log.fail("truncating", fault);
                refuse(then);
            }
        });
    }

    private void refuse(LogAnswer<Long> then) {
        appender.release();
        log.operations().refuse(then, log.notOpen());
    }
}
