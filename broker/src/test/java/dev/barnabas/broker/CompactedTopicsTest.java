package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Topics with {@code cleanup.policy=compact} on a whole node, the node's own among them. */
class CompactedTopicsTest {

    private static final int SEGMENT_BYTES = 1 << 20;
    private static final long NOW_MS = 1_767_225_600_000L;

    private final SimulatedNode node = SimulatedNode.start(
            LogLevels.none(),
            "log.cleaner.backoff.ms=500",
            "log.retention.check.interval.ms=2000",
            "offsets.topic.num.partitions=1",
            "offsets.topic.segment.bytes=" + SEGMENT_BYTES);

    @Test
    void onlyTheLastValuesStayAndTheyAreThereAfterARestart() {
        create("compacted", Map.of("cleanup.policy", "compact", "segment.bytes", "" + SEGMENT_BYTES));

        Map<String, String> expected = write("compacted", 4);
        awaitCompaction("compacted");

        assertThat(read("compacted")).containsExactlyEntriesOf(expected);
        assertThat(observed("compacted").sizeInBytes()).isLessThan(2 * SEGMENT_BYTES);
        node.restart();
        assertThat(read("compacted")).containsExactlyEntriesOf(expected);
    }

    @Test
    void aTopicIsCompactedFromWhenItsPolicySaysSo() {
        create("later", Map.of("segment.bytes", "" + SEGMENT_BYTES));
        Map<String, String> expected = write("later", 4);
        node.simulation().runFor(Duration.ofSeconds(30));
        assertThat(observed("later").compaction().runs()).isZero();

        alter("later", "cleanup.policy", "compact");
        awaitCompaction("later");

        assertThat(read("later")).containsExactlyEntriesOf(expected);
    }

    @Test
    void theTopicOfTheGroupsStaysSmallAndTheGroupsAreTheSameAfterARestart() {
        create("consumed", Map.of());
        node.ask(
                FindCoordinatorRequest.builder()
                        .coordinatorKeys(List.of("group"))
                        .build(),
                4,
                FindCoordinatorResponse.class);
        JoinGroupResponse joined = join();
        String note = "x".repeat(4_000);
        for (int i = 1; i <= 1_000; i++) {
            commit("group", joined, i, note);
            commit("simple-" + i % 10, null, i, note);
        }
        awaitCompaction("__consumer_offsets");
        List<Object> before = groups();

        assertThat(observed("__consumer_offsets").sizeInBytes()).isLessThan(2 * SEGMENT_BYTES);
        node.restart();

        assertThat(groups()).isEqualTo(before);
        assertThat(before).contains("group Stable 1", "group at 1000", "simple-3 at 993");
    }

    // What a client does.

    private void create(String topic, Map<String, String> configs) {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.CreatableTopic.builder()
                        .name(topic)
                        .numPartitions(1)
                        .replicationFactor((short) 1)
                        .configs(configs.entrySet().stream()
                                .map(each -> CreateTopicsRequest.CreatableTopicConfig.builder()
                                        .name(each.getKey())
                                        .value(each.getValue())
                                        .build())
                                .toList())
                        .build()))
                .timeoutMs(60_000)
                .build();
        assertThat(node.ask(request, 7, CreateTopicsResponse.class)
                        .topics()
                        .getFirst()
                        .errorCode())
                .isZero();
    }

    private void alter(String topic, String name, String value) {
        IncrementalAlterConfigsRequest request = IncrementalAlterConfigsRequest.builder()
                .resources(List.of(IncrementalAlterConfigsRequest.AlterConfigsResource.builder()
                        .resourceType((byte) 2)
                        .resourceName(topic)
                        .configs(List.of(IncrementalAlterConfigsRequest.AlterableConfig.builder()
                                .name(name)
                                .configOperation((byte) 0)
                                .value(value)
                                .build()))
                        .build()))
                .build();
        assertThat(node.ask(request, 1, IncrementalAlterConfigsResponse.class)
                        .responses()
                        .getFirst()
                        .errorCode())
                .isZero();
    }

    /** Writes ten keys again and again; returns the last value of each, in the order of the log. */
    private Map<String, String> write(String topic, int segments) {
        Map<String, String> last = new LinkedHashMap<>();
        int batches = segments * SEGMENT_BYTES / 50_000;
        for (int batch = 0; batch < batches; batch++) {
            RecordBatchBuilder builder = new RecordBatchBuilder(1 << 20);
            for (int i = 0; i < 10; i++) {
                String key = "key-" + i;
                String value = batch + "-" + "v".repeat(5_000);
                builder.append(
                        NOW_MS,
                        key.getBytes(StandardCharsets.UTF_8),
                        value.getBytes(StandardCharsets.UTF_8),
                        List.of());
                last.remove(key);
                last.put(key, value);
            }
            produce(topic, builder.build());
        }
        return last;
    }

    private void produce(String topic, ByteBuffer batch) {
        ProduceRequest request = ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(60_000)
                .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                        .name(topic)
                        .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                .records(new MemoryRecords(batch))
                                .build()))
                        .build()))
                .build();
        assertThat(node.ask(request, 9, ProduceResponse.class)
                        .responses()
                        .getFirst()
                        .partitionResponses()
                        .getFirst()
                        .errorCode())
                .isZero();
    }

    /** Reads the topic from its start to its end, as a consumer does, and applies it to a map. */
    private Map<String, String> read(String topic) {
        Map<String, String> table = new LinkedHashMap<>();
        long offset = 0;
        long next;
        while ((next = fetch(topic, offset, table)) > offset) {
            offset = next;
        }
        return table;
    }

    private long fetch(String topic, long offset, Map<String, String> table) {
        FetchRequest request = FetchRequest.builder()
                .maxWaitMs(10)
                .minBytes(1)
                .topics(List.of(FetchRequest.FetchTopic.builder()
                        .topic(topic)
                        .topicId(Uuid.ZERO)
                        .partitions(List.of(FetchRequest.FetchPartition.builder()
                                .fetchOffset(offset)
                                .partitionMaxBytes(300_000)
                                .build()))
                        .build()))
                .build();
        FetchResponse.PartitionData partition = node.ask(request, 12, FetchResponse.class)
                .responses()
                .getFirst()
                .partitions()
                .getFirst();
        assertThat(ErrorCode.forCode(partition.errorCode())).isEqualTo(ErrorCode.NONE);
        long next = offset;
        if (partition.records() instanceof MemoryRecords records) {
            for (RecordBatch batch : RecordBatches.of(records.buffer())) {
                next = batch.endOffset();
                for (Record record : batch.records()) {
                    String key = text(record.key());
                    table.remove(key);
                    if (record.value() != null) {
                        table.put(key, text(record.value()));
                    }
                }
            }
        }
        return next;
    }

    private static String text(@Nullable ByteBuffer bytes) {
        return StandardCharsets.UTF_8
                .decode(Objects.requireNonNull(bytes).duplicate())
                .toString();
    }

    private JoinGroupResponse join() {
        JoinGroupResponse joined = node.ask(
                JoinGroupRequest.builder()
                        .groupId("group")
                        .sessionTimeoutMs(1_800_000)
                        .rebalanceTimeoutMs(10_000)
                        .protocolType("consumer")
                        .protocols(List.of(JoinGroupRequest.JoinGroupRequestProtocol.builder()
                                .name("range")
                                .metadata(ByteBuffer.allocate(0))
                                .build()))
                        .build(),
                3,
                JoinGroupResponse.class);
        assertThat(joined.errorCode()).isZero();
        SyncGroupResponse synced = node.ask(
                SyncGroupRequest.builder()
                        .groupId("group")
                        .memberId(joined.memberId())
                        .generationId(joined.generationId())
                        .assignments(List.of(SyncGroupRequest.SyncGroupRequestAssignment.builder()
                                .memberId(joined.memberId())
                                .assignment(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                                .build()))
                        .build(),
                3,
                SyncGroupResponse.class);
        assertThat(synced.errorCode()).isZero();
        return joined;
    }

    private void commit(String group, @Nullable JoinGroupResponse member, long offset, String note) {
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId(group)
                .memberId(member == null ? "" : member.memberId())
                .generationIdOrMemberEpoch(member == null ? -1 : member.generationId())
                .topics(List.of(OffsetCommitRequest.OffsetCommitRequestTopic.builder()
                        .name("consumed")
                        .partitions(List.of(OffsetCommitRequest.OffsetCommitRequestPartition.builder()
                                .committedOffset(offset)
                                .committedMetadata(note)
                                .build()))
                        .build()))
                .build();
        assertThat(node.ask(request, 8, OffsetCommitResponse.class)
                        .topics()
                        .getFirst()
                        .partitions()
                        .getFirst()
                        .errorCode())
                .isZero();
    }

    /** Everything that can be asked of the groups. */
    private List<Object> groups() {
        List<Object> all = new ArrayList<>();
        describe()
                .groups()
                .forEach(group -> all.add(group.groupId() + " " + group.groupState() + " "
                        + group.members().size()));
        List<String> names = new ArrayList<>(List.of("group"));
        for (int i = 0; i < 10; i++) {
            names.add("simple-" + i);
        }
        for (String name : names) {
            OffsetFetchResponse fetched = node.ask(
                    OffsetFetchRequest.builder().groupId(name).topics(null).build(), 7, OffsetFetchResponse.class);
            fetched.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> all.add(name + " at " + partition.committedOffset())));
        }
        return all;
    }

    private DescribeGroupsResponse describe() {
        DescribeGroupsResponse[] described = new DescribeGroupsResponse[1];
        node.simulation()
                .runUntil(
                        "the group is loaded",
                        () -> {
                            described[0] = node.ask(
                                    DescribeGroupsRequest.builder()
                                            .groups(List.of("group"))
                                            .build(),
                                    5,
                                    DescribeGroupsResponse.class);
                            return described[0].groups().getFirst().errorCode() == 0;
                        },
                        Duration.ofMinutes(1));
        return described[0];
    }

    // What an operator sees.

    private void awaitCompaction(String topic) {
        await(topic, seen -> seen.compaction().runs() > 0 && seen.compaction().dirtyBytes() < SEGMENT_BYTES * 3 / 2);
    }

    private void await(String topic, Predicate<Observation.OfPartition> condition) {
        for (int i = 0; i < 100 && !condition.test(observed(topic)); i++) {
            node.simulation().runFor(Duration.ofSeconds(1));
        }
        assertThat(observed(topic)).matches(condition, "compacted");
    }

    private Observation.OfPartition observed(String topic) {
        return node.observe().partitions().stream()
                .filter(each -> each.topic().equals(topic))
                .findFirst()
                .orElseThrow();
    }
}
