package dev.barnabas.groups;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.groups.StreamsRecord.CurrentForgotten;
import dev.barnabas.groups.StreamsRecord.CurrentStored;
import dev.barnabas.groups.StreamsRecord.GroupForgotten;
import dev.barnabas.groups.StreamsRecord.GroupStored;
import dev.barnabas.groups.StreamsRecord.MemberForgotten;
import dev.barnabas.groups.StreamsRecord.MemberStored;
import dev.barnabas.groups.StreamsRecord.MemberTargetForgotten;
import dev.barnabas.groups.StreamsRecord.MemberTargetStored;
import dev.barnabas.groups.StreamsRecord.TargetForgotten;
import dev.barnabas.groups.StreamsRecord.TargetStored;
import dev.barnabas.groups.StreamsRecord.TopologyForgotten;
import dev.barnabas.groups.StreamsRecord.TopologyStored;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.state.StreamsGroupCurrentMemberAssignmentKey;
import dev.barnabas.protocol.state.StreamsGroupCurrentMemberAssignmentValue;
import dev.barnabas.protocol.state.StreamsGroupMemberMetadataKey;
import dev.barnabas.protocol.state.StreamsGroupMemberMetadataValue;
import dev.barnabas.protocol.state.StreamsGroupMetadataKey;
import dev.barnabas.protocol.state.StreamsGroupMetadataValue;
import dev.barnabas.protocol.state.StreamsGroupMetadataValue.LastAssignmentConfig;
import dev.barnabas.protocol.state.StreamsGroupTargetAssignmentMemberKey;
import dev.barnabas.protocol.state.StreamsGroupTargetAssignmentMemberValue;
import dev.barnabas.protocol.state.StreamsGroupTargetAssignmentMetadataKey;
import dev.barnabas.protocol.state.StreamsGroupTargetAssignmentMetadataValue;
import dev.barnabas.protocol.state.StreamsGroupTopologyKey;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The formats of the records of streams groups in {@code __consumer_offsets}, which are Kafka's. Keys and values are
 * laid out as {@link GroupRecords} says.
 *
 * <pre>
 * kind  17  the group (epoch, hash of its topics)     20  the epoch of the target
 *       19  a member                                  21  the target of a member
 *       23  the topology                              22  what a member has
 * </pre>
 */
final class StreamsRecords {
    private static final int VERSION = 0;

    private StreamsRecords() {}

    static ShardRecord encode(StreamsRecord record) {
        return switch (record) {
            case GroupStored it -> stored(StreamsGroupMetadataKey.RECORD_TYPE, groupKey(it.groupId()), group(it));
            case GroupForgotten it -> forgotten(StreamsGroupMetadataKey.RECORD_TYPE, groupKey(it.groupId()));
            case TopologyStored it ->
                stored(StreamsGroupTopologyKey.RECORD_TYPE, topologyKey(it.groupId()), it.topology());
            case TopologyForgotten it -> forgotten(StreamsGroupTopologyKey.RECORD_TYPE, topologyKey(it.groupId()));
            case MemberStored it ->
                stored(
                        StreamsGroupMemberMetadataKey.RECORD_TYPE,
                        memberKey(it.groupId(), it.memberId()),
                        StoredStreams.member(it.member()));
            case MemberForgotten it ->
                forgotten(StreamsGroupMemberMetadataKey.RECORD_TYPE, memberKey(it.groupId(), it.memberId()));
            case TargetStored it ->
                stored(
                        StreamsGroupTargetAssignmentMetadataKey.RECORD_TYPE,
                        targetKey(it.groupId()),
                        StreamsGroupTargetAssignmentMetadataValue.builder()
                                .assignmentEpoch(it.epoch())
                                .assignmentTimestamp(it.assignedMs())
                                .build());
            case TargetForgotten it ->
                forgotten(StreamsGroupTargetAssignmentMetadataKey.RECORD_TYPE, targetKey(it.groupId()));
            case MemberTargetStored it ->
                stored(
                        StreamsGroupTargetAssignmentMemberKey.RECORD_TYPE,
                        memberTargetKey(it.groupId(), it.memberId()),
                        StoredStreams.target(it.target()));
            case MemberTargetForgotten it ->
                forgotten(
                        StreamsGroupTargetAssignmentMemberKey.RECORD_TYPE,
                        memberTargetKey(it.groupId(), it.memberId()));
            case CurrentStored it ->
                stored(
                        StreamsGroupCurrentMemberAssignmentKey.RECORD_TYPE,
                        currentKey(it.groupId(), it.memberId()),
                        StoredStreams.current(it.current()));
            case CurrentForgotten it ->
                forgotten(StreamsGroupCurrentMemberAssignmentKey.RECORD_TYPE, currentKey(it.groupId(), it.memberId()));
        };
    }

    /** @param key after the kind */
    static Optional<GroupRecord> decode(short kind, Reader key, @Nullable ByteBuffer bytes) {
        return switch (kind) {
            case StreamsGroupMetadataKey.RECORD_TYPE ->
                Optional.of(group(StreamsGroupMetadataKey.read(key, VERSION).groupId(), bytes));
            case StreamsGroupTopologyKey.RECORD_TYPE ->
                Optional.of(topology(StreamsGroupTopologyKey.read(key, VERSION).groupId(), bytes));
            case StreamsGroupMemberMetadataKey.RECORD_TYPE ->
                Optional.of(member(StreamsGroupMemberMetadataKey.read(key, VERSION), bytes));
            case StreamsGroupTargetAssignmentMetadataKey.RECORD_TYPE ->
                Optional.of(target(
                        StreamsGroupTargetAssignmentMetadataKey.read(key, VERSION)
                                .groupId(),
                        bytes));
            case StreamsGroupTargetAssignmentMemberKey.RECORD_TYPE ->
                Optional.of(memberTarget(StreamsGroupTargetAssignmentMemberKey.read(key, VERSION), bytes));
            case StreamsGroupCurrentMemberAssignmentKey.RECORD_TYPE ->
                Optional.of(current(StreamsGroupCurrentMemberAssignmentKey.read(key, VERSION), bytes));
            default -> Optional.empty();
        };
    }

    private static StreamsGroupMetadataValue group(GroupStored group) {
        return StreamsGroupMetadataValue.builder()
                .epoch(group.epoch())
                .metadataHash(group.metadataHash())
                .validatedTopologyEpoch(group.validatedTopologyEpoch())
                .lastAssignmentConfigs(new TreeMap<>(group.settings())
                        .entrySet().stream()
                                .map(setting -> new LastAssignmentConfig(setting.getKey(), setting.getValue()))
                                .toList())
                .build();
    }

    private static GroupRecord group(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new GroupForgotten(groupId);
        }
        var value = StreamsGroupMetadataValue.read(value(bytes, "a streams group"), VERSION);
        Map<String, String> settings = new HashMap<>();
        List<LastAssignmentConfig> stored = value.lastAssignmentConfigs();
        if (stored != null) {
            stored.forEach(setting -> settings.put(setting.key(), setting.value()));
        }
        return new GroupStored(groupId, value.epoch(), value.metadataHash(), value.validatedTopologyEpoch(), settings);
    }

    private static GroupRecord topology(String groupId, @Nullable ByteBuffer bytes) {
        return bytes == null
                ? new TopologyForgotten(groupId)
                : new TopologyStored(groupId, StreamsGroupTopologyValue.read(value(bytes, "a topology"), VERSION));
    }

    private static GroupRecord member(StreamsGroupMemberMetadataKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new MemberForgotten(key.groupId(), key.memberId());
        }
        var value = StreamsGroupMemberMetadataValue.read(value(bytes, "a member of a streams group"), VERSION);
        return new MemberStored(key.groupId(), key.memberId(), StoredStreams.readMember(value));
    }

    private static GroupRecord target(String groupId, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new TargetForgotten(groupId);
        }
        var value = StreamsGroupTargetAssignmentMetadataValue.read(value(bytes, "a target of tasks"), VERSION);
        return new TargetStored(groupId, value.assignmentEpoch(), value.assignmentTimestamp());
    }

    private static GroupRecord memberTarget(StreamsGroupTargetAssignmentMemberKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new MemberTargetForgotten(key.groupId(), key.memberId());
        }
        var value = StreamsGroupTargetAssignmentMemberValue.read(value(bytes, "the tasks a member is to get"), VERSION);
        return new MemberTargetStored(key.groupId(), key.memberId(), StoredStreams.readTarget(value));
    }

    private static GroupRecord current(StreamsGroupCurrentMemberAssignmentKey key, @Nullable ByteBuffer bytes) {
        if (bytes == null) {
            return new CurrentForgotten(key.groupId(), key.memberId());
        }
        var value = StreamsGroupCurrentMemberAssignmentValue.read(value(bytes, "the tasks of a member"), VERSION);
        return new CurrentStored(key.groupId(), key.memberId(), StoredStreams.readCurrent(value));
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
        return StreamsGroupMetadataKey.builder().groupId(groupId).build();
    }

    private static Message topologyKey(String groupId) {
        return StreamsGroupTopologyKey.builder().groupId(groupId).build();
    }

    private static Message memberKey(String groupId, String memberId) {
        return StreamsGroupMemberMetadataKey.builder()
                .groupId(groupId)
                .memberId(memberId)
                .build();
    }

    private static Message targetKey(String groupId) {
        return StreamsGroupTargetAssignmentMetadataKey.builder()
                .groupId(groupId)
                .build();
    }

    private static Message memberTargetKey(String groupId, String memberId) {
        return StreamsGroupTargetAssignmentMemberKey.builder()
                .groupId(groupId)
                .memberId(memberId)
                .build();
    }

    private static Message currentKey(String groupId, String memberId) {
        return StreamsGroupCurrentMemberAssignmentKey.builder()
                .groupId(groupId)
                .memberId(memberId)
                .build();
    }
}
