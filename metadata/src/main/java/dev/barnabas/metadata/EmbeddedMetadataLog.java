package dev.barnabas.metadata;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of a single node: files in one folder of one disk, in the form that the package's documentation
 * describes. The node always leads.
 *
 * <p>Entries are written at the end of a turn of the loop and committed when they are on stable storage. One sync runs
 * at a time; whatever is written meanwhile is committed by the next. When the disk fails, other than by being full, the
 * log fails for good.
 *
 * <p>Belongs to one loop.
 */
public final class EmbeddedMetadataLog implements MetadataLog {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedMetadataLog.class);

    private final Disk disk;
    private final Loop loop;
    private final MetadataFolder folder;
    private final SoleVoter quorum;

    /** What was found when the log was opened, until it has been delivered. */
    private MetadataFolder.@Nullable Found found;

    private DiskFile file;
    private final Set<DiskFile> unsyncedFiles = new LinkedHashSet<>();
    private List<DiskFile> filesBeingSynced = List.of();

    /** Asked for in this turn of the loop, not written yet. */
    private List<Waiting> asked = new ArrayList<>();

    /** Written, not committed. */
    private final Queue<Waiting> written = new ArrayDeque<>();

    private final Subscription subscription;
    private long endOffset;
    private long committedEndOffset;
    private long bytesSinceSnapshot;
    private boolean snapshotting;

    private EmbeddedMetadataLog(Opening opening, MetadataFolder.Found found, DiskFile file) {
        this.disk = opening.disk;
        this.loop = opening.loop;
        this.folder = opening.folder;
        this.subscription = new Subscription(opening.loop);
        this.quorum =
                new SoleVoter(opening.nodeId, opening.directoryId, opening.loop.clock(), () -> committedEndOffset);
        this.found = found;
        this.file = file;
        this.endOffset = found.endOffset();
        this.committedEndOffset = found.endOffset();
        for (MetadataFolder.Entry entry : found.entries()) {
            this.bytesSinceSnapshot += entry.bytes().remaining();
        }
    }

    /** An entry on its way. */
    private record Waiting(long offset, ByteBuffer entry, Consumer<Appended> then) {}

    /**
     * Opens the log in a folder, which is made if it does not exist.
     *
     * @param directoryId of the directory that the folder is in; {@link Uuid#ZERO} if it has none yet
     * @param loop that owns the log, and on which {@code then} is called
     */
    public static void open(
            Disk disk,
            String folderPath,
            int nodeId,
            Uuid directoryId,
            Loop loop,
            Disk.Completion<EmbeddedMetadataLog> then) {
        new Opening(disk, new MetadataFolder(disk, folderPath), nodeId, directoryId, loop, then).read();
    }

    /**
     * The steps of opening: read all, write it anew, bring that to stable storage, give it its name, delete the rest.
     * Nothing is taken for granted that a crash in between could undo.
     */
    private record Opening(
            Disk disk,
            MetadataFolder folder,
            int nodeId,
            Uuid directoryId,
            Loop loop,
            Disk.Completion<EmbeddedMetadataLog> then) {

        void read() {
            run(folder::read, found -> {
                if (found.damagedBytes() > 0) {
                    LOG.atWarn()
                            .addKeyValue("disk", disk.name())
                            .addKeyValue("endOffset", found.endOffset())
                            .addKeyValue("bytes", found.damagedBytes())
                            .log("Dropped the end of the metadata log, which a crash had left half-written");
                }
                run(() -> folder.rewrite(found), file -> sync(found, file));
            });
        }

        private void sync(MetadataFolder.Found found, DiskFile file) {
            disk.sync(List.of(file), loop, fault -> {
                if (fault != null) {
                    then.failed(fault);
                } else {
                    publish(found, file);
                }
            });
        }

        private void publish(MetadataFolder.Found found, DiskFile file) {
            Disk.Work<Boolean> rename = () -> {
                folder.publish(found);
                return true;
            };
            Runnable deletion = () -> run(() -> folder.deleteOthers(found), deleted -> {
                Runnable open = () -> then.done(new EmbeddedMetadataLog(this, found, file));
                if (deleted) {
                    syncNames(open);
                } else {
                    open.run();
                }
            });
            run(rename, renamed -> syncNames(deletion));
        }

        private void syncNames(Runnable next) {
            disk.syncDirectory(folder.path(), loop, fault -> {
                if (fault != null) {
                    then.failed(fault);
                } else {
                    next.run();
                }
            });
        }

        private <T> void run(Disk.Work<T> work, Consumer<T> next) {
            disk.offload(work, loop, new Disk.Completion<>() {
                @Override
                public void done(T result) {
                    next.accept(result);
                }

                @Override
                public void failed(IOException fault) {
                    then.failed(fault);
                }
            });
        }
    }

    @Override
    public void subscribe(long fromOffset, Subscriber newSubscriber) {
        subscription.begin(newSubscriber);
        MetadataFolder.Found stored = Objects.requireNonNull(found);
        found = null;
        stored.snapshot()
                .filter(snapshot -> snapshot.lastOffset() >= fromOffset)
                .ifPresent(snapshot -> newSubscriber.restored(snapshot.lastOffset(), snapshot.state()));
        for (MetadataFolder.Entry entry : stored.entries()) {
            if (entry.offset() >= fromOffset) {
                newSubscriber.committed(entry.offset(), entry.bytes());
            }
        }
        quorum.lead();
        newSubscriber.leading();
    }

    @Override
    public void append(ByteBuffer entry, Consumer<Appended> then) {
        if (!subscription.takes(entry, EntryFrames.MAX_ENTRY_BYTES, then)) {
            return;
        }
        if (asked.isEmpty()) {
            loop.atEndOfTurn(this::write);
        }
        asked.add(new Waiting(endOffset + asked.size(), entry, then));
    }

    private void write() {
        List<Waiting> entries = asked;
        asked = new ArrayList<>();
        if (subscription.isClosed()) {
            return;
        }
        ByteBuffer[] frames = new ByteBuffer[entries.size()];
        for (int index = 0; index < frames.length; index++) {
            Waiting waiting = entries.get(index);
            frames[index] = EntryFrames.frame(waiting.offset, committedEndOffset, waiting.entry);
        }
        try {
            file.append(frames);
        } catch (DiskFullException full) {
            String message = "the disk " + disk.name() + " is full";
            entries.forEach(waiting -> waiting.then.accept(new Appended.Refused(Reason.STORAGE_FULL, message)));
            return;
        } catch (IOException fault) {
            fail(fault);
            return;
        }
        endOffset += entries.size();
        entries.forEach(waiting -> bytesSinceSnapshot += waiting.entry.remaining());
        written.addAll(entries);
        unsyncedFiles.add(file);
        sync();
    }

    private void sync() {
        if (!filesBeingSynced.isEmpty() || written.isEmpty()) {
            return;
        }
        long syncedEndOffset = endOffset;
        filesBeingSynced = List.copyOf(unsyncedFiles);
        unsyncedFiles.clear();
        disk.sync(filesBeingSynced, loop, fault -> {
            if (subscription.isClosed()) {
                return;
            }
            if (fault != null) {
                fail(fault);
                return;
            }
            List<DiskFile> synced = filesBeingSynced;
            filesBeingSynced = List.of();
            synced.forEach(this::closeIfDone);
            commit(syncedEndOffset);
            sync();
        });
    }

    private void closeIfDone(DiskFile candidate) {
        if (!candidate.equals(file) && !filesBeingSynced.contains(candidate) && !unsyncedFiles.contains(candidate)) {
            candidate.close();
        }
    }

    private void commit(long syncedEndOffset) {
        committedEndOffset = syncedEndOffset;
        while (!subscription.isClosed() && !written.isEmpty() && written.peek().offset < syncedEndOffset) {
            Waiting waiting = written.remove();
            subscription.subscriber().committed(waiting.offset, waiting.entry.duplicate());
            waiting.then.accept(new Appended.Committed(waiting.offset));
        }
    }

    @Override
    public long bytesSinceSnapshot() {
        return bytesSinceSnapshot;
    }

    @Override
    public void snapshot(long lastOffset, Supplier<ByteBuffer> state, Consumer<@Nullable IOException> then) {
        loop.requireCurrent();
        if (snapshotting || subscription.isClosed()) {
            return;
        }
        if (lastOffset >= committedEndOffset) {
            throw new IllegalArgumentException("not committed: " + lastOffset);
        }
        DiskFile next;
        try {
            // From here on entries go to a file of their own, so that those before can be deleted.
            next = disk.open(folder.log(endOffset));
        } catch (IOException fault) {
            then.accept(fault);
            return;
        }
        DiskFile previous = file;
        file = next;
        closeIfDone(previous);
        bytesSinceSnapshot = 0;
        snapshotting = true;
        disk.offload(() -> writeSnapshot(lastOffset, state), loop, new Disk.Completion<>() {
            @Override
            public void done(DiskFile snapshot) {
                publish(lastOffset, snapshot, fault -> {
                    snapshotting = false;
                    then.accept(fault);
                });
            }

            @Override
            public void failed(IOException fault) {
                snapshotting = false;
                then.accept(fault);
            }
        });
    }

    private DiskFile writeSnapshot(long lastOffset, Supplier<ByteBuffer> state) throws IOException {
        ByteBuffer bytes = state.get();
        String path = folder.temporary(lastOffset);
        disk.delete(path);
        DiskFile snapshot = disk.open(path);
        snapshot.append(SnapshotFile.header(lastOffset, bytes), bytes);
        return snapshot;
    }

    /** A snapshot gets its name when it is on stable storage, and what is before it goes when its name is. */
    private void publish(long lastOffset, DiskFile snapshot, Consumer<@Nullable IOException> then) {
        disk.sync(List.of(snapshot), loop, contentFault -> {
            snapshot.close();
            if (subscription.isClosed()) {
                return;
            }
            if (contentFault != null) {
                fail(contentFault);
                return;
            }
            try {
                disk.rename(folder.temporary(lastOffset), folder.snapshot(lastOffset));
            } catch (IOException fault) {
                then.accept(fault);
                return;
            }
            disk.syncDirectory(folder.path(), loop, nameFault -> {
                if (subscription.isClosed()) {
                    return;
                }
                if (nameFault != null) {
                    fail(nameFault);
                } else {
                    deleteBefore(lastOffset, then);
                }
            });
        });
    }

    private void deleteBefore(long lastOffset, Consumer<@Nullable IOException> then) {
        Disk.Work<Boolean> deletion = () -> {
            folder.deleteBefore(lastOffset);
            return true;
        };
        disk.offload(deletion, loop, new Disk.Completion<>() {
            @Override
            public void done(Boolean deleted) {
                then.accept(null);
            }

            @Override
            public void failed(IOException fault) {
                then.accept(fault);
            }
        });
    }

    @Override
    public Quorum quorum() {
        return quorum;
    }

    @Override
    public void close() {
        if (!subscription.isClosed()) {
            subscription.close();
            file.close();
        }
    }

    private void fail(IOException fault) {
        close();
        subscription.subscriber().failed(fault);
    }
}
