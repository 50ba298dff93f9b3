package dev.barnabas.log;

import dev.barnabas.host.Clock;
import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The logs of one disk that belong to one loop, and what they share: open files, syncs, maintenance. Everything is
 * called on that loop, and every answer comes there.
 */
public final class LogDirectory {
    /** How long a file that was given out for reading stays open at least. */
    public static final Duration HANDLE_GRACE = Duration.ofSeconds(30);

    private static final int SCRATCH_BYTES = 8 << 10;
    /** How much is appended between two looks at the space that is left. */
    private static final long SPACE_CHECK_BYTES = 8 << 20;

    private final Disk disk;
    private final Loop loop;
    private LogDirectorySettings settings;

    private final OpenFiles openFiles;
    private final Syncs syncs;
    private final Acceptance acceptance = new Acceptance();
    private final Maintenance maintenance;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);

    private final Map<String, PartitionLog> logs = new LinkedHashMap<>();
    private List<Appender> toFlush = new ArrayList<>();
    private List<Appender> flushing = new ArrayList<>();

    private long appendedBytes;
    private long usableBytes;
    private long spaceCheckedAt;
    private boolean closed;

    public LogDirectory(Disk disk, Loop loop, LogDirectorySettings settings) {
        this.disk = disk;
        this.loop = loop;
        this.settings = settings;
        this.openFiles = new OpenFiles(disk, settings.maxOpenFiles());
        this.syncs = new Syncs(disk, loop, this::failed);
        this.maintenance = new Maintenance(this);
        checkSpace();
    }

    /**
     * The folders that hold logs, on a worker. What a crash left over of logs that were being deleted is deleted.
     *
     * @param disk which may belong to several loops: this is asked once
     */
    public static void folders(Disk disk, Loop loop, Disk.Completion<List<String>> then) {
        disk.offload(
                () -> {
                    List<String> folders = new ArrayList<>();
                    for (String name : disk.list("")) {
                        if (!name.endsWith("/")) {
                            continue;
                        }
                        String folder = name.substring(0, name.length() - 1);
                        if (folder.endsWith(FileNames.DELETED_FOLDER)) {
                            disk.delete(folder);
                        } else {
                            folders.add(folder);
                        }
                    }
                    return folders;
                },
                loop,
                then);
    }

    /**
     * Opens the log in a folder, creating it if it is absent, and recovers it: on a worker, reading only what is not
     * known to be synced.
     */
    public void open(String folder, LogSettings logSettings, LogListener listener, Opening then) {
        loop.requireCurrent();
        if (logs.containsKey(folder)) {
            throw new IllegalStateException("the log is open: " + folder);
        }
        int indexInterval = logSettings.segments().indexIntervalBytes();
        Settling.recover(disk, loop, folder, indexInterval, false, new Disk.Completion<>() {
            @Override
            public void done(Recovery.Recovered recovered) {
                PartitionLog log = new PartitionLog(LogDirectory.this, recovered, logSettings, listener);
                logs.put(folder, log);
                maintenance.start();
                then.opened(log);
            }

            @Override
            public void failed(IOException fault) {
                then.failed(new LogFault("opening " + folder, fault));
            }
        });
    }

    public void changeSettings(LogDirectorySettings other) {
        loop.requireCurrent();
        settings = other;
        openFiles.limit(other.maxOpenFiles());
        checkSpace();
    }

    /** Closes all logs in order, so that the next start has nothing to recover. Does not close the disk. */
    public void close(Runnable then) {
        loop.requireCurrent();
        closed = true;
        maintenance.stop();
        List<PartitionLog> open = List.copyOf(logs.values());
        int[] left = {open.size() + 1};
        Runnable one = () -> {
            if (--left[0] == 0) {
                openFiles.closeAll();
                acceptance.close();
                then.run();
            }
        };
        for (PartitionLog log : open) {
            log.close(new LogAnswer<>() {
                @Override
                public void done(Long endOffset) {
                    one.run();
                }

                @Override
                public void refused(LogRefusal refusal) {
                    one.run();
                }
            });
        }
        one.run();
    }

    Disk disk() {
        return disk;
    }

    Loop loop() {
        return loop;
    }

    Clock clock() {
        return loop.clock();
    }

    LogDirectorySettings settings() {
        return settings;
    }

    OpenFiles openFiles() {
        return openFiles;
    }

    Syncs syncs() {
        return syncs;
    }

    Acceptance acceptance() {
        return acceptance;
    }

    /** A buffer for a few headers, to be used within a task of the loop. */
    ByteBuffer scratch() {
        return scratch;
    }

    List<PartitionLog> logs() {
        return List.copyOf(logs.values());
    }

    boolean isClosed() {
        return closed;
    }

    void removed(PartitionLog log) {
        logs.remove(log.folder(), log);
    }

    /** Deletes a file or folder that nobody needs any more, on a worker. */
    void deleteLater(String path, long delayMs) {
        loop.schedule(Duration.ofMillis(Math.max(0, delayMs)), () -> {
            if (!closed) {
                disk.offload(
                        () -> {
                            disk.delete(path);
                            return path;
                        },
                        loop,
                        new Disk.Completion<>() {
                            @Override
                            public void done(String result) {}

                            @Override
                            public void failed(IOException fault) {
                                // Its name says that it is not needed: the next start tries again.
                            }
                        });
            }
        });
    }

    /** Flushes at the end of this turn, with all others that want it. */
    void flushAtEndOfTurn(Appender appender) {
        if (toFlush.isEmpty()) {
            loop.atEndOfTurn(this::flush);
        }
        toFlush.add(appender);
    }

    private void flush() {
        List<Appender> now = toFlush;
        toFlush = flushing;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flush();
        }
        now.clear();
        flushing = now;
    }

    /** Bytes that have been appended to all logs since the directory was opened. */
    long appendedBytes() {
        return appendedBytes;
    }

    void appended(int bytes) {
        appendedBytes += bytes;
        usableBytes -= bytes;
        if (appendedBytes - spaceCheckedAt >= SPACE_CHECK_BYTES) {
            checkSpace();
        }
    }

    /** Asks the disk how much space is left. */
    void checkSpace() {
        spaceCheckedAt = appendedBytes;
        try {
            usableBytes = disk.usableBytes();
        } catch (IOException unknown) {
            // Not worth refusing anything: an append that does not fit is refused by the disk.
            usableBytes = Long.MAX_VALUE;
        }
    }

    /** The disk refused an append. */
    void noticeFullDisk() {
        checkSpace();
    }

    boolean hasRoomFor(long bytes) {
        return usableBytes - bytes >= settings.reserveBytes();
    }

    static LogRefusal diskFull(String directory) {
        return storageError("There is no space left in the log directory " + directory);
    }

    static LogRefusal storageError(String message) {
        return new LogRefusal(ErrorCode.KAFKA_STORAGE_ERROR, message);
    }

    /** A sync failed: nothing may be assumed of any file of the directory. */
    private void failed(IOException fault) {
        for (PartitionLog log : List.copyOf(logs.values())) {
            log.fail("syncing", fault);
        }
    }
}
