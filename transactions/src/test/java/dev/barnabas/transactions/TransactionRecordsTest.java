package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.transactions.TransactionRecord.Forgotten;
import dev.barnabas.transactions.TransactionRecord.Stored;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionMetadata;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.apache.kafka.coordinator.transaction.TxnTransitMetadata;
import org.apache.kafka.server.common.TransactionVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes are those of Apache Kafka's own transaction log. */
final class TransactionRecordsTest {
    private static final TopicPartition A = new TopicPartition("a", 3);

    private static Transaction transaction(Status status) {
        return new Transaction(
                "id",
                7,
                6,
                status.isEnding() ? 8 : -1,
                (short) 9,
                60_000,
                status,
                new TreeSet<>(status == Status.EMPTY ? Set.of() : Set.of(A)),
                status == Status.EMPTY ? -1 : 1_000,
                2_000,
                (short) 2);
    }

    private static TxnTransitMetadata kafka(Transaction transaction) {
        return new TxnTransitMetadata(
                transaction.producerId(),
                transaction.previousProducerId(),
                transaction.nextProducerId(),
                transaction.producerEpoch(),
                (short) -1,
                transaction.timeoutMs(),
                TransactionState.fromId(transaction.status().id()),
                transaction.partitions().stream()
                        .map(partition ->
                                new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition()))
                        .collect(Collectors.toCollection(HashSet::new)),
                transaction.startMs(),
                transaction.updateMs(),
                TransactionVersion.fromFeatureLevel(transaction.version()));
    }

    private static ByteBuffer valueOf(ShardRecord record) {
        return Objects.requireNonNull(record.value());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void isStoredAsInKafka(Status status) {
        Stored stored = new Stored(transaction(status), TransactionRecords.TAGGED_FORMAT);

        ShardRecord record = TransactionRecords.encode(stored);

        assertThat(bytes(record.key())).isEqualTo(TransactionLog.keyToBytes("id"));
        assertThat(bytes(valueOf(record)))
                .isEqualTo(TransactionLog.valueToBytes(kafka(stored.transaction()), TransactionVersion.TV_2));
        assertThat(TransactionRecords.decode(record)).contains(stored);
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void isStoredAsInKafkaBeforeTransactionVersion1(Status status) {
        Stored stored = new Stored(transaction(status).inFirstFormat(), TransactionRecords.FIRST_FORMAT);

        ShardRecord record = TransactionRecords.encode(stored);

        assertThat(bytes(valueOf(record)))
                .isEqualTo(TransactionLog.valueToBytes(kafka(stored.transaction()), TransactionVersion.TV_0));
        assertThat(TransactionRecords.decode(record)).contains(stored);
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void kafkaReadsIt(Status status) {
        Transaction transaction = transaction(status);
        ShardRecord record = TransactionRecords.encode(new Stored(transaction, TransactionRecords.TAGGED_FORMAT));

        TransactionLog.ReadResult result =
                TransactionLog.read(record.key().duplicate(), valueOf(record).duplicate());

        TransactionMetadata read = ((TransactionLog.TxnRecord) result).metadata();
        assertThat(read.transactionalId()).isEqualTo("id");
        assertThat(read.state().id()).isEqualTo(status.id());
        assertThat(read.state().stateName()).isEqualTo(status.kafkaName());
        assertThat(read.prevProducerId()).isEqualTo(6);
        assertThat(read.topicPartitions()).hasSize(transaction.partitions().size());
    }

    @Test
    void namesAreThoseOfKafka() {
        assertThat(Status.NAMES)
                .containsExactlyInAnyOrderElementsOf(Set.of(TransactionState.values()).stream()
                        .map(TransactionState::stateName)
                        .toList());
    }

    @Test
    void aTombstoneHasNoValue() {
        ShardRecord record = TransactionRecords.encode(new Forgotten("id"));

        assertThat(bytes(record.key())).isEqualTo(TransactionLog.keyToBytes("id"));
        assertThat(record.value()).isNull();
        assertThat(TransactionRecords.decode(record)).contains(new Forgotten("id"));
    }

    @Test
    void otherKindsOfRecordsAreLeftAlone() {
        ShardRecord record = new ShardRecord(ByteBuffer.wrap(new byte[] {0, 1, 2, 3}), ByteBuffer.allocate(2));

        assertThat(TransactionRecords.decode(record)).isEmpty();
    }

    @Test
    void aVersionThatIsNotKnownIsMalformed() {
        ShardRecord known =
                TransactionRecords.encode(new Stored(transaction(Status.ONGOING), TransactionRecords.TAGGED_FORMAT));
        ByteBuffer value = valueOf(known).duplicate();
        value.putShort(0, (short) 2);

        assertThatThrownBy(() -> TransactionRecords.decode(new ShardRecord(known.key(), value)))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void aStateThatIsNeverStoredIsMalformed() {
        ShardRecord known =
                TransactionRecords.encode(new Stored(transaction(Status.ONGOING), TransactionRecords.TAGGED_FORMAT));
        ByteBuffer value = valueOf(known).duplicate();
        value.put(2 + 8 + 2 + 4, (byte) 6);

        assertThatThrownBy(() -> TransactionRecords.decode(new ShardRecord(known.key(), value)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("never stored");
    }
}
