package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the disk for syncs on behalf of all logs of a directory: whatever became dirty in a turn of the loop is one
 * request. While two requests are with the disk (one that runs and one that is next), what comes meanwhile is collected
 * for a third. Owned by a loop.
 */
final class Syncs {
    private static final int MAX_WITH_THE_DISK = 2;

    private final Disk disk;
    private final Loop loop;
    private final Faulty faulty;

    private List<LogSync> wanting = new ArrayList<>();
    private int withTheDisk;
    private boolean queued;

    /** Who is told that nothing may be assumed of the disk any more. */
    interface Faulty {
        void syncFailed(IOException fault);
    }

    Syncs(Disk disk, Loop loop, Faulty faulty) {
        this.disk = disk;
        this.loop = loop;
        this.faulty = faulty;
    }

    /** Syncs what the log has, soon; all that is wanted in a turn goes together. */
    void want(LogSync log) {
        if (!log.wanted) {
            log.wanted = true;
            wanting.add(log);
        }
        if (!queued && withTheDisk < MAX_WITH_THE_DISK) {
            queued = true;
            loop.atEndOfTurn(this::begin);
        }
    }

    private void begin() {
        queued = false;
        if (wanting.isEmpty() || withTheDisk >= MAX_WITH_THE_DISK) {
            return;
        }
        List<LogSync> logs = wanting;
        wanting = new ArrayList<>();
        List<DiskFile> files = new ArrayList<>(logs.size());
        List<SyncMark> marks = new ArrayList<>(logs.size());
        for (LogSync log : logs) {
            log.wanted = false;
            SyncMark mark = log.begin(files);
            if (mark != null) {
                marks.add(mark);
            }
        }
        withTheDisk++;
        disk.sync(files, loop, fault -> ended(marks, fault));
    }

    private void ended(List<SyncMark> marks, @Nullable IOException fault) {
        withTheDisk--;
        if (fault != null) {
            faulty.syncFailed(fault);
        }
        for (SyncMark mark : marks) {
            mark.log().end(mark, fault);
        }
        begin();
    }
}
