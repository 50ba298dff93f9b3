package dev.barnabas.host.live;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers that a sync of a directory failed, so that no process trusts it before the machine has been started anew.
 *
 * <p>After a failed {@code fsync} Linux takes the pages that could not be written for clean, keeps them as long as it
 * likes, and reports the error only once ("fsyncgate"). A process that is started again would read them, find them
 * whole, sync successfully, and acknowledge what is not on the disk. PostgreSQL and etcd stop and rely on what they
 * read then; Redpanda and TigerBeetle go around the page cache altogether. We want the page cache, so we leave a mark:
 * an empty file whose name has the number that Linux gives to every start of the machine. It need not be durable. As
 * long as the page cache lives, so does the mark in it; when the machine starts again, everything is read from the
 * disk, and the mark, if it is there at all, has another number. A name needs no space, so that a full disk can have
 * it, too.
 *
 * <p>Where there is no such number, the mark holds until the operator deletes it.
 */
final class FailedSync {
    private static final String PREFIX = ".sync-failed-";
    private static final String UNKNOWN = "unknown";
    private static final Logger LOG = LoggerFactory.getLogger(FailedSync.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final String directory;
    private final Path root;
    private final Path mark;

    /** @param boot tells this run of the machine from those before */
    FailedSync(String directory, Path root, String boot) {
        this.directory = directory;
        this.root = root;
        this.mark = root.resolve(PREFIX + boot);
    }

    /** A name for this run of the machine; the same in all containers on it, which share its page cache. */
    static String boot() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (IOException absent) {
            return UNKNOWN;
        }
    }

    static boolean isMark(String name) {
        return name.startsWith(PREFIX);
    }

    /** @throws IOException with what an operator has to do, if a sync has failed since the machine was started */
    void check() throws IOException {
        if (Files.exists(mark)) {
            throw new IOException("a sync of the directory " + directory + " has failed. " + whatToDo());
        }
        try (DirectoryStream<Path> old = Files.newDirectoryStream(root, PREFIX + "*")) {
            for (Path each : old) {
                Files.deleteIfExists(each);
            }
        }
    }

    private String whatToDo() {
        return "The operating system may show what it could not write as if it were on the disk, so the directory is"
                + " not used again before the machine was restarted. Look into the system's log for the reason, replace"
                + " the disk if need be, restart the machine, and start the node. What was acknowledged after a sync is"
                + " not affected. "
                + (mark.endsWith(PREFIX + UNKNOWN)
                        ? "This system does not tell when it was started: delete " + mark + " after that"
                        : "(If the file system was unmounted since then, that is as good: delete " + mark + ")");
    }

    /** A storage whose failures leave a mark. */
    Storage watch(Storage storage) {
        return new Storage() {
            @Override
            public void syncFile(FileChannel file) throws IOException {
                marking(() -> storage.syncFile(file));
            }

            @Override
            public void syncFolder(Path folder) throws IOException {
                marking(() -> storage.syncFolder(folder));
            }

            @Override
            public boolean canSyncAll() {
                return storage.canSyncAll();
            }

            @Override
            public void syncAll() throws IOException {
                marking(storage::syncAll);
            }

            @Override
            public void close() {
                storage.close();
            }
        };
    }

    private void marking(Sync sync) throws IOException {
        try {
            sync.run();
        } catch (ClosedChannelException | FileSystemException notTried) {
            // Of a channel that is closed, or cannot be opened, nothing was dropped.
            throw notTried;
        } catch (IOException failed) {
            leave(failed);
            throw failed;
        }
    }

    private void leave(IOException failed) {
        LOG.error(
                "A sync failed directory={} why={} what-to-do={}", directory, failed.getMessage(), whatToDo(), failed);
        try {
            Files.createFile(mark);
        } catch (FileAlreadyExistsException twice) {
            LOG.debug("The failed sync has been noted before directory={}", directory);
        } catch (IOException e) {
            LOG.error(
                    "The failed sync cannot be noted: restart the machine before the node is started again"
                            + " directory={}",
                    directory,
                    e);
        }
    }

    /** Makes something durable. */
    private interface Sync {
        void run() throws IOException;
    }
}
