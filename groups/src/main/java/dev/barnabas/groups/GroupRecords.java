package dev.barnabas.groups;

import dev.barnabas.coordinator.ProducerInTransaction;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.GroupRecord.ClassicGroupForgotten;
import dev.barnabas.groups.GroupRecord.ClassicGroupStored;
import dev.barnabas.groups.GroupRecord.OffsetCommitted;
import dev.barnabas.groups.GroupRecord.OffsetForgotten;
import dev.barnabas.groups.GroupRecord.OffsetPending;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.Writer;
import dev.barnabas.protocol.state.GroupMetadataKey;
import dev.barnabas.protocol.state.GroupMetadataValue;
import dev.barnabas.protocol.state.LegacyOffsetCommitKey;
import dev.barnabas.protocol.state.OffsetCommitKey;
import dev.barnabas.protocol.state.OffsetCommitValue;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The formats of {@code __consumer_offsets}, which are Kafka's.
 *
 * <pre>
 * key    int16 kind     0, 1: an offset (OffsetCommitKey)   2: a classic group (GroupMetadataKey)
 *        fields         of version 0 of the key
 * value  int16 version  of the value
 *        fields         of that version (OffsetCommitValue, GroupMetadataValue)
 * </pre>
 *
 * <p>An offset that is committed in a transaction is in a transactional batch, with the producer's id and epoch.
 *
 * <p>A record without a value is a tombstone. {@link ConsumerRecords} has the kinds of consumer groups,
 * {@link ShareRecords} those of share groups, {@link StreamsRecords} those of streams groups; records of still other
 * kinds belong to other types of groups.
 */
final class GroupRecords {
    private static final int KEY_VERSION = 0;

    /** The newest version that old readers understand. */
    private static final int GROUP_VERSION = 3;

    /** The only version with a time of expiry. It has neither leader epoch nor topic id. */
    private static final int EXPIRING_OFFSET_VERSION = 1;

    private static final int OFFSET_VERSION = 4;
    private static final long NEVER = -1;

    private GroupRecords() {}

    static ShardRecord encode(GroupRecord record) {
        return switch (record) {
            case OffsetCommitted committed ->
                new ShardRecord(
                        key(offsetKey(committed.groupId(), committed.topic(), committed.partition())),
                        value(committed.committed()));
            case OffsetPending pending ->
                new ShardRecord(
                        key(offsetKey(pending.groupId(), pending.topic(), pending.partition())),
                        value(pending.committed()),
                        pending.producer());
            case OffsetForgotten forgotten ->
                new ShardRecord(key(offsetKey(forgotten.groupId(), forgotten.topic(), forgotten.partition())), null);
            case ClassicGroupStored stored ->
                new ShardRecord(key(groupKey(stored.groupId())), bytes(GROUP_VERSION, stored.value(), GROUP_VERSION));
            case ClassicGroupForgotten forgotten -> new ShardRecord(key(groupKey(forgotten.groupId())), null);
            case ConsumerRecord consumer -> ConsumerRecords.encode(consumer);
            case StreamsRecord streams -> StreamsRecords.encode(streams);
            case ShareRecord share -> ShareRecords.encode(share);
        };
    }

    static Optional<GroupRecord> decode(ShardRecord record) {
        Reader key = new Reader(record.key());
        short kind = key.int16("record kind");
        return switch (kind) {
            case LegacyOffsetCommitKey.RECORD_TYPE, OffsetCommitKey.RECORD_TYPE ->
                Optional.of(offset(OffsetCommitKey.read(key, KEY_VERSION), record));
            case GroupMetadataKey.RECORD_TYPE ->
                Optional.of(group(GroupMetadataKey.read(key, KEY_VERSION).group(), record.value()));
            default ->
                ConsumerRecords.decode(kind, key, record.value())
                        .or(() -> ShareRecords.decode(kind, key, record.value()))
                        .or(() -> StreamsRecords.decode(kind, key, record.value()));
        };
    }

    private static OffsetCommitKey offsetKey(String groupId, String topic, int partition) {
        return OffsetCommitKey.builder()
                .group(groupId)
                .topic(topic)
                .partition(partition)
                .build();
    }

    private static GroupMetadataKey groupKey(String groupId) {
        return GroupMetadataKey.builder().group(groupId).build();
    }

    private static ByteBuffer key(OffsetCommitKey key) {
        return bytes(OffsetCommitKey.RECORD_TYPE, key, KEY_VERSION);
    }

    private static ByteBuffer key(GroupMetadataKey key) {
        return bytes(GroupMetadataKey.RECORD_TYPE, key, KEY_VERSION);
    }

    private static ByteBuffer value(CommittedOffset committed) {
        int version = committed.expireMs() == NEVER ? OFFSET_VERSION : EXPIRING_OFFSET_VERSION;
        OffsetCommitValue value = OffsetCommitValue.builder()
                .offset(committed.offset())
                .leaderEpoch(committed.leaderEpoch())
                .metadata(committed.metadata())
                .commitTimestamp(committed.commitMs())
                .expireTimestamp(committed.expireMs())
                .topicId(committed.topicId())
                .build();
        return bytes(version, value, version);
    }

    private static GroupRecord offset(OffsetCommitKey key, ShardRecord record) {
        ByteBuffer bytes = record.value();
        if (bytes == null) {
            return new OffsetForgotten(key.group(), key.topic(), key.partition());
        }
        Reader reader = new Reader(bytes);
        int version = version(
                reader, OffsetCommitValue.LOWEST_VERSION, OffsetCommitValue.HIGHEST_VERSION, "an offset commit");
        OffsetCommitValue value = OffsetCommitValue.read(reader, version);
        CommittedOffset committed = new CommittedOffset(
                value.offset(),
                value.leaderEpoch(),
                value.metadata(),
                value.commitTimestamp(),
                value.expireTimestamp(),
                value.topicId());
        ProducerInTransaction producer = record.producer();
        return producer == null
                ? new OffsetCommitted(key.group(), key.topic(), key.partition(), committed)
                : new OffsetPending(key.group(), key.topic(), key.partition(), committed, producer);
    }

    private static GroupRecord group(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new ClassicGroupForgotten(groupId);
        }
        // A copy: the members' metadata and assignments are kept, the buffer is not.
        ByteBuffer copy =
                ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        Reader reader = new Reader(copy);
        int version = version(
                reader, GroupMetadataValue.LOWEST_VERSION, GroupMetadataValue.HIGHEST_VERSION, "a classic group");
        return new ClassicGroupStored(groupId, GroupMetadataValue.read(reader, version));
    }

    static int version(Reader reader, int lowest, int highest, String what) {
        int version = reader.int16("record version");
        if (version < lowest || version > highest) {
            throw new MalformedMessageException(
                    what + " in version " + version + ", which is not one of " + lowest + " to " + highest);
        }
        return version;
    }

    static ByteBuffer bytes(int prefix, Message message, int version) {
        ByteBuffer bytes = ByteBuffer.allocate(Short.BYTES + message.size(version));
        Writer writer = new Writer(bytes);
        writer.int16((short) prefix);
        message.write(writer, version);
        writer.finish();
        return bytes;
    }
}
