package dev.barnabas.host.live;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** How things are made durable; a test puts its own in between to hold them up or to let them fail. */
interface Storage {

    /** {@code fdatasync}: contents and size of a file. */
    void syncFile(FileChannel file) throws IOException;

    /** The entries of a folder. An absent one has none. */
    void syncFolder(Path folder) throws IOException;

    /** Whether {@link #syncAll} works. */
    boolean canSyncAll();

    /** Everything on the file system. */
    void syncAll() throws IOException;

    void close();

    /** {@code fsync} of a folder, where the system knows such a thing. */
    static void syncEntries(Path folder) throws IOException {
        if (File.separatorChar != '/') {
            return;
        }
        try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
            opened.force(true);
        } catch (NoSuchFileException absent) {
            // Deleted meanwhile, with all its entries.
        }
    }

    /** The real one, for the file system of a directory. */
    static Storage of(Path directory) {
        Optional<LinuxCalls> linux = LinuxCalls.get();
        int descriptor = linux.isPresent() ? linux.get().openDirectory(directory) : -1;
        return new Storage() {
            @Override
            public void syncFile(FileChannel file) throws IOException {
                file.force(false);
            }

            @Override
            public void syncFolder(Path folder) throws IOException {
                Storage.syncEntries(folder);
            }

            @Override
            public boolean canSyncAll() {
                return descriptor >= 0;
            }

            @Override
            public void syncAll() throws IOException {
                int error = linux.orElseThrow().syncfs(descriptor);
                if (error != 0) {
                    throw new IOException("syncfs of " + directory + " failed with error number " + error);
                }
            }

            @Override
            public void close() {
                if (descriptor >= 0) {
                    linux.orElseThrow().close(descriptor);
                }
            }
        };
    }
}
