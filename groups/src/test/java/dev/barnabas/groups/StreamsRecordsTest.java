package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.protocol.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records of streams groups are Kafka's, byte by byte. */
final class StreamsRecordsTest {
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();

    static Stream<StreamsRecord> records() {
        Tasks tasks = new Tasks.Builder().add("0", 1).add("0", 7).add("1", 2).build();
        TaskRoles roles = new TaskRoles(tasks, new Tasks.Builder().add("2", 3).build(), Tasks.NONE);
        TreeMap<String, String> tags = new TreeMap<>(Map.of("zone", "a", "cluster", "b"));
        StreamsMember member = new StreamsMember(
                "instance", "rack", "client", "/host", 1_000, 3, "process", new StreamsMember.Endpoint("h", 80), tags);
        StreamsMember bare =
                new StreamsMember(null, null, "client", "/host", 1_000, 0, "process", null, new TreeMap<>());
        NavigableMap<String, NavigableMap<Integer, Integer>> active = new TreeMap<>();
        TaskAssignment.add(active, "0", 1, 4);
        TaskAssignment.add(active, "0", 2, 5);
        TaskAssignment.add(active, "1", 0, 2);
        return Stream.of(
                new StreamsRecord.GroupStored("g", 5, 42, 0, Map.of("num.standby.replicas", "1", "a", "b")),
                new StreamsRecord.GroupStored("g", 5, 0, -1, Map.of()),
                new StreamsRecord.GroupForgotten("g"),
                new StreamsRecord.TopologyStored("g", RequestedTopology.stored(StreamsCommands.topology("count", 2))),
                new StreamsRecord.TopologyStored("g", RequestedTopology.stored(StreamsCommands.topology("join", 0))),
                new StreamsRecord.TopologyForgotten("g"),
                new StreamsRecord.MemberStored("g", "m", member),
                new StreamsRecord.MemberStored("g", "m", bare),
                new StreamsRecord.MemberForgotten("g", "m"),
                new StreamsRecord.TargetStored("g", 5, 1_234),
                new StreamsRecord.TargetForgotten("g"),
                new StreamsRecord.MemberTargetStored("g", "m", roles),
                new StreamsRecord.MemberTargetStored("g", "m", TaskRoles.NONE),
                new StreamsRecord.MemberTargetForgotten("g", "m"),
                new StreamsRecord.CurrentStored(
                        "g", "m", new TaskAssignment(5, 4, State.UNREVOKED, active, tasks, Tasks.NONE, roles)),
                new StreamsRecord.CurrentStored("g", "m", TaskAssignment.NOTHING.leftForNow()),
                new StreamsRecord.CurrentForgotten("g", "m"));
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatIsWrittenIsWhatKafkaWritesAndIsReadAgain(StreamsRecord record) {
        ShardRecord stored = GroupRecords.encode(record);
        ByteBuffer value = stored.value();
        CoordinatorRecord kafka = serde.deserialize(stored.key().duplicate(), value == null ? null : value.duplicate());
        assertThat(ByteBuffer.wrap(serde.serializeKey(kafka))).isEqualTo(stored.key());
        byte[] kafkaValue = serde.serializeValue(kafka);
        assertThat(kafkaValue == null ? null : ByteBuffer.wrap(kafkaValue)).isEqualTo(value);
        assertThat(GroupRecords.decode(stored)).contains(record);
    }

    @ParameterizedTest
    @MethodSource("records")
    void aRecordThatIsCutOffIsRefused(StreamsRecord record) {
        ShardRecord stored = GroupRecords.encode(record);
        ByteBuffer value = stored.value();
        for (int length = 0; value != null && length < value.limit(); length++) {
            ShardRecord cut = new ShardRecord(stored.key(), value.slice(0, length));
            assertThatThrownBy(() -> GroupRecords.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }
}
