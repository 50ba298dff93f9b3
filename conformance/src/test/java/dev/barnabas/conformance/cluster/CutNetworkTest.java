package dev.barnabas.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that all run and cannot reach each other. Clients reach all of them, so that a leader which does not know that
 * it was replaced has every opportunity to acknowledge what will be lost.
 */
final class CutNetworkTest {

    private static final int SILENT_SECONDS = 8;

    @Test
    void aLeaderThatIsCutOffIsReplacedAndAcknowledgesNothingMeanwhile(@TempDir Path data) throws Exception {
        try (Wires wires = new Wires();
                RunningCluster cluster = RunningCluster.start("cut-leader", data, wires, 3);
                Workload load = Workload.start(cluster, "cut")) {
            ClusterNode leader = leaderThatIsNotController(cluster, "cut");
            isolate(wires, cluster, leader);
            endure(wires, cluster, load, "a leader is cut off from all nodes, not from clients");

            for (ClusterNode other : others(cluster, leader)) {
                wires.cutOneWay(leader.id(), other.id());
            }
            endure(wires, cluster, load, "nothing of what a leader sends gets to other nodes");

            for (ClusterNode other : others(cluster, leader)) {
                wires.cutOneWay(other.id(), leader.id());
            }
            endure(wires, cluster, load, "nothing gets to a leader but from clients");

            wires.cut(Wires.CLIENTS, leader.id());
            isolate(wires, cluster, leader);
            endure(wires, cluster, load, "a leader is cut off from everybody");
            load.finish();
        }
    }

    @Test
    void aControllerThatIsCutOffIsReplaced(@TempDir Path data) throws Exception {
        try (Wires wires = new Wires();
                RunningCluster cluster = RunningCluster.start("cut-controller", data, wires, 3);
                Workload load = Workload.start(cluster, "ruled")) {
            ClusterNode controller = cluster.controller();
            isolate(wires, cluster, controller);
            endure(wires, cluster, load, "the active controller, which leads partitions, is cut off from all nodes");

            controller = cluster.controller();
            for (ClusterNode other : others(cluster, controller)) {
                wires.cutOneWay(controller.id(), other.id());
            }
            endure(wires, cluster, load, "nothing of what the active controller sends gets to other nodes");

            controller = cluster.controller();
            ClusterNode follower = others(cluster, controller).getFirst();
            wires.cut(controller.id(), follower.id());
            endure(wires, cluster, load, "the active controller and another node are cut off from each other");
            load.finish();
        }
    }

    @Test
    void aNodeIsDrainedAlthoughOthersAreCutOffForAWhile(@TempDir Path data) throws Exception {
        try (Wires wires = new Wires();
                RunningCluster cluster = RunningCluster.start("cut-drain", data, wires, 4);
                Workload load = Workload.start(cluster, "moved")) {
            ClusterNode drained = cluster.node(4);
            Process drain = cluster.command("broker", "drain", "4", "--max-moves", "2");
            wires.cut(drained.id(), 1);
            endure(wires, cluster, load, "a node is drained while another one does not reach it");
            assertThat(drain.waitFor(120, TimeUnit.SECONDS))
                    .as("the drain ends")
                    .isTrue();
            assertThat(drain.exitValue()).isZero();
            assertThat(cluster.holders()).doesNotContain(drained.id());
            load.finish();
        }
    }

    private static ClusterNode leaderThatIsNotController(RunningCluster cluster, String topic) throws Exception {
        ClusterNode leader = others(cluster, cluster.controller()).getFirst();
        assertThat(cluster.leaders(topic).values()).contains(leader.id());
        return leader;
    }

    private static List<ClusterNode> others(RunningCluster cluster, ClusterNode than) {
        return cluster.nodes().stream().filter(node -> node != than).toList();
    }

    private static void isolate(Wires wires, RunningCluster cluster, ClusterNode node) {
        others(cluster, node).forEach(other -> wires.cut(node.id(), other.id()));
    }

    /** Everything goes on while it is cut, and afterwards everybody takes part again. */
    private static void endure(Wires wires, RunningCluster cluster, Workload load, String what) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(SILENT_SECONDS);
        load.awaitProgress();
        load.awaitRead();
        load.printGap(what);
        TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
        wires.heal();
        cluster.awaitInSync();
        load.awaitProgress();
        load.awaitRead();
        load.printGap("it is whole again");
    }
}
