package dev.barnabas.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that fall silent without ending, and wake up believing that they still lead. */
final class PausedLeaderTest {

    private static final int SILENT_SECONDS = 10;

    @Test
    void aLeaderThatWakesUpNeitherAcknowledgesNorServesWhatIsNotSo(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("paused", data, 3);
                Workload load = Workload.start(cluster, "silent")) {
            ClusterNode controller = cluster.controller();
            ClusterNode leader = cluster.nodes().stream()
                    .filter(node -> node != controller)
                    .findFirst()
                    .orElseThrow();
            assertThat(cluster.leaders("silent").values()).contains(leader.id());
            silence(cluster, load, leader, "SIGSTOP of a leader");
            silence(cluster, load, cluster.controller(), "SIGSTOP of the active controller");
            load.finish();
        }
    }

    private static void silence(RunningCluster cluster, Workload load, ClusterNode node, String what) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SILENT_SECONDS);
        node.pause();
        load.awaitProgress();
        load.awaitRead();
        load.printGap(what);
        TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
        node.resume();
        cluster.awaitInSync();
        load.awaitProgress();
        load.printGap("SIGCONT");
    }
}
