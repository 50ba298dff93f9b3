package dev.barnabas.share;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.share.StateRecord.Forgotten;
import dev.barnabas.share.StateRecord.Snapshot;
import dev.barnabas.share.StateRecord.Update;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.share.ShareCoordinatorRecordSerde;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stored states are Kafka's, byte by byte. */
final class StateRecordsTest {
    private static final ShareKey KEY = new ShareKey("g", new Uuid(1, 2), 3);
    private static final List<StateBatch> BATCHES =
            List.of(new StateBatch(10, 19, (byte) 2, (short) 1), new StateBatch(25, 25, (byte) 0, (short) 4));

    private final ShareCoordinatorRecordSerde serde = new ShareCoordinatorRecordSerde();

    static Stream<StateRecord> records() {
        return Stream.of(
                new Snapshot(KEY, 4, 5, 6, 10, 11, 1_000, 2_000, BATCHES),
                new Snapshot(KEY, 0, 0, 0, -1, -1, 1_000, 1_000, List.of()),
                new Update(KEY, 4, 6, 10, 11, BATCHES),
                new Update(KEY, 4, 6, -1, -1, List.of()),
                new Forgotten(KEY));
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatIsWrittenIsWhatKafkaWritesAndIsReadAgain(StateRecord record) {
        ShardRecord stored = StateRecords.encode(record);
        ByteBuffer value = stored.value();
        CoordinatorRecord kafka = serde.deserialize(stored.key().duplicate(), value == null ? null : value.duplicate());
        assertThat(ByteBuffer.wrap(serde.serializeKey(kafka))).isEqualTo(stored.key());
        byte[] kafkaValue = serde.serializeValue(kafka);
        assertThat(kafkaValue == null ? null : ByteBuffer.wrap(kafkaValue)).isEqualTo(value);
        assertThat(StateRecords.decode(stored)).contains(record);
    }

    @Test
    void kafkaReadsInASnapshotWhatItSays() {
        ShardRecord stored = StateRecords.encode(new Snapshot(KEY, 4, 5, 6, 10, 11, 1_000, 2_000, BATCHES));
        ShareSnapshotValue value = (ShareSnapshotValue)
                serde.deserialize(stored.key(), stored.value()).value().message();
        assertThat(value.snapshotEpoch()).isEqualTo(4);
        assertThat(value.stateEpoch()).isEqualTo(5);
        assertThat(value.leaderEpoch()).isEqualTo(6);
        assertThat(value.startOffset()).isEqualTo(10);
        assertThat(value.deliveryCompleteCount()).isEqualTo(11);
        assertThat(value.createTimestamp()).isEqualTo(1_000);
        assertThat(value.writeTimestamp()).isEqualTo(2_000);
        assertThat(value.stateBatches()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("records")
    void aRecordThatIsCutOffIsRefused(StateRecord record) {
        ShardRecord stored = StateRecords.encode(record);
        ByteBuffer value = stored.value();
        for (int length = 0; value != null && length < value.limit(); length++) {
            ShardRecord cut = new ShardRecord(stored.key(), value.slice(0, length));
            assertThatThrownBy(() -> StateRecords.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void whatIsNoBatchOfRecordsIsRefused() {
        ShardRecord stored =
                StateRecords.encode(new Update(KEY, 0, 0, 0, 0, List.of(new StateBatch(5, 4, (byte) 2, (short) 1))));

        assertThatThrownBy(() -> StateRecords.decode(stored)).isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void theKeyIsThatOfFindCoordinator() {
        assertThat(ShareCoordinator.key("a:b", new Uuid(1, 2), 3)).isEqualTo("a:b:AAAAAAAAAAEAAAAAAAAAAg:3");
    }
}
