package dev.barnabas.transactions;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Writer;
import dev.barnabas.protocol.state.TransactionLogKey;
import dev.barnabas.protocol.state.TransactionLogValue;
import dev.barnabas.protocol.state.TransactionLogValue.PartitionsSchema;
import dev.barnabas.transactions.TransactionRecord.Forgotten;
import dev.barnabas.transactions.TransactionRecord.Stored;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The format of {@code __transaction_state}, which is Kafka's.
 *
 * <pre>
 * key    int16 kind     0: a transactional id (TransactionLogKey)
 *        fields         of version 0 of the key
 * value  int16 version  1 since transaction.version 1: then it has tagged fields, among them the producer ids before
 *                       and after this one
 *        fields         of that version (TransactionLogValue)
 * </pre>
 *
 * <p>A record without a value is a tombstone; other kinds are left alone. An id that has not begun anything has null in
 * the place of its partitions.
 */
final class TransactionRecords {
    static final int FIRST_FORMAT = 0;
    static final int TAGGED_FORMAT = 1;

    private static final int KEY_VERSION = 0;

    private TransactionRecords() {}

    static ShardRecord encode(TransactionRecord record) {
        ByteBuffer key = bytes(TransactionLogKey.RECORD_TYPE, new TransactionLogKey(record.id()), KEY_VERSION);
        return switch (record) {
            case Stored(Transaction transaction, int format) ->
                new ShardRecord(key, bytes(format, value(transaction), format));
            case Forgotten _ -> new ShardRecord(key, null);
        };
    }

    static Optional<TransactionRecord> decode(ShardRecord record) {
        Reader key = new Reader(record.key());
        if (key.int16("record kind") != TransactionLogKey.RECORD_TYPE) {
            return Optional.empty();
        }
        String id = TransactionLogKey.read(key, KEY_VERSION).transactionalId();
        ByteBuffer value = record.value();
        return Optional.of(value == null ? new Forgotten(id) : stored(id, value));
    }

    private static TransactionLogValue value(Transaction transaction) {
        return TransactionLogValue.builder()
                .producerId(transaction.producerId())
                .previousProducerId(transaction.previousProducerId())
                .nextProducerId(transaction.nextProducerId())
                .producerEpoch(transaction.producerEpoch())
                .transactionTimeoutMs(transaction.timeoutMs())
                .transactionStatus(transaction.status().id())
                .transactionPartitions(transaction.status() == Status.EMPTY ? null : byTopic(transaction.partitions()))
                .transactionLastUpdateTimestampMs(transaction.updateMs())
                .transactionStartTimestampMs(transaction.startMs())
                .clientTransactionVersion(transaction.version())
                .build();
    }

    private static List<PartitionsSchema> byTopic(NavigableSet<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new TreeMap<>();
        for (TopicPartition partition : partitions) {
            byTopic.computeIfAbsent(partition.topic(), _ -> new ArrayList<>()).add(partition.partition());
        }
        return byTopic.entrySet().stream()
                .map(topic -> new PartitionsSchema(topic.getKey(), topic.getValue()))
                .toList();
    }

    private static Stored stored(String id, ByteBuffer bytes) {
        Reader reader = new Reader(bytes);
        int format = reader.int16("record version");
        if (format < TransactionLogValue.LOWEST_VERSION || format > TransactionLogValue.HIGHEST_VERSION) {
            throw new MalformedMessageException("a transaction in version " + format + ", which is not one of "
                    + TransactionLogValue.LOWEST_VERSION + " to " + TransactionLogValue.HIGHEST_VERSION);
        }
        TransactionLogValue value = TransactionLogValue.read(reader, format);
        Status status = Status.ofId(value.transactionStatus())
                .orElseThrow(() -> new MalformedMessageException(
                        "a transaction in a state that is never stored: " + value.transactionStatus()));
        Transaction transaction = new Transaction(
                id,
                value.producerId(),
                value.previousProducerId(),
                value.nextProducerId(),
                value.producerEpoch(),
                value.transactionTimeoutMs(),
                status,
                partitions(value.transactionPartitions()),
                value.transactionStartTimestampMs(),
                value.transactionLastUpdateTimestampMs(),
                value.clientTransactionVersion());
        return new Stored(transaction, format);
    }

    private static NavigableSet<TopicPartition> partitions(@Nullable List<PartitionsSchema> topics) {
        NavigableSet<TopicPartition> partitions = new TreeSet<>();
        if (topics != null) {
            for (PartitionsSchema topic : topics) {
                topic.partitionIds().forEach(index -> partitions.add(new TopicPartition(topic.topic(), index)));
            }
        }
        return partitions;
    }

    private static ByteBuffer bytes(int prefix, Message message, int version) {
        ByteBuffer bytes = ByteBuffer.allocate(Short.BYTES + message.size(version));
        Writer writer = new Writer(bytes);
        writer.int16((short) prefix);
        message.write(writer, version);
        writer.finish();
        return bytes;
    }
}
