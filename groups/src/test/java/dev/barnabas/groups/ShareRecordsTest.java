package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records of share groups are Kafka's, byte by byte. */
final class ShareRecordsTest {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final Uuid OTHER = new Uuid(3, 4);
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();

    static Stream<ShareRecord> records() {
        Partitions partitions = new Partitions.Builder()
                .add(TOPIC, 0)
                .add(TOPIC, 7)
                .add(OTHER, 1)
                .build();
        Partitions one = new Partitions.Builder().add(TOPIC, 1).build();
        ShareTopics topics = new ShareTopics(
                new TreeMap<>(Map.of(TOPIC, "t", OTHER, "o", new Uuid(5, 6), "d")),
                one,
                partitions,
                new TreeSet<>(Set.of(new Uuid(5, 6))));
        return Stream.of(
                new ShareRecord.ShareGroupStored("g", 5, 42),
                new ShareRecord.ShareGroupForgotten("g"),
                new ShareRecord.ShareMemberStored(
                        "g", "m", new ShareMember("rack", "client", "/host", new TreeSet<>(List.of("a", "b")))),
                new ShareRecord.ShareMemberStored("g", "m", new ShareMember(null, "", "/host", new TreeSet<>())),
                new ShareRecord.ShareMemberForgotten("g", "m"),
                new ShareRecord.ShareTargetStored("g", 5, 1_234),
                new ShareRecord.ShareTargetForgotten("g"),
                new ShareRecord.ShareMemberTargetStored("g", "m", partitions),
                new ShareRecord.ShareMemberTargetStored("g", "m", Partitions.NONE),
                new ShareRecord.ShareMemberTargetForgotten("g", "m"),
                new ShareRecord.ShareCurrentStored("g", "m", new ShareCurrent(5, 4, partitions)),
                new ShareRecord.ShareCurrentForgotten("g", "m"),
                new ShareRecord.ShareTopicsStored("g", topics),
                new ShareRecord.ShareTopicsStored("g", ShareTopics.NONE),
                new ShareRecord.ShareTopicsForgotten("g"));
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatIsWrittenIsWhatKafkaWritesAndIsReadAgain(ShareRecord record) {
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
    void aRecordThatIsCutOffIsRefused(ShareRecord record) {
        ShardRecord stored = GroupRecords.encode(record);
        ByteBuffer value = stored.value();
        for (int length = 0; value != null && length < value.limit(); length++) {
            ShardRecord cut = new ShardRecord(stored.key(), value.slice(0, length));
            assertThatThrownBy(() -> GroupRecords.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }
}
