package dev.barnabas.host.live;

import dev.barnabas.host.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Syncs of one disk, in groups: one group runs, what is asked for meanwhile is the next one.
 *
 * <p>A group of few changed files is synced file by file, side by side; one of many by a single sync of the whole file
 * system, which costs about the same for one file and for a thousand. A group answers when all of it is durable. The
 * first failure is final: the system may have dropped the data, so that a second try would succeed and lie.
 *
 * <p>{@link #next}, {@link #running} and {@link #fault} are guarded by this object's monitor; a running group belongs
 * to the worker that runs it.
 */
final class GroupCommit {
    /**
     * With more changed files and folders than this, one sync of the file system is cheaper and calmer. Measured on
     * ext4 with preallocated files: up to 4 there is no difference, with 16 it takes half as long, with 64 a third.
     * Below that, going file by file has the merit of not waiting for what other programs write.
     */
    static final int ONE_BY_ONE = 4;

    private final String name;
    private final Path root;
    private final FileTable files;
    private final Storage storage;
    private final Workers workers;
    private Group next = new Group();
    private boolean running;
    private @Nullable IOException fault;

    GroupCommit(String name, Path root, FileTable files, Storage storage, Workers workers) {
        this.name = name;
        this.root = root;
        this.files = files;
        this.storage = storage;
        this.workers = workers;
    }

    /** Takes over one reference on each file. */
    void sync(List<OpenFile> dirty, @Nullable String folder, Loop loop, Consumer<@Nullable IOException> then) {
        synchronized (this) {
            for (OpenFile file : dirty) {
                if (!next.files.add(file)) {
                    files.release(file);
                }
            }
            if (folder != null) {
                next.folders.add(folder);
            }
            next.waiting.computeIfAbsent(loop, l -> new ArrayList<>()).add(then);
            if (running) {
                return;
            }
            running = true;
        }
        if (!workers.execute(this::runGroups)) {
            fail(new IOException("the disk is closed"));
            runGroups();
        }
    }

    private synchronized IOException fail(IOException cause) {
        if (fault == null) {
            fault = cause;
        }
        return fault;
    }

    private void runGroups() {
        while (true) {
            Group group;
            IOException outcome;
            synchronized (this) {
                if (next.waiting.isEmpty()) {
                    running = false;
                    return;
                }
                group = next;
                next = new Group();
                outcome = fault;
            }
            if (outcome == null) {
                outcome = commit(group);
            }
            group.files.forEach(files::release);
            group.answer(outcome);
        }
    }

    private @Nullable IOException commit(Group group) {
        try {
            commitOrFail(group);
            return null;
        } catch (IOException e) {
            return fail(new IOException(
                    "a sync of " + name + " failed, nothing on it can be trusted: " + e.getMessage(), e));
        }
    }

    private void commitOrFail(Group group) throws IOException {
        List<Changed> changed = new ArrayList<>();
        boolean all = false;
        for (OpenFile file : group.files) {
            if (file.changed() || file.nameChanged()) {
                changed.add(new Changed(file, file.changes(), file.nameChanges(), file.path));
                all |= file.unwatched;
            }
        }
        List<String> named = changed.stream()
                .filter(change -> change.file.nameChanged())
                .map(Changed::path)
                .toList();
        DurableFolders.ToSync names = files.durableFolders().toSync(named);
        Set<String> folders = names.folders();
        folders.addAll(group.folders);
        all |= changed.size() + folders.size() > ONE_BY_ONE;
        if (all && storage.canSyncAll()) {
            syncAll(changed);
        } else {
            syncEach(changed);
            for (String folder : folders) {
                storage.syncFolder(root.resolve(folder));
            }
        }
        files.durableFolders().synced(names);
        for (Changed change : changed) {
            change.file.durable(change.changes);
            change.file.nameDurable(change.nameChanges);
        }
    }

    private void syncAll(List<Changed> changed) throws IOException {
        // First: what is written from now on may come too late for this sync.
        changed.forEach(change -> change.file.unwatched = false);
        storage.syncAll();
    }

    /** The first here, the others on other workers meanwhile. */
    private void syncEach(List<Changed> changed) throws IOException {
        List<Descriptor> descriptors = new ArrayList<>(changed.size());
        try {
            for (Changed change : changed) {
                if (change.file.changed()) {
                    descriptors.add(files.descriptor(change.file));
                }
            }
            syncEachDescriptor(descriptors);
        } catch (FileTable.CannotOpenException e) {
            // Too many open files, most likely: no reason to give the disk up.
            if (!storage.canSyncAll()) {
                throw e;
            }
            syncAll(changed);
        } finally {
            descriptors.forEach(Descriptor::release);
        }
    }

    private void syncEachDescriptor(List<Descriptor> descriptors) throws IOException {
        if (descriptors.isEmpty()) {
            return;
        }
        AtomicReference<@Nullable IOException> failed = new AtomicReference<>();
        CountDownLatch left = new CountDownLatch(descriptors.size());
        for (Descriptor descriptor : descriptors.subList(1, descriptors.size())) {
            Runnable sync = () -> syncOne(descriptor, failed, left);
            if (!workers.execute(sync)) {
                sync.run();
            }
        }
        syncOne(descriptors.getFirst(), failed, left);
        awaitAll(left);
        IOException cause = failed.get();
        if (cause != null) {
            throw cause;
        }
    }

    private void syncOne(Descriptor descriptor, AtomicReference<@Nullable IOException> failed, CountDownLatch left) {
        try {
            storage.syncFile(descriptor.channel());
        } catch (IOException e) {
            failed.compareAndSet(null, new IOException(descriptor.file().path + ": " + e.getMessage(), e));
        } finally {
            left.countDown();
        }
    }

    private static void awaitAll(CountDownLatch left) {
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A file as it was when its group began: what is durable afterwards. */
    private record Changed(OpenFile file, long changes, long nameChanges, String path) {}

    private static final class Group {
        final Set<OpenFile> files = new LinkedHashSet<>();
        final Set<String> folders = new LinkedHashSet<>();
        final Map<Loop, List<Consumer<@Nullable IOException>>> waiting = new LinkedHashMap<>();

        void answer(@Nullable IOException outcome) {
            waiting.forEach((loop, all) -> loop.execute(() -> all.forEach(then -> then.accept(outcome))));
        }
    }
}
