package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.ConsumerMember.Classic;
import dev.barnabas.groups.CurrentAssignment.State;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupPartitionMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupPartitionMetadataValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records of consumer groups are Kafka's, byte by byte. */
final class ConsumerRecordsTest {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();

    static Stream<ConsumerRecord> records() {
        Partitions partitions = new Partitions.Builder()
                .add(TOPIC, 0)
                .add(TOPIC, 7)
                .add(new Uuid(3, 4), 1)
                .build();
        ConsumerMember member = new ConsumerMember(
                "instance", "rack", "client", "/host", new TreeSet<>(List.of("a", "b")), "p.*", 1_000, "range", null);
        ConsumerMember classic = new ConsumerMember(
                null,
                null,
                "client",
                "/host",
                new TreeSet<>(),
                null,
                1_000,
                null,
                new Classic(45_000, List.of(new Protocol("range", ByteBuffer.wrap(new byte[] {1, 2})))));
        TreeMap<Integer, Integer> assigned = new TreeMap<>();
        assigned.put(3, 4);
        assigned.put(5, 2);
        TreeMap<Uuid, NavigableMap<Integer, Integer>> byTopic = new TreeMap<>();
        byTopic.put(TOPIC, assigned);
        return Stream.of(
                new ConsumerRecord.GroupStored("g", 5, 42),
                new ConsumerRecord.GroupStored("g", 5, 0),
                new ConsumerRecord.GroupForgotten("g"),
                new ConsumerRecord.MemberStored("g", "m", member),
                new ConsumerRecord.MemberStored("g", "m", classic),
                new ConsumerRecord.MemberForgotten("g", "m"),
                new ConsumerRecord.TargetStored("g", 5, 1_234),
                new ConsumerRecord.TargetForgotten("g"),
                new ConsumerRecord.MemberTargetStored("g", "m", partitions),
                new ConsumerRecord.MemberTargetStored("g", "m", Partitions.NONE),
                new ConsumerRecord.MemberTargetForgotten("g", "m"),
                new ConsumerRecord.CurrentStored(
                        "g", "m", new CurrentAssignment(5, 4, State.UNREVOKED, byTopic, partitions)),
                new ConsumerRecord.CurrentStored("g", "m", CurrentAssignment.NOTHING.leftForNow()),
                new ConsumerRecord.CurrentForgotten("g", "m"),
                new ConsumerRecord.PatternStored("g", "p.*", new TreeSet<>(List.of("pa", "pb")), 9, 1_234),
                new ConsumerRecord.PatternForgotten("g", "p.*"));
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatIsWrittenIsWhatKafkaWritesAndIsReadAgain(ConsumerRecord record) {
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
    void aRecordThatIsCutOffIsRefused(ConsumerRecord record) {
        ShardRecord stored = GroupRecords.encode(record);
        ByteBuffer value = stored.value();
        for (int length = 0; value != null && length < value.limit(); length++) {
            ShardRecord cut = new ShardRecord(stored.key(), value.slice(0, length));
            assertThatThrownBy(() -> GroupRecords.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void whatOlderKafkasStoredOfTopicsIsLeftAlone() {
        CoordinatorRecord record = CoordinatorRecord.record(
                new ConsumerGroupPartitionMetadataKey().setGroupId("g"),
                new ApiMessageAndVersion(new ConsumerGroupPartitionMetadataValue(), (short) 0));
        ShardRecord stored = new ShardRecord(
                ByteBuffer.wrap(serde.serializeKey(record)),
                ByteBuffer.wrap(Objects.requireNonNull(serde.serializeValue(record))));
        assertThat(GroupRecords.decode(stored)).isEmpty();
    }
}
