package dev.barnabas.host.live;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A directory of the machine. From any thread. */
final class LiveDisk implements Disk {
    /** Held while the directory is in use, so that two processes do not write the same files. */
    private static final String LOCK_FILE = ".lock";

    private static final int ALMOST_NOTHING = 64 << 10;

    /** The directories that disks of this process have, by their real paths. */
    private static final Set<Path> IN_USE = ConcurrentHashMap.newKeySet();

    private final String name;
    private final Path root;
    private final FileChannel lock;
    private final FileStore store;
    private final FileTable files;
    private final Storage storage;
    private final GroupCommit commits;
    private final Workers syncers;
    private final Workers workers;
    private final DefectHandler defects;
    private final Consumer<LiveDisk> onClose;
    private boolean closed;

    private LiveDisk(
            String name, Path root, FileChannel lock, Storage storage, Limits limits, Consumer<LiveDisk> onClose)
            throws IOException {
        this.name = name;
        this.root = root;
        this.lock = lock;
        this.storage = storage;
        this.onClose = onClose;
        store = Files.getFileStore(root);
        defects = limits.defects;
        files = new FileTable(root, limits.openFiles, this::inBackground);
        syncers = new Workers("barnabas-sync", limits.workers + 1, defects);
        workers = new Workers("barnabas-disk", limits.workers, defects);
        commits = new GroupCommit(name, root, files, storage, syncers);
    }

    /**
     * @param openFiles descriptors that are kept open
     * @param workers threads for work that is offloaded
     * @param boot tells this run of the machine from those before; see {@link FailedSync}
     */
    record Limits(int openFiles, int workers, DefectHandler defects, String boot) {
        Limits(int openFiles, int workers, DefectHandler defects) {
            this(openFiles, workers, defects, FailedSync.boot());
        }
    }

    static LiveDisk open(String name, Limits limits, Consumer<LiveDisk> onClose) throws IOException {
        return open(name, limits, onClose, Storage::of);
    }

    static LiveDisk open(String name, Limits limits, Consumer<LiveDisk> onClose, StorageOf storageOf)
            throws IOException {
        Path root = Path.of(name).toAbsolutePath().normalize();
        FileChannel lock;
        try {
            createDurably(root);
            lock = lock(name, root);
        } catch (FileSystemException e) {
            throw unusable(root, e);
        }
        try {
            FailedSync failedSync = new FailedSync(name, root, limits.boot);
            failedSync.check();
            Storage storage = failedSync.watch(storageOf.of(root));
            return new LiveDisk(name, root, lock, storage, limits, onClose);
        } catch (IOException e) {
            IN_USE.remove(root.toRealPath());
            lock.close();
            throw e;
        }
    }

    /** The exceptions for a missing folder or right say nothing but the path. */
    private static IOException unusable(Path root, FileSystemException fault) {
        String why = switch (fault) {
            case AccessDeniedException _ -> "permission denied for " + fault.getFile();
            case NoSuchFileException _ -> fault.getFile() + " cannot be made";
            case FileAlreadyExistsException _ -> fault.getFile() + " is a file";
            default -> String.valueOf(fault.getMessage());
        };
        return new IOException("the directory " + root + " cannot be used: " + why, fault);
    }

    /** Finds the storage of a directory. */
    interface StorageOf {
        Storage of(Path directory);
    }

    /** Creates a directory and makes its name durable, which nobody else would. */
    private static void createDurably(Path root) throws IOException {
        if (Files.isDirectory(root)) {
            return;
        }
        Path existing = Paths.parent(root);
        while (!Files.isDirectory(existing)) {
            existing = Paths.parent(existing);
        }
        Files.createDirectories(root);
        for (Path parent = Paths.parent(root); parent.startsWith(existing); parent = Paths.parent(parent)) {
            Storage.syncEntries(parent);
            if (parent.equals(existing)) {
                break;
            }
        }
    }

    private static FileChannel lock(String name, Path root) throws IOException {
        Path canonical = root.toRealPath();
        // Asked first, because opening and closing a file that is locked by this process would unlock it (POSIX).
        if (!IN_USE.add(canonical)) {
            throw new IOException("the directory " + name + " is in use by this process already");
        }
        FileChannel channel = null;
        FileLock held = null;
        try {
            channel = FileChannel.open(root.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            held = channel.tryLock();
        } finally {
            if (held == null) {
                IN_USE.remove(canonical);
                if (channel != null) {
                    channel.close();
                }
            }
        }
        if (held == null) {
            throw new IOException("the directory " + name + " is in use by another process (its file " + LOCK_FILE
                    + " is locked): stop that one, or choose another directory");
        }
        return channel;
    }

    private void unlock() throws IOException {
        IN_USE.remove(root.toRealPath());
        lock.close();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DiskFile open(String path) throws IOException {
        String at = path(path);
        return new LiveDiskFile(this, at, files.open(at));
    }

    private static String path(String path) {
        if (path.equals(LOCK_FILE) || FailedSync.isMark(path)) {
            throw new IllegalArgumentException("reserved: " + path);
        }
        return Paths.checked(path);
    }

    FileTable files() {
        return files;
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(root.resolve(path(path)));
    }

    @Override
    public List<String> list(String folder) throws IOException {
        if (!folder.isEmpty()) {
            return FileTable.list(root.resolve(path(folder)));
        }
        List<String> names = new ArrayList<>(FileTable.list(root));
        names.remove(LOCK_FILE);
        names.removeIf(FailedSync::isMark);
        return names;
    }

    @Override
    public void rename(String from, String to) throws IOException {
        files.rename(path(from), path(to));
    }

    @Override
    public void delete(String path) throws IOException {
        Path at = root.resolve(path(path));
        files.unlinkAll(path);
        try {
            Files.walkFileTree(at, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                    if (e != null) {
                        throw e;
                    }
                    Files.deleteIfExists(folder);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (NoSuchFileException absent) {
            // Nothing happens.
        }
        // Once more: a sync that ran beside this may have found the folder still there.
        files.durableFolders().changed(path);
    }

    private void inBackground(Runnable work) {
        if (!workers.execute(work)) {
            work.run();
        }
    }

    @Override
    public void sync(Collection<DiskFile> toSync, Loop loop, Consumer<@Nullable IOException> then) {
        List<OpenFile> held = new ArrayList<>(toSync.size());
        for (DiskFile each : toSync) {
            if (!(each instanceof LiveDiskFile handle) || handle.disk() != this) {
                throw new IllegalArgumentException("not a file of this disk: " + each);
            }
            if (handle.file().retain()) {
                held.add(handle.file());
                continue;
            }
            // The last handle is closed: what is meant is the file at its path, if it is still there.
            OpenFile again;
            try {
                again = files.revive(handle.path());
            } catch (IOException e) {
                held.forEach(files::release);
                loop.execute(() -> then.accept(e));
                return;
            }
            if (again != null) {
                held.add(again);
            }
        }
        commits.sync(held, null, loop, then);
    }

    @Override
    public void syncDirectory(String folder, Loop loop, Consumer<@Nullable IOException> then) {
        commits.sync(List.of(), folder.isEmpty() ? folder : path(folder), loop, then);
    }

    @Override
    public <T> void offload(Work<T> work, Loop loop, Completion<T> then) {
        if (!workers.execute(() -> runWork(work, loop, then))) {
            loop.execute(() -> then.failed(closedFault()));
        }
    }

    private static <T> void runWork(Work<T> work, Loop loop, Completion<T> then) {
        T result;
        try {
            result = work.run();
        } catch (IOException e) {
            loop.execute(() -> then.failed(e));
            return;
        } catch (UncheckedIOException e) {
            loop.execute(() -> then.failed(new IOException(e.getMessage(), e)));
            return;
        }
        loop.execute(() -> then.done(result));
    }

    private static IOException closedFault() {
        return new IOException("the disk is closed");
    }

    @Override
    public long usableBytes() throws IOException {
        return store.getUsableSpace();
    }

    @Override
    public long totalBytes() throws IOException {
        return store.getTotalSpace();
    }

    /** For a fault whose message does not say it in the words we know. */
    boolean noSpaceLeft() {
        try {
            return store.getUsableSpace() < ALMOST_NOTHING;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        workers.close();
        syncers.close();
        files.close();
        storage.close();
        try {
            unlock();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give up " + name, e);
        }
        onClose.accept(this);
    }
}
