package dev.barnabas.host;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One log directory. Paths are relative to it, with {@code /} between their parts; others ({@code /a}, {@code a/},
 * {@code a/../b}) are an {@link IllegalArgumentException}.
 *
 * <p>What survives a crash of the machine: the contents and the existence of a file up to its last successful
 * {@link #sync}; renames, deletions and new directories since the last successful {@link #syncDirectory} of the folder
 * they are in may or may not have happened, but none without those it builds upon (earlier ones of the same name). What
 * was appended or truncated since then may be lost, torn or reordered. A crash of the process alone loses nothing that
 * {@link DiskFile#append} accepted.
 *
 * <p>The calls of this interface and of {@link DiskFile} may be made from any thread; one file is appended to and
 * truncated by one owner at a time. Calls that are not answered by a callback touch at most the page cache and the file
 * system's metadata and may be made on a loop; long ones (recovery, cold reads, deletion of many files) belong into
 * {@link #offload}.
 */
public interface Disk {

    /** For messages to people: the directory as the operator named it. */
    String name();

    /**
     * Opens a file, creating it (and the folders on its path) if it is absent. Opening a path twice gives two handles
     * on the same file.
     */
    DiskFile open(String path) throws IOException;

    boolean exists(String path) throws IOException;

    /**
     * The names (not paths) of the files and folders in a folder, sorted; folders end with {@code /}. Empty if it does
     * not exist.
     */
    List<String> list(String folder) throws IOException;

    /** Renames a file or folder atomically, replacing a file of that name. Open handles stay valid and follow. */
    void rename(String from, String to) throws IOException;

    /**
     * Deletes a file, or a folder with all that is in it. Open handles keep reading what was there. Absent: nothing
     * happens.
     */
    void delete(String path) throws IOException;

    /**
     * Answers when everything that was appended to those files before this call, and the files themselves, are on
     * stable storage. Syncs of one disk are grouped: one runs, whatever is asked for meanwhile is the next group.
     *
     * <p>A handle may be closed, and its file renamed or deleted, while its sync is under way. Answers may come in
     * another order than the calls.
     *
     * @param loop where {@code then} is called, once, and never inside this call
     * @param then gets null, or what went wrong: then nothing may be assumed of those files and of this disk any more;
     *     never retry. The page cache may take for clean what was never written, also for later processes, so
     *     {@link Host#disk} does not open the directory again before the machine has been started anew.
     */
    void sync(Collection<DiskFile> files, Loop loop, Consumer<@Nullable IOException> then);

    /** The same for the names in a folder: creations, renames and deletions. {@code ""} is the directory itself. */
    void syncDirectory(String folder, Loop loop, Consumer<@Nullable IOException> then);

    /** Runs blocking work on a worker and brings its result back to the loop, once. */
    <T> void offload(Work<T> work, Loop loop, Completion<T> then);

    /** Bytes that can still be written, and that there are in all, as the file system says. */
    long usableBytes() throws IOException;

    long totalBytes() throws IOException;

    /** Closes all files and gives the directory up. Nothing is synced. */
    void close();

    /** Blocking work on a disk. It may touch only what nobody else touches meanwhile. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** What comes of {@link Work}. */
    interface Completion<T> {
        void done(T result);

        void failed(IOException fault);
    }
}
