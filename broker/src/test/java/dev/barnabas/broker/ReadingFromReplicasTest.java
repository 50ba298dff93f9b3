package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.settings.ReplicationSettings;
import dev.barnabas.simulation.Simulation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Clients and the replicas of a partition: who serves them, and whom they are sent to. */
final class ReadingFromReplicasTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String BY_RACK = "replica.selector.class=" + ReplicationSettings.RACK_AWARE_SELECTOR;

    private final Simulation simulation = new Simulation(5);

    @Test
    void aConsumerIsSentToTheReplicaInItsRack() {
        ReplicaWorld world = withOneRecord(BY_RACK);

        PartitionData answer = fetch(world, 1, 18, 0, "rack3");

        assertThat(answer.preferredReadReplica()).isEqualTo(3);
        assertThat(FetchedTopics.size(answer)).isZero();
    }

    @Test
    void aConsumerInTheRackOfTheLeaderReadsThere() {
        PartitionData answer = fetch(withOneRecord(BY_RACK), 1, 18, 0, "rack1");

        assertThat(answer.preferredReadReplica()).isEqualTo(-1);
        assertThat(FetchedTopics.size(answer)).isPositive();
    }

    @Test
    void soDoesOneInAnUnknownRack() {
        assertThat(FetchedTopics.size(fetch(withOneRecord(BY_RACK), 1, 18, 0, "elsewhere")))
                .isPositive();
    }

    @Test
    void withoutASelectorRacksDoNotMatter() {
        assertThat(FetchedTopics.size(fetch(withOneRecord(), 1, 18, 0, "rack3")))
                .isPositive();
    }

    @Test
    void aFollowerServesConsumersThatKnowOfFollowers() {
        ReplicaWorld world = withOneRecord(BY_RACK);

        assertThat(FetchedTopics.size(fetch(world, 3, 18, 0, "rack3"))).isPositive();
    }

    @Test
    void whoeverFetchesInAnOldTermIsToldTheLeader() {
        ReplicaWorld world = withOneRecord();
        world.elect(0, 2);
        simulation.runFor(Duration.ofSeconds(2));

        FetchResponse answer = client("client", 1).ask(request(18, 0, ""), 18, FetchResponse.class);

        PartitionData partition = answer.responses().getFirst().partitions().getFirst();
        assertThat(ErrorCode.forCode(partition.errorCode())).isEqualTo(ErrorCode.FENCED_LEADER_EPOCH);
        assertThat(partition.currentLeader().leaderId()).isEqualTo(2);
        assertThat(partition.currentLeader().leaderEpoch()).isEqualTo(1);
        assertThat(answer.nodeEndpoints()).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.nodeId()).isEqualTo(2);
            assertThat(endpoint.host()).isEqualTo("node2");
            assertThat(endpoint.port()).isEqualTo(ReplicaWorld.PORT);
            assertThat(endpoint.rack()).isEqualTo("rack2");
        });
    }

    @Test
    void whoeverProducesToAFollowerIsToldTheLeader() {
        withOneRecord();
        RecordBatchBuilder batch = new RecordBatchBuilder(1000).reset();
        batch.append(1_767_225_600_000L, (byte[]) null, "value".getBytes(StandardCharsets.UTF_8), List.of());
        MemoryRecords records = new MemoryRecords(batch.build());
        for (int version = 9; version <= 13; version++) {
            ProduceResponse answer = client("client" + version, 3)
                    .ask(
                            ProduceRequest.builder()
                                    .acks((short) -1)
                                    .timeoutMs(1000)
                                    .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                                            .name(version < 13 ? ReplicaWorld.TOPIC : "")
                                            .topicId(version < 13 ? Uuid.ZERO : ReplicaWorld.TOPIC_ID)
                                            .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                                    .index(0)
                                                    .records(records)
                                                    .build()))
                                            .build()))
                                    .build(),
                            version,
                            ProduceResponse.class);

            ProduceResponse.PartitionProduceResponse partition =
                    answer.responses().getFirst().partitionResponses().getFirst();
            assertThat(ErrorCode.forCode(partition.errorCode())).isEqualTo(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            assertThat(partition.currentLeader().leaderId()).isEqualTo(version < 10 ? -1 : 1);
            assertThat(answer.nodeEndpoints()).hasSize(version < 10 ? 0 : 1);
        }
    }

    private ReplicaWorld withOneRecord(String... settings) {
        ReplicaWorld world = new ReplicaWorld(simulation, 3, 1, settings);
        world.startAll();
        simulation.runUntil("open", () -> world.nodes().stream().allMatch(ReplicatingNode::isReady), LIMIT);
        ReplicatingNode.Sent sent = world.node(1).append(0, "record");
        simulation.runUntil("acknowledged", sent::isAcknowledged, LIMIT);
        simulation.runFor(Duration.ofSeconds(1));
        return world;
    }

    private SimulatedPeer client(String name, int node) {
        return new SimulatedPeer(simulation, name, ReplicaWorld.address(node));
    }

    private PartitionData fetch(ReplicaWorld world, int node, int version, long offset, String rack) {
        assertThat(world.agreed(0).inSyncReplicas()).containsExactlyInAnyOrder(1, 2, 3);
        return client("client", node)
                .ask(request(version, offset, rack), version, FetchResponse.class)
                .responses()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private static FetchRequest request(int version, long offset, String rack) {
        return FetchRequest.builder()
                .maxWaitMs(500)
                .minBytes(1)
                .rackId(rack)
                .topics(List.of(FetchRequest.FetchTopic.builder()
                        .topic(version < 13 ? ReplicaWorld.TOPIC : "")
                        .topicId(version < 13 ? Uuid.ZERO : ReplicaWorld.TOPIC_ID)
                        .partitions(List.of(FetchRequest.FetchPartition.builder()
                                .partition(0)
                                .currentLeaderEpoch(0)
                                .fetchOffset(offset)
                                .partitionMaxBytes(1 << 20)
                                .build()))
                        .build()))
                .build();
    }
}
