package dev.barnabas.host.live;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The files of a disk that have handles, by path, and the bounded cache of their descriptors. One lock for both: it is
 * taken when files are opened, closed, renamed and deleted and when a descriptor is missing, never by an append or read
 * whose descriptor is there.
 *
 * <p>The cache evicts by second chance. It may be larger than its limit while more descriptors are in use at the same
 * time, or belong to deleted files.
 */
final class FileTable {
    private static final char AFTER_SLASH = '/' + 1;

    private final Path root;
    private final int limit;
    private final Executor background;
    private final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<String, OpenFile> files = new TreeMap<>();
    private final ArrayDeque<Descriptor> cache = new ArrayDeque<>();
    private final DurableFolders durableFolders = new DurableFolders();
    private boolean closed;

    FileTable(Path root, int limit, Executor background) {
        this.root = root;
        this.limit = limit;
        this.background = background;
    }

    DurableFolders durableFolders() {
        return durableFolders;
    }

    OpenFile open(String path) throws IOException {
        lock.lock();
        try {
            requireOpen();
            OpenFile known = files.get(path);
            if (known != null && known.retain()) {
                if (known.broken != null) {
                    known.size = Files.size(root.resolve(path));
                    known.broken = null;
                }
                return known;
            }
            OpenFile fresh = found(path);
            if (fresh == null) {
                fresh = created(path);
            }
            files.put(path, fresh);
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable OpenFile found(String path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(root.resolve(path), BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw new IOException("a folder, not a file: " + path);
            }
            return new OpenFile(path, attributes.size());
        } catch (NoSuchFileException absent) {
            return null;
        }
    }

    private OpenFile created(String path) throws IOException {
        Path at = root.resolve(path);
        try {
            Files.createDirectories(Paths.parent(at));
            OpenFile file = new OpenFile(path, 0);
            keep(new Descriptor(file, create(at), background));
            return file;
        } catch (IOException e) {
            throw DiskFaults.translate(e, "cannot create " + path);
        }
    }

    private static FileChannel create(Path at) throws IOException {
        return FileChannel.open(at, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    /** Gives one handle up. */
    void release(OpenFile file) {
        if (file.handles.decrementAndGet() > 0) {
            return;
        }
        lock.lock();
        try {
            files.remove(file.path, file);
            forget(file);
        } finally {
            lock.unlock();
        }
    }

    /** What a sync of a closed handle is about: the file at its path, if there is one. */
    @Nullable
    OpenFile revive(String path) throws IOException {
        lock.lock();
        try {
            requireOpen();
            OpenFile known = files.get(path);
            if (known != null && known.retain()) {
                return known;
            }
            OpenFile fresh = found(path);
            if (fresh != null) {
                files.put(path, fresh);
            }
            return fresh;
        } finally {
            lock.unlock();
        }
    }

    /** The file's descriptor, opened if necessary; the caller releases it. */
    Descriptor descriptor(OpenFile file) throws IOException {
        Descriptor cached = file.descriptor;
        if (cached != null && cached.channel().isOpen() && cached.retain()) {
            if (!cached.used) {
                cached.used = true;
            }
            return cached;
        }
        lock.lock();
        try {
            return openedDescriptor(file);
        } finally {
            lock.unlock();
        }
    }

    private Descriptor openedDescriptor(OpenFile file) throws IOException {
        requireOpen();
        Descriptor cached = file.descriptor;
        if (cached != null) {
            if (cached.channel().isOpen() && cached.retain()) {
                return cached;
            }
            // A thread was interrupted in the middle of a call, which closes the channel.
            forget(file);
        }
        if (file.unlinked) {
            throw new NoSuchFileException(file.path, null, "deleted, and its descriptor is lost");
        }
        Descriptor opened = new Descriptor(file, reopened(file), background);
        opened.retain();
        keep(opened);
        return opened;
    }

    private FileChannel reopened(OpenFile file) throws CannotOpenException {
        try {
            FileChannel channel =
                    FileChannel.open(root.resolve(file.path), StandardOpenOption.READ, StandardOpenOption.WRITE);
            channel.position(file.size);
            return channel;
        } catch (IOException e) {
            throw new CannotOpenException(file.path, e);
        }
    }

    /** A file that has been there cannot be opened again. */
    static final class CannotOpenException extends IOException {
        private static final long serialVersionUID = 1L;

        CannotOpenException(String path, IOException cause) {
            super("cannot open " + path + ": " + cause.getMessage(), cause);
        }
    }

    private void keep(Descriptor opened) {
        opened.file().descriptor = opened;
        cache.add(opened);
        // Twice round at most: the first takes the marks away. Then all are in use and the cache is too large for a
        // while.
        for (int steps = 2 * cache.size(); cache.size() > limit && steps > 0; steps--) {
            Descriptor oldest = cache.remove();
            if (oldest.used || !oldest.idle()) {
                oldest.used = false;
                cache.add(oldest);
            } else {
                forget(oldest.file());
            }
        }
    }

    /** The file has no descriptor any more, once whoever uses it now is done. */
    private void forget(OpenFile file) {
        Descriptor cached = file.descriptor;
        if (cached != null) {
            file.descriptor = null;
            cache.remove(cached);
            cached.release();
        }
    }

    /** A call on a descriptor that Java does not have. */
    interface NativeCall {
        boolean on(LinuxCalls linux, int descriptor);
    }

    /**
     * Makes a native call on a file, which it has to find by its path.
     *
     * @return whether it succeeded; false where there are no native calls, and for a deleted file
     */
    boolean onPath(OpenFile file, NativeCall call) {
        LinuxCalls linux = LinuxCalls.get().orElse(null);
        if (linux == null) {
            return false;
        }
        int descriptor;
        lock.lock();
        try {
            descriptor = file.unlinked ? -1 : linux.openFile(root.resolve(file.path));
        } finally {
            lock.unlock();
        }
        if (descriptor < 0) {
            return false;
        }
        try {
            return call.on(linux, descriptor);
        } finally {
            linux.close(descriptor);
        }
    }

    int openDescriptors() {
        lock.lock();
        try {
            return cache.size();
        } finally {
            lock.unlock();
        }
    }

    void rename(String from, String to) throws IOException {
        lock.lock();
        try {
            requireOpen();
            OpenFile replaced = files.get(to);
            if (replaced != null && !from.equals(to)) {
                openedDescriptor(replaced).release();
            }
            Files.move(root.resolve(from), root.resolve(to), StandardCopyOption.ATOMIC_MOVE);
            if (from.equals(to)) {
                return;
            }
            if (replaced != null) {
                unlink(replaced);
            }
            for (OpenFile moved : at(from)) {
                files.remove(moved.path);
                moved.path = to + moved.path.substring(from.length());
                moved.changeName();
                files.put(moved.path, moved);
            }
            if (Files.isDirectory(root.resolve(to))) {
                durableFolders.changed(from);
                durableFolders.changed(to);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Prepares the deletion of a file or folder: whoever has a handle keeps a descriptor. */
    void unlinkAll(String path) throws IOException {
        lock.lock();
        try {
            requireOpen();
            for (OpenFile file : at(path)) {
                openedDescriptor(file).release();
                unlink(file);
            }
            if (Files.isDirectory(root.resolve(path))) {
                durableFolders.changed(path);
            }
        } finally {
            lock.unlock();
        }
    }

    private void unlink(OpenFile file) {
        file.unlinked = true;
        files.remove(file.path);
        Descriptor only = file.descriptor;
        if (only != null) {
            cache.remove(only);
        }
    }

    /** The file of that path, or those below that folder. */
    private List<OpenFile> at(String path) {
        List<OpenFile> found =
                new ArrayList<>(files.subMap(path + '/', path + AFTER_SLASH).values());
        OpenFile file = files.get(path);
        if (file != null) {
            found.add(file);
        }
        return found;
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            List.copyOf(files.values()).forEach(this::forget);
            files.clear();
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the disk is closed");
        }
    }

    /** Lists a folder; an absent one is empty. */
    static List<String> list(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = Paths.name(entry);
                names.add(Files.isDirectory(entry) ? name + '/' : name);
            }
        } catch (NoSuchFileException | NotDirectoryException absent) {
            return List.of();
        }
        names.sort(null);
        return names;
    }
}
