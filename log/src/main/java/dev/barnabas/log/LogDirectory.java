package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import java.time.Duration;
import java.util.List;

/**
 * The logs of one disk that belong to one loop, and what they share: open files, syncs, maintenance. Everything is
 * called on that loop, and every answer comes there.
 */
public final class LogDirectory {
    /** How long a file that was given out for reading stays open at least. */
    public static final Duration HANDLE_GRACE = Duration.ofSeconds(30);

    public LogDirectory(Disk disk, Loop loop, LogDirectorySettings settings) {
        throw new UnsupportedOperationException();
    }

    /**
     * The folders that hold logs, on a worker. What a crash left over of logs that were being deleted is deleted.
     *
     * @param disk which may belong to several loops: this is asked once
     */
    public static void folders(Disk disk, Loop loop, Disk.Completion<List<String>> then) {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens the log in a folder, creating it if it is absent, and recovers it: on a worker, reading only what is not
     * known to be synced.
     */
    public void open(String folder, LogSettings settings, LogListener listener, Opening then) {
        throw new UnsupportedOperationException();
    }

    public void changeSettings(LogDirectorySettings other) {
        throw new UnsupportedOperationException();
    }

    /** Closes all logs in order, so that the next start has nothing to recover. */
    public void close(Runnable then) {
        throw new UnsupportedOperationException();
    }
}
