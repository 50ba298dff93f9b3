package dev.barnabas.conformance.cluster;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that was alone becomes three, with what it had, while clients go on. */
final class GrowthTest {

    @Test
    void aNodeWithDataGrowsToThreeAndMayThenBeLost(@TempDir Path data) throws Exception {
        try (RunningCluster cluster = RunningCluster.empty("growth", data)) {
            ClusterNode first = cluster.addNode();
            first.launch(List.of(
                    "listeners=" + first.listeners(),
                    "offsets.topic.num.partitions=5",
                    "group.initial.rebalance.delay.ms=0"));
            cluster.awaitServing();
            try (Workload load = Workload.start(cluster, "grown")) {
                first.stop();
                join(first, first, false);
                cluster.awaitServing();
                load.awaitProgress();
                load.printGap("a node is restarted as the first of a cluster");

                ClusterNode second = cluster.addNode();
                join(second, first, false);
                join(cluster.addNode(), first, true);
                cluster.awaitServing();
                letVote(cluster.admin(), second);
                RunningCluster.await("all vote", () -> voters(cluster.admin()).equals(Set.of(1, 2, 3)));
                load.awaitProgress();
                load.printGap("two nodes join and vote");

                spread(cluster);
                load.awaitProgress();
                load.printGap("all partitions get replicas on all nodes");

                // Clients that have nothing to ask of the new nodes do not know them before their metadata is old.
                cluster.admin().electLeaders(ElectionType.PREFERRED, null).all().get();
                load.awaitProgress();
                load.awaitRead();
                load.printGap("preferred leaders are elected");

                first.kill();
                load.awaitProgress();
                load.awaitRead();
                load.printGap("kill -9 of the first node");
                assertThat(cluster.leaders("grown").values()).doesNotContain(-1, first.id());
                load.finish();
            }
        }
    }

    /** Starts it as one of the cluster that begins with the first. */
    private static void join(ClusterNode node, ClusterNode first, boolean votesByItself) throws IOException {
        node.launch(List.of(
                "listeners=" + node.listenersWithController(),
                "controller.listener.names=CONTROLLER",
                "controller.quorum.bootstrap.servers=" + first.controllerAddress(),
                "controller.quorum.auto.join.enable=" + votesByItself,
                "offsets.topic.num.partitions=5",
                "group.initial.rebalance.delay.ms=0"));
    }

    private static void letVote(Admin admin, ClusterNode node) throws Exception {
        String[] address = node.controllerAddress().split(":", -1);
        admin.addRaftVoter(
                        node.id(),
                        node.directoryId(),
                        Set.of(new RaftVoterEndpoint("CONTROLLER", address[0], Integer.parseInt(address[1]))))
                .all()
                .get();
    }

    private static Set<Integer> voters(Admin admin) throws Exception {
        return Set.copyOf(admin.describeMetadataQuorum().quorumInfo().get().voters().stream()
                .map(QuorumInfo.ReplicaState::replicaId)
                .toList());
    }

    /** Lets all partitions of all topics have a replica on each of the three nodes, in turn the first one. */
    private static void spread(RunningCluster cluster) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new HashMap<>();
        Set<String> topics = cluster.admin()
                .listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        List<List<Integer>> turns = List.of(List.of(1, 2, 3), List.of(2, 3, 1), List.of(3, 1, 2));
        cluster.admin()
                .describeTopics(topics)
                .allTopicNames()
                .get()
                .values()
                .forEach(topic -> wanted.putAll(topic.partitions().stream()
                        .collect(toMap(
                                partition -> new TopicPartition(topic.name(), partition.partition()),
                                partition -> Optional.of(
                                        new NewPartitionReassignment(turns.get(partition.partition() % 3)))))));
        cluster.admin().alterPartitionReassignments(wanted).all().get();
        RunningCluster.await(
                "all partitions have moved",
                () -> cluster.admin()
                        .listPartitionReassignments()
                        .reassignments()
                        .get()
                        .isEmpty());
        cluster.awaitInSync();
        cluster.admin()
                .describeTopics(topics)
                .allTopicNames()
                .get()
                .values()
                .forEach(topic -> assertThat(topic.partitions())
                        .allSatisfy(
                                partition -> assertThat(partition.replicas()).hasSize(3)));
    }
}
