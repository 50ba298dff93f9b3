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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private final SequenceCheck sequenceCheck = new SequenceCheck();
    private final Maintenance maintenance;
    private @Nullable DirectoryCompactions compactions;
    private @Nullable DirectoryScrub scrub;
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);

    private final Map<String, PartitionLog> logs = new LinkedHashMap<>();
    private List<Appender> toFlush = new ArrayList<>();
    private List<Appender> flushing = new ArrayList<>();

    private long appendedBytes;
    private long usableBytes;
    private long spaceCheckedAt;
    private long trash;
    private @Nullable IOException failure;
    private Consumer<IOException> onSyncFailure = fault -> {};
    private Runnable onFull = () -> {};
    /** Appends have been refused since there was room last. */
    private boolean full;

    private boolean closed;

    public LogDirectory(Disk disk, Loop loop, LogDirectorySettings settings) {
        this.disk = disk;
        this.loop = loop;
        this.settings = settings;
        this.openFiles = new OpenFiles(disk, settings.maxOpenFiles());
        this.syncs = new Syncs(disk, loop, this::syncFailed);
        this.maintenance = new Maintenance(this);
        checkSpace();
    }

    /** From now on logs are compacted that are to be. */
    public void compact(CompactionTurns turns) {
        loop.requireCurrent();
        compactions = new DirectoryCompactions(this, turns);
    }

    /** From now on what is stored is checked, again and again. */
    public void scrub(ScrubPace pace, ScrubTimes times) {
        loop.requireCurrent();
        scrub = new DirectoryScrub(this, pace, times);
    }

    /**
     * The folders that hold logs. What a crash left over of logs that were being deleted is deleted, too.
     *
     * @param disk which may belong to several loops: this is asked once
     */
    public static void folders(Disk disk, Loop loop, Disk.Completion<List<String>> then) {
        disk.offload(() -> disk.list(""), loop, new Disk.Completion<>() {
            @Override
            public void done(List<String> names) {
                List<String> folders = new ArrayList<>();
                for (String name : names) {
                    String folder = name.substring(0, name.length() - 1);
                    if (name.endsWith("/") && !folder.endsWith(FileNames.DELETED_FOLDER)) {
                        folders.add(folder);
                    } else if (name.endsWith("/")) {
                        delete(disk, loop, folder);
                    }
                }
                then.done(folders);
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
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
        IOException failedBefore = failure;
        if (failedBefore != null) {
            loop.execute(() ->
                    then.failed(new LogFault("opening " + folder + " in a directory that has failed", failedBefore)));
            return;
        }
        int indexInterval = logSettings.segments().indexIntervalBytes();
        Settling.recover(this, folder, indexInterval, false, new Disk.Completion<>() {
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
        if (scrub != null) {
            scrub.stop();
        }
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

    SequenceCheck sequenceCheck() {
        return sequenceCheck;
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

    void maintainCompaction() {
        if (compactions != null) {
            compactions.maintain();
        }
    }

    /** Counts what was deleted. */
    long nextTrash() {
        return trash++;
    }

    void removed(PartitionLog log) {
        logs.remove(log.folder(), log);
    }

    /** Deletes a file or folder that nobody needs any more, on a worker. */
    void deleteLater(String path, long delayMs) {
        loop.schedule(Duration.ofMillis(Math.max(0, delayMs)), () -> {
            if (!closed) {
                delete(disk, loop, path);
            }
        });
    }

    private static void delete(Disk disk, Loop loop, String path) {
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
        if (full && hasRoomFor(0)) {
            full = false;
            logs().forEach(PartitionLog::roomIsBack);
        }
    }

    /** Whether more may be appended; who asks for it and may not is told when there is room again. */
    boolean mayAppend() {
        if (hasRoomFor(0)) {
            return true;
        }
        if (!full) {
            full = true;
            onFull.run();
        }
        return false;
    }

    /** Who is told whenever appends begin to be refused for want of room. */
    public void whenFull(Runnable listener) {
        loop.requireCurrent();
        onFull = listener;
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

    /** Who is told once when a sync has failed, before the logs of the directory go offline. */
    public void whenSyncFails(Consumer<IOException> listener) {
        loop.requireCurrent();
        onSyncFailure = listener;
    }

    /** The disk has failed, as somebody else has found out: all logs go offline, and none is opened any more. */
    public void fail(IOException fault) {
        loop.requireCurrent();
        fail("using", fault);
    }

    /** A sync failed: nothing may be assumed of any file of the directory. */
    void syncFailed(IOException fault) {
        if (failure == null) {
            onSyncFailure.accept(fault);
        }
        fail("syncing", fault);
    }

    private void fail(String doing, IOException fault) {
        if (failure == null) {
            failure = fault;
        }
        for (PartitionLog log : List.copyOf(logs.values())) {
            log.fail(doing, fault);
        }
    }
}
