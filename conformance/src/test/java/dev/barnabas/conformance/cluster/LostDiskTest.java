package dev.barnabas.conformance.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose disk is gone, or full. */
final class LostDiskTest {

    private static final int SMALL_DISK_MB = 256;
    private static final long LEFT_BYTES = 32 << 20;

    @Test
    void aNodeThatLostItsDiskComesBackWithItsIdAndIsFilledAgain(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("lost-disk", data, 3);
                Workload load = Workload.start(cluster, "lost")) {
            ClusterNode unlucky = cluster.node(1);
            unlucky.kill();
            delete(unlucky.directory());
            load.awaitProgress();
            load.printGap("kill -9 of a node whose disk is gone");
            cluster.restart(unlucky);
            cluster.awaitInSync();
            load.awaitProgress();
            load.printGap("it comes back empty");
            // What it has got now must be enough; and two of three must vote, it among them, which the leader grants
            // it.
            RunningCluster.await("it has its vote again", () -> cluster.votes(unlucky));
            cluster.node(2).kill();
            load.awaitProgress();
            load.awaitRead();
            load.printGap("kill -9 of another node");
            load.finish();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void othersLeadWhileTheDiskOfANodeIsFullAndItGoesOnWhenThereIsRoom(@TempDir Path data) throws Exception {
        try (SmallDisk disk = SmallDisk.mount(data.resolve("node-1"), SMALL_DISK_MB);
                RunningCluster cluster = RunningCluster.start("full-disk", data, 3);
                Workload load = Workload.start(cluster, "full")) {
            Path filling = disk.fill();
            RunningCluster.await("others lead", () -> !cluster.leaders("full").containsValue(1));
            load.awaitProgress();
            load.awaitRead();
            load.printGap("a node's disk is full, and others take over");
            Files.delete(filling);
            cluster.awaitInSync();
            load.awaitProgress();
            load.printGap("there is room again");
            load.finish();
        }
    }

    /** A file system in memory. The test is skipped where mounting is not allowed. */
    private record SmallDisk(Path at) implements AutoCloseable {

        static SmallDisk mount(Path at, int megabytes) throws Exception {
            Files.createDirectories(at);
            assumeTrue(
                    run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "barnabas-test", at.toString()),
                    "a full disk is tested on a small tmpfs, which only root may mount");
            return new SmallDisk(at);
        }

        /** Leaves less than {@code barnabas.disk.reserve.bytes}. */
        Path fill() throws IOException {
            Path filling = at.resolve("filling");
            byte[] block = new byte[1 << 20];
            try (var out = Files.newOutputStream(filling)) {
                while (Files.getFileStore(at).getUsableSpace() > LEFT_BYTES) {
                    out.write(block);
                }
            }
            return filling;
        }

        private static boolean run(String... command) {
            try {
                return new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start()
                                .onExit()
                                .join()
                                .exitValue()
                        == 0;
            } catch (IOException noSuchCommand) {
                return false;
            }
        }

        @Override
        public void close() {
            if (!run("umount", at.toString())) {
                run("umount", "--lazy", at.toString());
            }
        }
    }
}
