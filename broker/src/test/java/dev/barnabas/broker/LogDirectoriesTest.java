package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DeleteTopicsRequest;
import dev.barnabas.protocol.message.DeleteTopicsResponse;
import dev.barnabas.protocol.message.DescribeLogDirsRequest;
import dev.barnabas.protocol.message.DescribeLogDirsResponse;
import dev.barnabas.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedDrive;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Several directories, of which some fail, come back, are replaced, or belong to somebody else. */
final class LogDirectoriesTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** In the directories one and two. */
    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    @Test
    void newPartitionsGoWhereThereAreFewest() {
        create("a", 3);
        create("b", 1);
        create("c", 1);
        create("d", 3);

        assertThat(partitionsIn("one")).hasSize(4);
        assertThat(partitionsIn("two")).hasSize(4);
    }

    @Test
    void nothingNewGoesToAFullDirectoryAsLongAsAnotherHasRoom() {
        drive("two").fillUp(0);

        create("a", 4);

        assertThat(partitionsIn("one")).hasSize(4);
        assertThat(partitionsIn("two")).isEmpty();
    }

    @Test
    void theNodeGoesOnWithoutADirectoryWhoseSyncsFail() {
        // Given a topic with acknowledged records in both directories
        create("a", 4);
        Set<String> inOne = partitionsIn("one");
        Set<String> inTwo = partitionsIn("two");
        assertThat(inOne).hasSize(2);
        assertThat(inTwo).hasSize(2);
        produceToAll();

        // When one of them cannot make anything durable any more
        drive("two").faults(DiskFaults.NONE.withSyncFailure(1));
        assertThat(produce(inTwo.iterator().next())).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        runUntilFailed("two");

        // Then all that is in it is offline, and nothing else is
        assertOffline(inTwo, inOne);
        // and new partitions go to the others
        create("b", 2);
        assertThat(partitionsIn("one")).hasSize(4);

        // and so it is when the node is started again, which may not use the directory yet
        node.restartWith();
        assertThat(failedDirectories()).containsExactly("two");
        assertOffline(inTwo, inOne);
        assertThat(partitionsIn("one")).hasSize(4);

        // When the machine is started with a disk that works, everything is back
        node.host().powerLoss();
        drive("two").repair();
        node.restartWith();
        assertThat(failedDirectories()).isEmpty();
        assertThat(partitionsIn("two")).isEqualTo(inTwo);
        inTwo.forEach(partition -> assertThat(latest(partition).offset()).isPositive());
        inTwo.forEach(partition -> assertThat(produce(partition)).isEqualTo(ErrorCode.NONE));
    }

    @Test
    void aDirectoryThatCannotBeWrittenHasFailed() {
        create("a", 4);
        Set<String> inOne = partitionsIn("one");
        Set<String> inTwo = partitionsIn("two");

        drive("two").faults(DiskFaults.NONE.withAppendFailure(1));
        assertThat(produce(inTwo.iterator().next())).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        runUntilFailed("two");

        assertOffline(inTwo, inOne);
        // The drive works again; nobody has to restart the machine, since nothing that was synced is in doubt.
        drive("two").repair();
        node.restartWith();
        assertThat(partitionsIn("two")).isEqualTo(inTwo);
    }

    @Test
    void aPartitionWhoseDirectoryWasReplacedIsNotBegunAnew() {
        // Given
        create("a", 4);
        produceToAll();
        Set<String> inOne = partitionsIn("one");
        Set<String> inTwo = partitionsIn("two");

        // When an empty directory comes in the place of the second
        node.restartWith("log.dirs=one,three");

        // Then it is welcome, but what was in the second is offline
        assertThat(failedDirectories()).isEmpty();
        assertOffline(inTwo, inOne);
        create("b", 2);
        assertThat(partitionsIn("three")).hasSize(2);

        // When the second comes back, its partitions do
        node.restartWith("log.dirs=one,two,three");
        assertThat(partitionsIn("two")).isEqualTo(inTwo);
        inTwo.forEach(partition -> assertThat(latest(partition).offset()).isEqualTo(1));

        // When it is gone for good, topics that had something in it can be deleted and created anew
        node.restartWith("log.dirs=one,three");
        delete("a");
        create("a", 4);
        assertThat(partitionsIn("one").size() + partitionsIn("three").size()).isEqualTo(6);
        produceToAll();
    }

    @Test
    void aSecondDirectoryCanBeAddedToANodeThatHadOne() {
        node.restartWith("log.dirs=lonely");
        create("a", 4);
        produceToAll();

        node.restartWith("log.dirs=lonely,new");
        assertThat(partitionsIn("lonely")).hasSize(4);
        create("b", 4);
        assertThat(partitionsIn("new")).hasSize(4);

        // It knows what was there before the second came, too.
        node.restartWith("log.dirs=lonely,new");
        assertThat(partitionsIn("lonely")).hasSize(4);
    }

    @Test
    void directoriesAreKnownByTheirIdsNotByTheirPlaceInTheList() {
        create("a", 4);
        Set<String> inOne = partitionsIn("one");
        Set<String> inTwo = partitionsIn("two");

        node.restartWith("log.dirs=one,three,two");

        assertThat(partitionsIn("one")).isEqualTo(inOne);
        assertThat(partitionsIn("two")).isEqualTo(inTwo);
        assertThat(partitionsIn("three")).isEmpty();
    }

    @Test
    void theDirectoryOfTheMetadataIsNeeded() {
        create("a", 2);
        String inOne = partitionsIn("one").iterator().next();

        // When it fails, the node stops
        drive("one").faults(DiskFaults.NONE.withSyncFailure(1));
        send(inOne);
        node.simulation().runUntil("the node stops", () -> node.failure() != null, LIMIT);
        assertThat(node.failure()).contains("the directory one, which holds the cluster's metadata, has failed");

        // and does not start without it
        assertThat(node.refusal()).contains("a sync of one has failed");
    }

    @Test
    void directoriesThatDoNotBelongTogetherAreRefused() {
        // Another node's
        assertThat(node.refusal("node.id=7"))
                .contains("the data in one belongs to node 1, not to node 7; start with --set node.id=1");
        // In another order: the metadata is in the first
        assertThat(node.refusal("log.dirs=two,one"))
                .contains("the first of log.dirs, two, holds no cluster metadata")
                .contains("Name one first");
        // With an empty one in the place of that with the metadata: no new cluster is begun beside the old data
        assertThat(node.refusal("log.dirs=three,two"))
                .contains("the first of log.dirs, three, holds no cluster metadata, but the directory two belongs");
        // Another cluster's
        node.restartWith("log.dirs=other");
        assertThat(node.refusal("log.dirs=one,other"))
                .contains("the directory one belongs to the cluster")
                .contains("but other belongs to the cluster");
        // and none of that has done any harm
        node.restartWith();
        create("a", 2);
    }

    @Test
    void aDamagedIdentityIsAFailedDirectory() throws Exception {
        create("a", 2);
        Set<String> inTwo = partitionsIn("two");
        // The first bit that matters: the v of version, behind the comment
        String text = new String(drive("two").content(DirectoryIdentity.FILE), StandardCharsets.UTF_8);
        drive("two").rot(DirectoryIdentity.FILE, text.indexOf("version"));

        node.restartWith();

        assertThat(failedDirectories()).containsExactly("two");
        inTwo.forEach(partition -> assertThat(produce(partition)).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR));
    }

    private void assertOffline(Set<String> offline, Set<String> online) {
        for (String partition : offline) {
            assertThat(produce(partition)).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            assertThat(ErrorCode.forCode(latest(partition).errorCode())).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
            MetadataResponsePartition described = metadata(partition);
            assertThat(ErrorCode.forCode(described.errorCode())).isEqualTo(ErrorCode.LEADER_NOT_AVAILABLE);
            assertThat(described.leaderId()).isEqualTo(-1);
            assertThat(described.offlineReplicas()).containsExactly(SimulatedNode.ID);
        }
        for (String partition : online) {
            assertThat(produce(partition)).isEqualTo(ErrorCode.NONE);
            assertThat(metadata(partition).leaderId()).isEqualTo(SimulatedNode.ID);
        }
        assertThat(node.observe().offlinePartitions()).isEqualTo(offline.size());
    }

    private void runUntilFailed(String directory) {
        node.simulation().runFor(Duration.ofSeconds(1));
        assertThat(failedDirectories()).containsExactly(directory);
        assertThat(node.observe().failedDirectories()).containsExactly(directory);
    }

    private SimulatedDrive drive(String name) {
        return node.host().drive(name);
    }

    private List<DescribeLogDirsResult> directories() {
        return node.ask(DescribeLogDirsRequest.builder().topics(null).build(), 4, DescribeLogDirsResponse.class)
                .results();
    }

    private List<String> failedDirectories() {
        return directories().stream()
                .filter(directory -> directory.errorCode() == ErrorCode.KAFKA_STORAGE_ERROR.code())
                .map(DescribeLogDirsResult::logDir)
                .toList();
    }

    /** As {@code topic-index}. */
    private Set<String> partitionsIn(String directory) {
        return directories().stream()
                .filter(each -> each.logDir().equals(directory))
                .flatMap(each -> each.topics().stream())
                .flatMap(topic ->
                        topic.partitions().stream().map(partition -> topic.name() + "-" + partition.partitionIndex()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void create(String name, int partitions) {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(CreatableTopic.builder()
                        .name(name)
                        .numPartitions(partitions)
                        .replicationFactor((short) 1)
                        .build()))
                .timeoutMs(60_000)
                .build();
        assertThat(node.ask(request, 7, CreateTopicsResponse.class)
                        .topics()
                        .getFirst()
                        .errorCode())
                .isZero();
    }

    private void delete(String name) {
        DeleteTopicsRequest request = DeleteTopicsRequest.builder()
                .topics(List.of(DeleteTopicsRequest.DeleteTopicState.builder()
                        .name(name)
                        .build()))
                .timeoutMs(60_000)
                .build();
        assertThat(node.ask(request, 6, DeleteTopicsResponse.class)
                        .responses()
                        .getFirst()
                        .errorCode())
                .isZero();
    }

    /** One record to each of the four partitions of the topic a. */
    private void produceToAll() {
        for (int index = 0; index < 4; index++) {
            assertThat(produce("a-" + index)).isEqualTo(ErrorCode.NONE);
        }
    }

    private ErrorCode produce(String partition) {
        return ErrorCode.forCode(node.ask(produceRequest(partition), 9, ProduceResponse.class)
                .responses()
                .getFirst()
                .partitionResponses()
                .getFirst()
                .errorCode());
    }

    /** The same, with nobody there to be answered. */
    private void send(String partition) {
        node.send(produceRequest(partition), 9);
    }

    private static ProduceRequest produceRequest(String partition) {
        RecordBatchBuilder batch = new RecordBatchBuilder(1_000);
        batch.append(1_767_225_600_000L, (byte[]) null, "value".getBytes(StandardCharsets.UTF_8), List.of());
        return ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(10_000)
                .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                        .name(topic(partition))
                        .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                .index(index(partition))
                                .records(new MemoryRecords(batch.build()))
                                .build()))
                        .build()))
                .build();
    }

    private ListOffsetsPartitionResponse latest(String partition) {
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(-1)
                .topics(List.of(ListOffsetsRequest.ListOffsetsTopic.builder()
                        .name(topic(partition))
                        .partitions(List.of(ListOffsetsRequest.ListOffsetsPartition.builder()
                                .partitionIndex(index(partition))
                                .currentLeaderEpoch(-1)
                                .timestamp(-1)
                                .build()))
                        .build()))
                .build();
        return node.ask(request, 7, ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private MetadataResponsePartition metadata(String partition) {
        MetadataRequest request = MetadataRequest.builder()
                .topics(List.of(MetadataRequest.MetadataRequestTopic.builder()
                        .name(topic(partition))
                        .build()))
                .build();
        return node.ask(request, 12, MetadataResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .get(index(partition));
    }

    private static String topic(String partition) {
        return partition.substring(0, partition.lastIndexOf('-'));
    }

    private static int index(String partition) {
        return Integer.parseInt(partition.substring(partition.lastIndexOf('-') + 1));
    }
}
