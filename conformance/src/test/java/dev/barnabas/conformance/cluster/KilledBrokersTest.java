package dev.barnabas.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} of nodes of a cluster under load. */
final class KilledBrokersTest {

    @Test
    void eachBrokerIsKilledInTurnAndComesBackInSync(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("each-killed", data, 3);
                Workload load = Workload.start(cluster, "each")) {
            for (ClusterNode node : cluster.nodes()) {
                boolean controller = cluster.controller() == node;
                node.kill();
                load.awaitProgress();
                load.awaitRead();
                load.printGap("kill -9 of node " + node.id() + (controller ? ", the active controller" : ""));
                cluster.restart(node);
                cluster.awaitInSync();
                load.awaitProgress();
                load.printGap("node " + node.id() + " comes back");
            }
            load.finish();
        }
    }

    @Test
    void theActiveControllerIsKilledWhileItLeadsPartitions(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("controller-killed", data, 3);
                Workload load = Workload.start(cluster, "led")) {
            for (int kill = 0; kill < 2; kill++) {
                ClusterNode controller = cluster.controller();
                assertThat(cluster.leaders("led").values()).contains(controller.id());
                controller.kill();
                load.awaitProgress();
                load.awaitRead();
                load.printGap("kill -9 of the active controller, which leads partitions");
                assertThat(cluster.controller()).isNotSameAs(controller);
                cluster.restart(controller);
                cluster.awaitInSync();
                load.printGap("it comes back");
            }
            load.finish();
        }
    }

    @Test
    void allAreKilledAtOnceAndStartedAgain(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.start("all-killed", data, 3);
                Workload load = Workload.start(cluster, "all")) {
            for (ClusterNode node : cluster.nodes()) {
                node.kill();
            }
            for (ClusterNode node : cluster.nodes()) {
                cluster.launch(node);
            }
            cluster.awaitServing();
            load.awaitProgress();
            load.awaitRead();
            load.printGap("kill -9 of all nodes until all serve again");
            cluster.awaitInSync();
            load.finish();
        }
    }
}
