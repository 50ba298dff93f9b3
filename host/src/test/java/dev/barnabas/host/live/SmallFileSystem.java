package dev.barnabas.host.live;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of a few megabytes in memory. The test is skipped where mounting is not allowed. */
final class SmallFileSystem implements AutoCloseable {
    static final int BYTES = 4 << 20;

    private final Path at;

    private SmallFileSystem(Path at) {
        this.at = at;
    }

    static SmallFileSystem mount(Path parent) throws IOException {
        Path at = Files.createDirectory(parent.resolve("small"));
        boolean mounted;
        try {
            mounted = run("mount", "-t", "tmpfs", "-o", "size=" + BYTES, "barnabas-test", at.toString());
        } catch (IOException noSuchCommand) {
            mounted = false;
        }
        assumeTrue(mounted, "a full disk is tested on a small tmpfs, which only root may mount");
        return new SmallFileSystem(at);
    }

    Path directory() {
        return at;
    }

    private static boolean run(String... command) throws IOException {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .start()
                        .onExit()
                        .join()
                        .exitValue()
                == 0;
    }

    @Override
    public void close() throws IOException {
        if (!run("umount", at.toString())) {
            // Something in it is still open: it goes when that does.
            run("umount", "--lazy", at.toString());
        }
    }
}
