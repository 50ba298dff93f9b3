package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries whether a directory works: it still has its identity (something else may have been mounted there), and a byte
 * can be written and synced. A full one works.
 */
final class DirectoryProbe {

    private static final String FILE = "probe.tmp";

    private DirectoryProbe() {}

    /** @param then gets null, or what is wrong */
    static void run(DataDirectory directory, Disk disk, Loop loop, Consumer<@Nullable IOException> then) {
        disk.offload(() -> write(directory, disk), loop, new Disk.Completion<>() {
            @Override
            public void done(Optional<DiskFile> written) {
                if (written.isEmpty()) {
                    then.accept(null);
                    return;
                }
                DiskFile file = written.get();
                disk.sync(List.of(file), loop, fault -> {
                    file.close();
                    then.accept(fault == null ? delete(disk) : fault);
                });
            }

            @Override
            public void failed(IOException fault) {
                then.accept(fault);
            }
        });
    }

    private static Optional<DiskFile> write(DataDirectory directory, Disk disk) throws IOException {
        boolean same = DirectoryIdentity.read(disk)
                .filter(identity -> identity.id().equals(directory.identity().id()))
                .isPresent();
        if (!same) {
            throw new IOException(
                    "the file " + DirectoryIdentity.FILE + " in " + disk.name() + " is gone or has become another one");
        }
        try {
            DiskFile file = disk.open(FILE);
            file.append(ByteBuffer.allocate(1));
            return Optional.of(file);
        } catch (DiskFullException full) {
            return Optional.empty();
        }
    }

    private static @Nullable IOException delete(Disk disk) {
        try {
            disk.delete(FILE);
            return null;
        } catch (IOException fault) {
            return fault;
        }
    }
}
