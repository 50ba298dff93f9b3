package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.GroupRecord.ClassicGroupForgotten;
import dev.barnabas.groups.GroupRecord.ClassicGroupStored;
import dev.barnabas.groups.GroupRecord.OffsetCommitted;
import dev.barnabas.groups.GroupRecord.OffsetForgotten;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.state.GroupMetadataValue;
import dev.barnabas.protocol.state.GroupMetadataValue.MemberMetadata;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordHelpers;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.OffsetAndMetadata;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.LegacyOffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.LegacyOffsetCommitValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes are those of Apache Kafka's own group coordinator. */
final class GroupRecordsTest {
    private static final Uuid TOPIC_ID = new Uuid(1, 2);

    private static ShardRecord kafka(CoordinatorRecord record) {
        GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
        byte[] value = serde.serializeValue(record);
        return new ShardRecord(
                ByteBuffer.wrap(serde.serializeKey(record)), value == null ? null : ByteBuffer.wrap(value));
    }

    private static ShardRecord kafka(ApiMessage key, ApiMessage value, int version) {
        return kafka(CoordinatorRecord.record(key, new ApiMessageAndVersion(value, (short) version)));
    }

    private static org.apache.kafka.coordinator.group.generated.GroupMetadataValue kafkaGroup() {
        return new org.apache.kafka.coordinator.group.generated.GroupMetadataValue()
                .setProtocolType("consumer")
                .setGeneration(7)
                .setProtocol("range")
                .setLeader("a")
                .setCurrentStateTimestamp(123)
                .setMembers(List.of(new org.apache.kafka.coordinator.group.generated.GroupMetadataValue.MemberMetadata()
                        .setMemberId("a")
                        .setGroupInstanceId("static-a")
                        .setClientId("client")
                        .setClientHost("/127.0.0.1")
                        .setRebalanceTimeout(60_000)
                        .setSessionTimeout(10_000)
                        .setSubscription(new byte[] {1, 2, 3})
                        .setAssignment(new byte[] {4, 5})));
    }

    private static GroupMetadataValue ourGroup(int version) {
        return GroupMetadataValue.builder()
                .protocolType("consumer")
                .generation(7)
                .protocol("range")
                .leader("a")
                .currentStateTimestamp(version >= 2 ? 123 : -1)
                .members(List.of(MemberMetadata.builder()
                        .memberId("a")
                        .groupInstanceId(version >= 3 ? "static-a" : null)
                        .clientId("client")
                        .clientHost("/127.0.0.1")
                        .rebalanceTimeout(version >= 1 ? 60_000 : -1)
                        .sessionTimeout(10_000)
                        .subscription(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                        .assignment(ByteBuffer.wrap(new byte[] {4, 5}))
                        .build()))
                .build();
    }

    @Test
    void anOffsetIsStoredAsKafkaStoresIt() {
        CommittedOffset committed = new CommittedOffset(42, 3, "metadata", 1_000, -1, TOPIC_ID);
        OffsetAndMetadata theirs = new OffsetAndMetadata(
                42, OptionalInt.of(3), "metadata", 1_000, OptionalLong.empty(), new org.apache.kafka.common.Uuid(1, 2));

        assertThat(GroupRecords.encode(new OffsetCommitted("group", "topic", 5, committed)))
                .isEqualTo(kafka(GroupCoordinatorRecordHelpers.newOffsetCommitRecord("group", "topic", 5, theirs)));
    }

    @Test
    void anOffsetThatExpiresIsStoredAsKafkaStoresIt() {
        CommittedOffset committed = new CommittedOffset(42, 3, "metadata", 1_000, 2_000, TOPIC_ID);
        OffsetAndMetadata theirs = new OffsetAndMetadata(
                42,
                OptionalInt.of(3),
                "metadata",
                1_000,
                OptionalLong.of(2_000),
                new org.apache.kafka.common.Uuid(1, 2));

        assertThat(GroupRecords.encode(new OffsetCommitted("group", "topic", 5, committed)))
                .isEqualTo(kafka(GroupCoordinatorRecordHelpers.newOffsetCommitRecord("group", "topic", 5, theirs)));
    }

    @Test
    void aGroupIsStoredAsKafkaStoresIt() {
        assertThat(GroupRecords.encode(new ClassicGroupStored("group", ourGroup(3))))
                .isEqualTo(kafka(new GroupMetadataKey().setGroup("group"), kafkaGroup(), 3));
    }

    @Test
    void tombstonesAreThoseOfKafka() {
        assertThat(GroupRecords.encode(new OffsetForgotten("group", "topic", 5)))
                .isEqualTo(kafka(GroupCoordinatorRecordHelpers.newOffsetCommitTombstoneRecord("group", "topic", 5)));
        assertThat(GroupRecords.encode(new ClassicGroupForgotten("group")))
                .isEqualTo(kafka(GroupCoordinatorRecordHelpers.newGroupMetadataTombstoneRecord("group")));
    }

    @Test
    void tombstonesAreRead() {
        assertThat(GroupRecords.decode(
                        kafka(GroupCoordinatorRecordHelpers.newOffsetCommitTombstoneRecord("group", "topic", 5))))
                .contains(new OffsetForgotten("group", "topic", 5));
        assertThat(GroupRecords.decode(kafka(GroupCoordinatorRecordHelpers.newGroupMetadataTombstoneRecord("group"))))
                .contains(new ClassicGroupForgotten("group"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void offsetsOfAllVersionsAreRead(int version) {
        OffsetCommitValue value = new OffsetCommitValue()
                .setOffset(42)
                .setMetadata("metadata")
                .setCommitTimestamp(1_000)
                .setLeaderEpoch(3)
                .setExpireTimestamp(2_000)
                .setTopicId(new org.apache.kafka.common.Uuid(1, 2));
        OffsetCommitKey key =
                new OffsetCommitKey().setGroup("group").setTopic("topic").setPartition(5);

        assertThat(GroupRecords.decode(kafka(key, value, version)))
                .contains(new OffsetCommitted(
                        "group",
                        "topic",
                        5,
                        new CommittedOffset(
                                42,
                                version >= 3 ? 3 : -1,
                                "metadata",
                                1_000,
                                version == 1 ? 2_000 : -1,
                                version >= 4 ? TOPIC_ID : Uuid.ZERO)));
    }

    @Test
    void offsetsOfTheOldestKindAreRead() {
        LegacyOffsetCommitKey key =
                new LegacyOffsetCommitKey().setGroup("group").setTopic("topic").setPartition(5);
        LegacyOffsetCommitValue value = new LegacyOffsetCommitValue()
                .setOffset(42)
                .setMetadata("metadata")
                .setCommitTimestamp(1_000);

        assertThat(GroupRecords.decode(kafka(key, value, 0)))
                .contains(new OffsetCommitted(
                        "group", "topic", 5, new CommittedOffset(42, -1, "metadata", 1_000, -1, Uuid.ZERO)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void groupsOfAllVersionsAreRead(int version) {
        assertThat(GroupRecords.decode(kafka(new GroupMetadataKey().setGroup("group"), kafkaGroup(), version)))
                .contains(new ClassicGroupStored("group", ourGroup(version)));
    }

    @Test
    void recordsOfKindsToComeAreLeftAlone() {
        ByteBuffer key = ByteBuffer.allocate(10).putShort(0, (short) 99);
        assertThat(GroupRecords.decode(new ShardRecord(key, null))).isEmpty();
    }

    @Test
    void aRecordOfAVersionToComeIsRefused() {
        ShardRecord record = kafka(new GroupMetadataKey().setGroup("group"), kafkaGroup(), 4);
        ByteBuffer value = Objects.requireNonNull(record.value()).putShort(0, (short) 99);
        assertThatThrownBy(() -> GroupRecords.decode(new ShardRecord(record.key(), value)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 99");
    }

    @Test
    void aRecordThatIsCutOffIsRefused() {
        ShardRecord record = kafka(new GroupMetadataKey().setGroup("group"), kafkaGroup(), 3);
        ByteBuffer value = Objects.requireNonNull(record.value());
        for (int length = 0; length < value.limit(); length++) {
            ShardRecord cut = new ShardRecord(record.key(), value.slice(0, length));
            assertThatThrownBy(() -> GroupRecords.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
        for (int length = 0; length < record.key().limit(); length++) {
            ShardRecord cut = new ShardRecord(record.key().slice(0, length), value);
            assertThatThrownBy(() -> GroupRecords.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void aGroupOfTheOldestVersionTakesItsSessionTimeoutForItsRebalanceTimeout() {
        ClassicGroup group = StoredGroup.read("group", ourGroup(0));
        assertThat(group.roster().member("a").orElseThrow().timeouts()).isEqualTo(new Member.Timeouts(10_000, 10_000));
        assertThat(group.phase()).isInstanceOf(Phase.Stable.class);
    }
}
