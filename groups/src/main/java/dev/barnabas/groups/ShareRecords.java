package dev.barnabas.groups;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.ShareRecord.ShareCurrentForgotten;
import dev.barnabas.groups.ShareRecord.ShareCurrentStored;
import dev.barnabas.groups.ShareRecord.ShareGroupForgotten;
import dev.barnabas.groups.ShareRecord.ShareGroupStored;
import dev.barnabas.groups.ShareRecord.ShareMemberForgotten;
import dev.barnabas.groups.ShareRecord.ShareMemberStored;
import dev.barnabas.groups.ShareRecord.ShareMemberTargetForgotten;
import dev.barnabas.groups.ShareRecord.ShareMemberTargetStored;
import dev.barnabas.groups.ShareRecord.ShareTargetForgotten;
import dev.barnabas.groups.ShareRecord.ShareTargetStored;
import dev.barnabas.groups.ShareRecord.ShareTopicsForgotten;
import dev.barnabas.groups.ShareRecord.ShareTopicsStored;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.state.ShareGroupCurrentMemberAssignmentKey;
import dev.barnabas.protocol.state.ShareGroupCurrentMemberAssignmentValue;
import dev.barnabas.protocol.state.ShareGroupMemberMetadataKey;
import dev.barnabas.protocol.state.ShareGroupMemberMetadataValue;
import dev.barnabas.protocol.state.ShareGroupMetadataKey;
import dev.barnabas.protocol.state.ShareGroupMetadataValue;
import dev.barnabas.protocol.state.ShareGroupStatePartitionMetadataKey;
import dev.barnabas.protocol.state.ShareGroupStatePartitionMetadataValue;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMemberKey;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMemberValue;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMetadataKey;
import dev.barnabas.protocol.state.ShareGroupTargetAssignmentMetadataValue;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The formats of the records of share groups in {@code __consumer_offsets}, which are Kafka's. Keys and values are laid
 * out as {@link GroupRecords} says; {@link StoredShare} has the values.
 *
 * <pre>
 * kind  11  the group (epoch, hash of its topics)     12  the epoch of the target
 *       10  a member                                  13  the target of a member
 *       15  of which partitions there are states      14  what a member has
 * </pre>
 */
final class ShareRecords {
    private static final int VERSION = 0;

    private ShareRecords() {}

    static ShardRecord encode(ShareRecord record) {
        return switch (record) {
            case ShareGroupStored it -> stored(groupKey(it.groupId()), StoredShare.group(it));
            case ShareGroupForgotten it -> forgotten(groupKey(it.groupId()));
            case ShareMemberStored it ->
                stored(memberKey(it.groupId(), it.memberId()), StoredShare.member(it.member()));
            case ShareMemberForgotten it -> forgotten(memberKey(it.groupId(), it.memberId()));
            case ShareTargetStored it -> stored(targetKey(it.groupId()), StoredShare.target(it));
            case ShareTargetForgotten it -> forgotten(targetKey(it.groupId()));
            case ShareMemberTargetStored it ->
                stored(memberTargetKey(it.groupId(), it.memberId()), StoredShare.memberTarget(it.target()));
            case ShareMemberTargetForgotten it -> forgotten(memberTargetKey(it.groupId(), it.memberId()));
            case ShareCurrentStored it ->
                stored(currentKey(it.groupId(), it.memberId()), StoredShare.current(it.current()));
            case ShareCurrentForgotten it -> forgotten(currentKey(it.groupId(), it.memberId()));
            case ShareTopicsStored it -> stored(topicsKey(it.groupId()), StoredShare.topics(it.topics()));
            case ShareTopicsForgotten it -> forgotten(topicsKey(it.groupId()));
        };
    }

    /** @param key after the kind */
    static Optional<GroupRecord> decode(short kind, Reader key, @Nullable ByteBuffer bytes) {
        return switch (kind) {
            case ShareGroupMetadataKey.RECORD_TYPE ->
                Optional.of(group(ShareGroupMetadataKey.read(key, VERSION).groupId(), bytes));
            case ShareGroupMemberMetadataKey.RECORD_TYPE ->
                Optional.of(member(ShareGroupMemberMetadataKey.read(key, VERSION), bytes));
            case ShareGroupTargetAssignmentMetadataKey.RECORD_TYPE ->
                Optional.of(target(
                        ShareGroupTargetAssignmentMetadataKey.read(key, VERSION).groupId(), bytes));
            case ShareGroupTargetAssignmentMemberKey.RECORD_TYPE ->
                Optional.of(memberTarget(ShareGroupTargetAssignmentMemberKey.read(key, VERSION), bytes));
            case ShareGroupCurrentMemberAssignmentKey.RECORD_TYPE ->
                Optional.of(current(ShareGroupCurrentMemberAssignmentKey.read(key, VERSION), bytes));
            case ShareGroupStatePartitionMetadataKey.RECORD_TYPE ->
                Optional.of(topics(
                        ShareGroupStatePartitionMetadataKey.read(key, VERSION).groupId(), bytes));
            default -> Optional.empty();
        };
    }

    private static GroupRecord group(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new ShareGroupForgotten(groupId);
        }
        var value = ShareGroupMetadataValue.read(value(bytes, "a share group"), VERSION);
        return new ShareGroupStored(groupId, value.epoch(), value.metadataHash());
    }

    private static GroupRecord member(ShareGroupMemberMetadataKey key, @Nullable ByteBuffer bytes) {
        return bytes == null
                ? new ShareMemberForgotten(key.groupId(), key.memberId())
                : new ShareMemberStored(
                        key.groupId(),
                        key.memberId(),
                        StoredShare.readMember(ShareGroupMemberMetadataValue.read(
                                value(bytes, "a member of a share group"), VERSION)));
    }

    private static GroupRecord target(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new ShareTargetForgotten(groupId);
        }
        var value = ShareGroupTargetAssignmentMetadataValue.read(value(bytes, "a target assignment"), VERSION);
        return new ShareTargetStored(groupId, value.assignmentEpoch(), value.assignmentTimestamp());
    }

    private static GroupRecord memberTarget(ShareGroupTargetAssignmentMemberKey key, @Nullable ByteBuffer bytes) {
        return bytes == null
                ? new ShareMemberTargetForgotten(key.groupId(), key.memberId())
                : new ShareMemberTargetStored(
                        key.groupId(),
                        key.memberId(),
                        StoredShare.readMemberTarget(ShareGroupTargetAssignmentMemberValue.read(
                                value(bytes, "the target of a member"), VERSION)));
    }

    private static GroupRecord current(ShareGroupCurrentMemberAssignmentKey key, @Nullable ByteBuffer bytes) {
        return bytes == null
                ? new ShareCurrentForgotten(key.groupId(), key.memberId())
                : new ShareCurrentStored(
                        key.groupId(),
                        key.memberId(),
                        StoredShare.readCurrent(ShareGroupCurrentMemberAssignmentValue.read(
                                value(bytes, "the assignment of a member"), VERSION)));
    }

    private static GroupRecord topics(String groupId, @Nullable ByteBuffer bytes) {
        return bytes == null
                ? new ShareTopicsForgotten(groupId)
                : new ShareTopicsStored(
                        groupId,
                        StoredShare.readTopics(ShareGroupStatePartitionMetadataValue.read(
                                value(bytes, "the partitions that have states"), VERSION)));
    }

    private static Reader value(ByteBuffer bytes, String what) {
        Reader reader = new Reader(bytes);
        GroupRecords.version(reader, VERSION, VERSION, what);
        return reader;
    }

    private static ShardRecord stored(ByteBuffer key, Message value) {
        return new ShardRecord(key, GroupRecords.bytes(VERSION, value, VERSION));
    }

    private static ShardRecord forgotten(ByteBuffer key) {
        return new ShardRecord(key, null);
    }

    private static ByteBuffer groupKey(String groupId) {
        return key(
                ShareGroupMetadataKey.RECORD_TYPE,
                ShareGroupMetadataKey.builder().groupId(groupId).build());
    }

    private static ByteBuffer memberKey(String groupId, String memberId) {
        return key(
                ShareGroupMemberMetadataKey.RECORD_TYPE,
                ShareGroupMemberMetadataKey.builder()
                        .groupId(groupId)
                        .memberId(memberId)
                        .build());
    }

    private static ByteBuffer targetKey(String groupId) {
        return key(
                ShareGroupTargetAssignmentMetadataKey.RECORD_TYPE,
                ShareGroupTargetAssignmentMetadataKey.builder().groupId(groupId).build());
    }

    private static ByteBuffer memberTargetKey(String groupId, String memberId) {
        return key(
                ShareGroupTargetAssignmentMemberKey.RECORD_TYPE,
                ShareGroupTargetAssignmentMemberKey.builder()
                        .groupId(groupId)
                        .memberId(memberId)
                        .build());
    }

    private static ByteBuffer currentKey(String groupId, String memberId) {
        return key(
                ShareGroupCurrentMemberAssignmentKey.RECORD_TYPE,
                ShareGroupCurrentMemberAssignmentKey.builder()
                        .groupId(groupId)
                        .memberId(memberId)
                        .build());
    }

    private static ByteBuffer topicsKey(String groupId) {
        return key(
                ShareGroupStatePartitionMetadataKey.RECORD_TYPE,
                ShareGroupStatePartitionMetadataKey.builder().groupId(groupId).build());
    }

    private static ByteBuffer key(short kind, Message key) {
        return GroupRecords.bytes(kind, key, VERSION);
    }
}
