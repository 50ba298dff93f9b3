package dev.barnabas.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that stop as they should, and come back. */
final class RollingRestartTest {

    @Test
    void everyNodeIsRestartedAndNoErrorReachesAnApplication(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("rolling", data, 3);
                Workload load = Workload.start(cluster, "rolled")) {
            for (ClusterNode node : cluster.nodes()) {
                boolean controller = cluster.controller() == node;
                node.stop();
                load.awaitProgress();
                load.awaitRead();
                load.printGap("clean stop of node " + node.id() + (controller ? ", the active controller" : ""));
                cluster.restart(node);
                cluster.awaitInSync();
                load.awaitProgress();
                load.printGap("node " + node.id() + " comes back");
            }
            load.finish();
            assertThat(cluster.logLines(" ERROR ")).isEmpty();
            // Once each at most, if the machine was too busy to hear of a clean stop.
            assertThat(cluster.logLines("is fenced")).hasSizeLessThan(4);
        }
    }

    @Test
    void aGroupGoesOnWhenItsCoordinatorIsKilled(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("coordinator", data, 3);
                Workload load = Workload.start(cluster, "coordinated")) {
            for (int kill = 0; kill < 2; kill++) {
                ClusterNode coordinator = cluster.coordinator(Workload.GROUP);
                load.awaitCommitted();
                coordinator.kill();
                load.awaitRead();
                load.awaitCommitted();
                load.printGap("kill -9 of the group's coordinator");
                assertThat(cluster.coordinator(Workload.GROUP)).isNotSameAs(coordinator);
                cluster.restart(coordinator);
                cluster.awaitInSync();
            }
            load.finish();
        }
    }
}
