package dev.barnabas.groups;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.ConsumerRecord.CurrentForgotten;
import dev.barnabas.groups.ConsumerRecord.CurrentStored;
import dev.barnabas.groups.ConsumerRecord.GroupForgotten;
import dev.barnabas.groups.ConsumerRecord.GroupStored;
import dev.barnabas.groups.ConsumerRecord.MemberForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberStored;
import dev.barnabas.groups.ConsumerRecord.MemberTargetForgotten;
import dev.barnabas.groups.ConsumerRecord.MemberTargetStored;
import dev.barnabas.groups.ConsumerRecord.PatternForgotten;
import dev.barnabas.groups.ConsumerRecord.PatternStored;
import dev.barnabas.groups.ConsumerRecord.TargetForgotten;
import dev.barnabas.groups.ConsumerRecord.TargetStored;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.state.ConsumerGroupCurrentMemberAssignmentKey;
import dev.barnabas.protocol.state.ConsumerGroupCurrentMemberAssignmentValue;
import dev.barnabas.protocol.state.ConsumerGroupMemberMetadataKey;
import dev.barnabas.protocol.state.ConsumerGroupMemberMetadataValue;
import dev.barnabas.protocol.state.ConsumerGroupMetadataKey;
import dev.barnabas.protocol.state.ConsumerGroupMetadataValue;
import dev.barnabas.protocol.state.ConsumerGroupRegularExpressionKey;
import dev.barnabas.protocol.state.ConsumerGroupRegularExpressionValue;
import dev.barnabas.protocol.state.ConsumerGroupTargetAssignmentMemberKey;
import dev.barnabas.protocol.state.ConsumerGroupTargetAssignmentMemberValue;
import dev.barnabas.protocol.state.ConsumerGroupTargetAssignmentMetadataKey;
import dev.barnabas.protocol.state.ConsumerGroupTargetAssignmentMetadataValue;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The formats of the records of consumer groups in {@code __consumer_offsets}, which are Kafka's. Keys and values are
 * laid out as {@link GroupRecords} says.
 *
 * <pre>
 * kind   3  the group (epoch, hash of its topics)     6  the epoch of the target
 *        5  a member                                  7  the target of a member
 *       16  a regular expression and its topics       8  what a member has
 *        4  topics, before Kafka 4.1; left alone: the hash has replaced it
 * </pre>
 */
final class ConsumerRecords {
    private static final int VERSION = 0;

    private ConsumerRecords() {}

    static ShardRecord encode(ConsumerRecord record) {
        return switch (record) {
            case GroupStored it ->
                stored(
                        ConsumerGroupMetadataKey.RECORD_TYPE,
                        groupKey(it.groupId()),
                        ConsumerGroupMetadataValue.builder()
                                .epoch(it.epoch())
                                .metadataHash(it.metadataHash())
                                .build());
            case GroupForgotten it -> forgotten(ConsumerGroupMetadataKey.RECORD_TYPE, groupKey(it.groupId()));
            case MemberStored it ->
                stored(
                        ConsumerGroupMemberMetadataKey.RECORD_TYPE,
                        memberKey(it.groupId(), it.memberId()),
                        StoredConsumer.member(it.member()));
            case MemberForgotten it ->
                forgotten(ConsumerGroupMemberMetadataKey.RECORD_TYPE, memberKey(it.groupId(), it.memberId()));
            case TargetStored it ->
                stored(
                        ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE,
                        targetKey(it.groupId()),
                        ConsumerGroupTargetAssignmentMetadataValue.builder()
                                .assignmentEpoch(it.epoch())
                                .assignmentTimestamp(it.assignedMs())
                                .build());
            case TargetForgotten it ->
                forgotten(ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE, targetKey(it.groupId()));
            case MemberTargetStored it ->
                stored(
                        ConsumerGroupTargetAssignmentMemberKey.RECORD_TYPE,
                        memberTargetKey(it.groupId(), it.memberId()),
                        StoredConsumer.target(it.target()));
            case MemberTargetForgotten it ->
                forgotten(
                        ConsumerGroupTargetAssignmentMemberKey.RECORD_TYPE,
                        memberTargetKey(it.groupId(), it.memberId()));
            case CurrentStored it ->
                stored(
                        ConsumerGroupCurrentMemberAssignmentKey.RECORD_TYPE,
                        currentKey(it.groupId(), it.memberId()),
                        StoredConsumer.current(it.current()));
            case CurrentForgotten it ->
                forgotten(ConsumerGroupCurrentMemberAssignmentKey.RECORD_TYPE, currentKey(it.groupId(), it.memberId()));
            case PatternStored it ->
                stored(
                        ConsumerGroupRegularExpressionKey.RECORD_TYPE,
                        patternKey(it.groupId(), it.pattern()),
                        ConsumerGroupRegularExpressionValue.builder()
                                .topics(List.copyOf(it.topics()))
                                .version(it.version())
                                .timestamp(it.matchedMs())
                                .build());
            case PatternForgotten it ->
                forgotten(ConsumerGroupRegularExpressionKey.RECORD_TYPE, patternKey(it.groupId(), it.pattern()));
        };
    }

    /** @param key after the kind */
    static Optional<GroupRecord> decode(short kind, Reader key, @Nullable ByteBuffer bytes) {
        return switch (kind) {
            case ConsumerGroupMetadataKey.RECORD_TYPE ->
                Optional.of(group(ConsumerGroupMetadataKey.read(key, VERSION).groupId(), bytes));
            case ConsumerGroupMemberMetadataKey.RECORD_TYPE ->
                Optional.of(member(ConsumerGroupMemberMetadataKey.read(key, VERSION), bytes));
            case ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE ->
                Optional.of(target(
                        ConsumerGroupTargetAssignmentMetadataKey.read(key, VERSION)
                                .groupId(),
                        bytes));
            case ConsumerGroupTargetAssignmentMemberKey.RECORD_TYPE ->
                Optional.of(memberTarget(ConsumerGroupTargetAssignmentMemberKey.read(key, VERSION), bytes));
            case ConsumerGroupCurrentMemberAssignmentKey.RECORD_TYPE ->
                Optional.of(current(ConsumerGroupCurrentMemberAssignmentKey.read(key, VERSION), bytes));
            case ConsumerGroupRegularExpressionKey.RECORD_TYPE ->
                Optional.of(pattern(ConsumerGroupRegularExpressionKey.read(key, VERSION), bytes));
            default -> Optional.empty();
        };
    }

    private static GroupRecord group(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new GroupForgotten(groupId);
        }
        var value = ConsumerGroupMetadataValue.read(value(bytes, "a consumer group"), VERSION);
        return new GroupStored(groupId, value.epoch(), value.metadataHash());
    }

    private static GroupRecord member(ConsumerGroupMemberMetadataKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new MemberForgotten(key.groupId(), key.memberId());
        }
        // A copy: what a classic member says is kept, the buffer is not.
        Reader value = value(Bytes.copyOf(bytes), "a member of a consumer group");
        return new MemberStored(
                key.groupId(),
                key.memberId(),
                StoredConsumer.readMember(ConsumerGroupMemberMetadataValue.read(value, VERSION)));
    }

    private static GroupRecord target(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new TargetForgotten(groupId);
        }
        var value = ConsumerGroupTargetAssignmentMetadataValue.read(value(bytes, "a target assignment"), VERSION);
        return new TargetStored(groupId, value.assignmentEpoch(), value.assignmentTimestamp());
    }

    private static GroupRecord memberTarget(ConsumerGroupTargetAssignmentMemberKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new MemberTargetForgotten(key.groupId(), key.memberId());
        }
        var value = ConsumerGroupTargetAssignmentMemberValue.read(value(bytes, "the target of a member"), VERSION);
        return new MemberTargetStored(key.groupId(), key.memberId(), StoredConsumer.readTarget(value));
    }

    private static GroupRecord current(ConsumerGroupCurrentMemberAssignmentKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new CurrentForgotten(key.groupId(), key.memberId());
        }
        var value = ConsumerGroupCurrentMemberAssignmentValue.read(value(bytes, "the assignment of a member"), VERSION);
        return new CurrentStored(key.groupId(), key.memberId(), StoredConsumer.readCurrent(value));
    }

    private static GroupRecord pattern(ConsumerGroupRegularExpressionKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new PatternForgotten(key.groupId(), key.regularExpression());
        }
        var value = ConsumerGroupRegularExpressionValue.read(value(bytes, "a regular expression"), VERSION);
        return new PatternStored(
                key.groupId(),
                key.regularExpression(),
                new TreeSet<>(value.topics()),
                value.version(),
                value.timestamp());
    }

    private static Reader value(ByteBuffer bytes, String what) {
        Reader reader = new Reader(bytes);
        GroupRecords.version(reader, VERSION, VERSION, what);
        return reader;
    }

    private static ShardRecord stored(short kind, Message key, Message value) {
        return new ShardRecord(
                GroupRecords.bytes(kind, key, VERSION), GroupRecords.bytes((short) VERSION, value, VERSION));
    }

    private static ShardRecord forgotten(short kind, Message key) {
        return new ShardRecord(GroupRecords.bytes(kind, key, VERSION), null);
    }

    private static Message groupKey(String groupId) {
        return ConsumerGroupMetadataKey.builder().groupId(groupId).build();
    }

    private static Message memberKey(String groupId, String memberId) {
        return ConsumerGroupMemberMetadataKey.builder()
                .groupId(groupId)
                .memberId(memberId)
                .build();
    }

    private static Message targetKey(String groupId) {
        return ConsumerGroupTargetAssignmentMetadataKey.builder()
                .groupId(groupId)
                .build();
    }

    private static Message memberTargetKey(String groupId, String memberId) {
        return ConsumerGroupTargetAssignmentMemberKey.builder()
                .groupId(groupId)
                .memberId(memberId)
                .build();
    }

    private static Message currentKey(String groupId, String memberId) {
        return ConsumerGroupCurrentMemberAssignmentKey.builder()
                .groupId(groupId)
                .memberId(memberId)
                .build();
    }

    private static Message patternKey(String groupId, String pattern) {
        return ConsumerGroupRegularExpressionKey.builder()
                .groupId(groupId)
                .regularExpression(pattern)
                .build();
    }
}
