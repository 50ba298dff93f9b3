package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Opens a log: recovers it on a worker, and brings what was recovered, and a checkpoint of it, onto stable storage, so
 * that everything that is served from then on is there after the next crash too. Runs on the log's loop.
 */
final class Settling {
    private final Disk disk;
    private final Loop loop;
    private final String folder;
    private final Disk.Completion<Recovery.Recovered> then;

    private Settling(Disk disk, Loop loop, String folder, Disk.Completion<Recovery.Recovered> then) {
        this.disk = disk;
        this.loop = loop;
        this.folder = folder;
        this.then = then;
    }

    /** @param journalIsStable the journal's entries are known to be on stable storage */
    static void recover(
            Disk disk,
            Loop loop,
            String folder,
            int indexInterval,
            boolean journalIsStable,
            Disk.Completion<Recovery.Recovered> then) {
        new Settling(disk, loop, folder, then).recover(indexInterval, journalIsStable);
    }

    private void recover(int indexInterval, boolean journalIsStable) {
        long nowMs = loop.clock().wallMs();
        disk.offload(
                () -> Recovery.recover(disk, folder, indexInterval, nowMs, journalIsStable),
                loop,
                new Disk.Completion<>() {
                    @Override
                    public void done(Recovery.Outcome outcome) {
                        if (outcome.recovered().isPresent()) {
                            recovered(outcome.recovered().get());
                        } else {
                            sync(outcome.journalFiles(), () -> recover(indexInterval, true));
                        }
                    }

                    @Override
                    public void failed(IOException fault) {
                        then.failed(fault);
                    }
                });
    }

    private void recovered(Recovery.Recovered recovered) {
        if (recovered.checkpointed()) {
            syncJournal(recovered);
        } else {
            syncBatches(recovered);
        }
    }

    private void syncBatches(Recovery.Recovered recovered) {
        List<String> paths = new ArrayList<>(recovered.changed());
        for (Segment segment : recovered.contents().segments) {
            if (segment.index.unsynced) {
                segment.index.unsynced = false;
                paths.add(segment.index.path);
            }
        }
        sync(paths, () -> writeCheckpoint(recovered));
    }

    private void writeCheckpoint(Recovery.Recovered recovered) {
        try {
            recovered.journal().appendState(CheckpointCodec.state(recovered.contents()));
        } catch (DiskFullException full) {
            if (recovered.mustCheckpoint()) {
                then.failed(full);
            } else {
                // It is readable at least, and something can be deleted; the next recovery will read as much again.
                then.done(recovered);
            }
            return;
        } catch (IOException fault) {
            then.failed(fault);
            return;
        }
        syncJournal(recovered.withCheckpoint());
    }

    /** What the journal says is acted upon from now on, so it must be there after the next crash too. */
    private void syncJournal(Recovery.Recovered recovered) {
        List<DiskFile> files = new ArrayList<>();
        try {
            recovered.journal().collect(files);
        } catch (IOException fault) {
            files.forEach(DiskFile::close);
            then.failed(fault);
            return;
        }
        syncAndClose(files, () -> deleteObsolete(recovered));
    }

    /** The checkpoint is stable: what it does not need may go. */
    private void deleteObsolete(Recovery.Recovered recovered) {
        if (recovered.obsolete().isEmpty()) {
            then.done(recovered);
            return;
        }
        disk.offload(
                () -> {
                    for (String path : recovered.obsolete()) {
                        disk.delete(path);
                    }
                    return recovered;
                },
                loop,
                then);
    }

    private void sync(List<String> paths, Runnable next) {
        List<DiskFile> files = new ArrayList<>(paths.size());
        try {
            for (String path : paths) {
                files.add(disk.open(path));
            }
        } catch (IOException fault) {
            files.forEach(DiskFile::close);
            then.failed(fault);
            return;
        }
        syncAndClose(files, next);
    }

    /** The files, and the names in the folder: a deletion that a process died over must not come undone later. */
    private void syncAndClose(List<DiskFile> files, Runnable next) {
        int[] left = {2};
        boolean[] failed = {false};
        Consumer<@Nullable IOException> one = fault -> {
            left[0]--;
            if (fault != null && !failed[0]) {
                failed[0] = true;
                then.failed(fault);
            } else if (left[0] == 0 && !failed[0]) {
                next.run();
            }
        };
        disk.sync(files, loop, fault -> {
            files.forEach(DiskFile::close);
            one.accept(fault);
        });
        disk.syncDirectory(folder, loop, one);
    }
}
