package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedHost;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients hear of a topic before its partitions are open. */
class OpeningPartitionTest {

    private static final int PARTITIONS = 8;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    /** Were it refused, a batch that is sent just after it could be accepted before it (see {@link PartitionTable}). */
    @Test
    void whatIsProducedToAPartitionThatIsBeingOpenedWaitsForIt() {
        // Given disks on which opening a log takes seconds, and a topic that has just been created
        disks(DiskFaults.NONE.withSlowness(Duration.ofSeconds(20)));
        CreateTopicsRequest creation = CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.CreatableTopic.builder()
                        .name("new")
                        .numPartitions(PARTITIONS)
                        .replicationFactor((short) 1)
                        .build()))
                .timeoutMs(0)
                .build();
        assertThat(node.ask(creation, 7, CreateTopicsResponse.class)
                        .topics()
                        .getFirst()
                        .errorCode())
                .isEqualTo(ErrorCode.REQUEST_TIMED_OUT.code());
        node.simulation().runUntil("the topic is known", this::isKnown, Duration.ofMinutes(1));

        // When something is produced to all of its partitions
        disks(DiskFaults.NONE);
        ProduceResponse response = node.ask(produce(), 9, ProduceResponse.class);

        // Then none is refused
        assertThat(response.responses().getFirst().partitionResponses())
                .hasSize(PARTITIONS)
                .allSatisfy(partition -> assertThat(partition.errorCode()).isZero())
                .extracting(PartitionProduceResponse::baseOffset)
                .containsOnly(0L);
    }

    private boolean isKnown() {
        MetadataRequest request = MetadataRequest.builder()
                .topics(List.of(MetadataRequest.MetadataRequestTopic.builder()
                        .name("new")
                        .build()))
                .allowAutoTopicCreation(false)
                .build();
        return node.ask(request, 12, MetadataResponse.class).topics().getFirst().errorCode() == 0;
    }

    private static ProduceRequest produce() {
        List<ProduceRequest.PartitionProduceData> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(index -> ProduceRequest.PartitionProduceData.builder()
                        .index(index)
                        .records(records())
                        .build())
                .toList();
        return ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(60_000)
                .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                        .name("new")
                        .partitionData(partitions)
                        .build()))
                .build();
    }

    private static MemoryRecords records() {
        RecordBatchBuilder batch = new RecordBatchBuilder(1_000).producer(1, (short) 0, 0);
        batch.append(1_767_225_600_000L, (byte[]) null, "value".getBytes(StandardCharsets.UTF_8), List.of());
        return new MemoryRecords(batch.build());
    }

    private void disks(DiskFaults faults) {
        SimulatedHost host = node.simulation().hosts().stream()
                .filter(each -> each.name().equals("broker"))
                .findFirst()
                .orElseThrow();
        host.drives().forEach(drive -> drive.faults(faults));
    }
}
