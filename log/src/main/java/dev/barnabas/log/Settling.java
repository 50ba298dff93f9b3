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

    static void recover(
            Disk disk, Loop loop, String folder, int indexInterval, Disk.Completion<Recovery.Recovered> then) {
        Settling settling = new Settling(disk, loop, folder, then);
        long nowMs = loop.clock().wallMs();
        disk.offload(() -> Recovery.recover(disk, folder, indexInterval, nowMs), loop, new Disk.Completion<>() {
            @Override
            public void done(Recovery.Recovered recovered) {
                if (recovered.checkpointed()) {
                    then.done(recovered);
                } else {
                    settling.syncBatches(recovered);
                }
            }

            @Override
            public void failed(IOException fault) {
                then.failed(fault);
            }
        });
    }

    private void syncBatches(Recovery.Recovered recovered) {
        List<String> paths = new ArrayList<>(recovered.changed());
        for (Segment segment : recovered.contents().segments) {
            if (segment.index.unsynced) {
                segment.index.unsynced = false;
                paths.add(segment.index.path);
            }
        }
        sync(paths, () -> {
            if (recovered.namesChanged()) {
                disk.syncDirectory(folder, loop, orFail(() -> writeCheckpoint(recovered)));
            } else {
                writeCheckpoint(recovered);
            }
        });
    }

    private void writeCheckpoint(Recovery.Recovered recovered) {
        List<DiskFile> files = new ArrayList<>();
        try {
            recovered.journal().appendState(CheckpointCodec.state(recovered.contents()));
            recovered.journal().collect(files);
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
        syncAndClose(files, () -> then.done(recovered));
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

    private void syncAndClose(List<DiskFile> files, Runnable next) {
        if (files.isEmpty()) {
            next.run();
            return;
        }
        disk.sync(files, loop, fault -> {
            files.forEach(DiskFile::close);
            orFail(next).accept(fault);
        });
    }

    private Consumer<@Nullable IOException> orFail(Runnable next) {
        return fault -> {
            if (fault == null) {
                next.run();
            } else {
                then.failed(fault);
            }
        };
    }
}
