package dev.barnabas.share;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Writer;
import dev.barnabas.protocol.state.ShareSnapshotKey;
import dev.barnabas.protocol.state.ShareSnapshotValue;
import dev.barnabas.protocol.state.ShareUpdateKey;
import dev.barnabas.protocol.state.ShareUpdateValue;
import dev.barnabas.share.StateRecord.Forgotten;
import dev.barnabas.share.StateRecord.Snapshot;
import dev.barnabas.share.StateRecord.Update;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The formats of {@code __share_group_state}, which are Kafka's.
 *
 * <pre>
 * key    int16 kind     0: a snapshot (ShareSnapshotKey)   1: an update (ShareUpdateKey)
 *        fields         group, topic id, partition
 * value  int16 version  0
 *        fields         ShareSnapshotValue or ShareUpdateValue
 * </pre>
 *
 * <p>A snapshot without a value is a tombstone. The topic is not compacted, since an update does not replace the one
 * before; what is before the oldest snapshot that counts is deleted instead, see {@link StatePruning}.
 */
final class StateRecords {
    private static final int VERSION = 0;

    private StateRecords() {}

    static ShardRecord encode(StateRecord record) {
        return switch (record) {
            case Snapshot snapshot -> new ShardRecord(snapshotKey(snapshot.key()), value(snapshot));
            case Update update -> new ShardRecord(updateKey(update.key()), value(update));
            case Forgotten(ShareKey key) -> new ShardRecord(snapshotKey(key), null);
        };
    }

    static Optional<StateRecord> decode(ShardRecord record) {
        Reader key = new Reader(record.key());
        short kind = key.int16("record kind");
        return switch (kind) {
            case ShareSnapshotKey.RECORD_TYPE -> Optional.of(snapshot(ShareSnapshotKey.read(key, VERSION), record));
            case ShareUpdateKey.RECORD_TYPE -> update(ShareUpdateKey.read(key, VERSION), record);
            default -> Optional.empty();
        };
    }

    private static ByteBuffer snapshotKey(ShareKey key) {
        return bytes(
                ShareSnapshotKey.RECORD_TYPE,
                ShareSnapshotKey.builder()
                        .groupId(key.groupId())
                        .topicId(key.topicId())
                        .partition(key.partition())
                        .build());
    }

    private static ByteBuffer updateKey(ShareKey key) {
        return bytes(
                ShareUpdateKey.RECORD_TYPE,
                ShareUpdateKey.builder()
                        .groupId(key.groupId())
                        .topicId(key.topicId())
                        .partition(key.partition())
                        .build());
    }

    private static ByteBuffer value(Snapshot snapshot) {
        return bytes(
                VERSION,
                ShareSnapshotValue.builder()
                        .snapshotEpoch(snapshot.snapshotEpoch())
                        .stateEpoch(snapshot.stateEpoch())
                        .leaderEpoch(snapshot.leaderEpoch())
                        .startOffset(snapshot.startOffset())
                        .deliveryCompleteCount(snapshot.deliveryCompleteCount())
                        .createTimestamp(snapshot.createdMs())
                        .writeTimestamp(snapshot.writtenMs())
                        .stateBatches(snapshot.batches().stream()
                                .map(batch -> new ShareSnapshotValue.StateBatch(
                                        batch.firstOffset(),
                                        batch.lastOffset(),
                                        batch.deliveryState(),
                                        batch.deliveryCount()))
                                .toList())
                        .build());
    }

    private static ByteBuffer value(Update update) {
        return bytes(
                VERSION,
                ShareUpdateValue.builder()
                        .snapshotEpoch(update.snapshotEpoch())
                        .leaderEpoch(update.leaderEpoch())
                        .startOffset(update.startOffset())
                        .deliveryCompleteCount(update.deliveryCompleteCount())
                        .stateBatches(update.batches().stream()
                                .map(batch -> new ShareUpdateValue.StateBatch(
                                        batch.firstOffset(),
                                        batch.lastOffset(),
                                        batch.deliveryState(),
                                        batch.deliveryCount()))
                                .toList())
                        .build());
    }

    private static StateRecord snapshot(ShareSnapshotKey stored, ShardRecord record) {
        ShareKey key = new ShareKey(stored.groupId(), stored.topicId(), stored.partition());
        ByteBuffer bytes = record.value();
        if (bytes == null) {
            return new Forgotten(key);
        }
        ShareSnapshotValue value = ShareSnapshotValue.read(reader(bytes, "a snapshot"), VERSION);
        return new Snapshot(
                key,
                value.snapshotEpoch(),
                value.stateEpoch(),
                value.leaderEpoch(),
                value.startOffset(),
                value.deliveryCompleteCount(),
                value.createTimestamp(),
                value.writeTimestamp(),
                value.stateBatches().stream()
                        .map(batch -> valid(new StateBatch(
                                batch.firstOffset(), batch.lastOffset(), batch.deliveryState(), batch.deliveryCount())))
                        .toList());
    }

    private static Optional<StateRecord> update(ShareUpdateKey stored, ShardRecord record) {
        ByteBuffer bytes = record.value();
        if (bytes == null) {
            return Optional.empty();
        }
        ShareUpdateValue value = ShareUpdateValue.read(reader(bytes, "an update"), VERSION);
        return Optional.of(new Update(
                new ShareKey(stored.groupId(), stored.topicId(), stored.partition()),
                value.snapshotEpoch(),
                value.leaderEpoch(),
                value.startOffset(),
                value.deliveryCompleteCount(),
                value.stateBatches().stream()
                        .map(batch -> valid(new StateBatch(
                                batch.firstOffset(), batch.lastOffset(), batch.deliveryState(), batch.deliveryCount())))
                        .toList()));
    }

    private static StateBatch valid(StateBatch batch) {
        if (!batch.isValid()) {
            throw new MalformedMessageException("a batch of records that is none: " + batch);
        }
        return batch;
    }

    private static Reader reader(ByteBuffer bytes, String what) {
        Reader reader = new Reader(bytes);
        int version = reader.int16("record version");
        if (version != VERSION) {
            throw new MalformedMessageException(what + " in version " + version + ", which is not " + VERSION);
        }
        return reader;
    }

    private static ByteBuffer bytes(int prefix, Message message) {
        ByteBuffer bytes = ByteBuffer.allocate(Short.BYTES + message.size(VERSION));
        Writer writer = new Writer(bytes);
        writer.int16((short) prefix);
        message.write(writer, VERSION);
        writer.finish();
        return bytes;
    }
}
