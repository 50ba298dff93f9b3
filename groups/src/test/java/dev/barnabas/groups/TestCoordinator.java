package dev.barnabas.groups;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.TransactionEnd;
import dev.barnabas.coordinator.VirtualLoop;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** A group coordinator on partitions in memory, whose time passes when the test says so. */
final class TestCoordinator implements Backend {
    static final int PARTITIONS = 3;

    final VirtualLoop loop = new VirtualLoop();
    private final MemoryTopics topics = new MemoryTopics();
    final MemoryShareStates shareStates = new MemoryShareStates();
    private ShareGroupSettings shares = ShareGroupSettings.DEFAULTS;
    final GroupCoordinator groups;
    private final TreeMap<Integer, MemoryShardLog> logs = new TreeMap<>();

    TestCoordinator(GroupSettings settings, long seed) {
        this(settings, ConsumerSettings.DEFAULTS, seed);
    }

    TestCoordinator(GroupSettings settings, ConsumerSettings consumers, long seed) {
        this(settings, consumers, StreamsSettings.DEFAULTS, seed);
    }

    TestCoordinator(GroupSettings settings, ConsumerSettings consumers, StreamsSettings streams, long seed) {
        groups = new GroupCoordinator(
                settings,
                _ -> consumers,
                _ -> shares,
                shareStates,
                _ -> streams,
                topics,
                new SeededEntropy(seed),
                () -> PARTITIONS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            elect(partition, new MemoryShardLog(loop), true);
        }
        loop.turn();
    }

    void shareSettings(ShareGroupSettings changed) {
        shares = changed;
    }

    @Override
    public void reload() {
        startReload();
        finishReload();
    }

    /** The leader of one partition is lost, with everything that is not committed. */
    void loseLeader(int partition) {
        elect(partition, log(partition).next(false), true);
        loop.turn();
    }

    /** As {@link #reload}, but nothing is read yet. */
    void startReload() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            elect(partition, log(partition).next(true), false);
        }
        loop.turn();
    }

    void finishReload() {
        eachLog(log -> log.reads(true));
        loop.turn();
    }

    private void elect(int partition, MemoryShardLog log, boolean reads) {
        log.reads(reads);
        logs.put(partition, log);
        groups.elected(partition, log);
    }

    @Override
    public void join(JoinGroupRequest request, Caller caller, Consumer<JoinGroupResponse> then) {
        groups.join(
                onTheWire(request, caller.apiVersion(), JoinGroupRequest::read),
                caller,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), JoinGroupResponse::read)));
    }

    @Override
    public void sync(SyncGroupRequest request, Consumer<SyncGroupResponse> then) {
        // Only since version 5 has the protocol to be named.
        int version = request.protocolType() == null || request.protocolName() == null ? 4 : 5;
        groups.sync(
                onTheWire(request, version, SyncGroupRequest::read),
                new Caller("", "", version),
                loop,
                answer -> then.accept(onTheWire(answer, version, SyncGroupResponse::read)));
    }

    @Override
    public void heartbeat(HeartbeatRequest request, Consumer<HeartbeatResponse> then) {
        groups.heartbeat(
                onTheWire(request, 4, HeartbeatRequest::read),
                loop,
                answer -> then.accept(onTheWire(answer, 4, HeartbeatResponse::read)));
    }

    @Override
    public void consumerHeartbeat(
            ConsumerGroupHeartbeatRequest request, Caller caller, Consumer<ConsumerGroupHeartbeatResponse> then) {
        groups.consumerHeartbeat(
                onTheWire(request, caller.apiVersion(), ConsumerGroupHeartbeatRequest::read),
                caller,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), ConsumerGroupHeartbeatResponse::read)));
    }

    @Override
    public void consumerDescribe(ConsumerGroupDescribeRequest request, Consumer<ConsumerGroupDescribeResponse> then) {
        groups.consumerDescribe(
                onTheWire(request, 1, ConsumerGroupDescribeRequest::read),
                loop,
                answer -> then.accept(onTheWire(answer, 1, ConsumerGroupDescribeResponse::read)));
    }

    @Override
    public void streamsHeartbeat(StreamsGroupHeartbeatRequest request, Caller caller, Consumer<StreamsAnswer> then) {
        groups.streamsHeartbeat(
                onTheWire(request, caller.apiVersion(), StreamsGroupHeartbeatRequest::read),
                caller,
                loop,
                answer -> then.accept(new StreamsAnswer(
                        onTheWire(answer.response(), caller.apiVersion(), StreamsGroupHeartbeatResponse::read),
                        answer.missing())));
    }

    @Override
    public void streamsDescribe(StreamsGroupDescribeRequest request, Consumer<StreamsGroupDescribeResponse> then) {
        groups.streamsDescribe(
                onTheWire(request, 1, StreamsGroupDescribeRequest::read),
                loop,
                answer -> then.accept(onTheWire(answer, 1, StreamsGroupDescribeResponse::read)));
    }

    @Override
    public void leave(LeaveGroupRequest request, Caller caller, Consumer<LeaveGroupResponse> then) {
        groups.leave(
                onTheWire(request, caller.apiVersion(), LeaveGroupRequest::read),
                caller,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), LeaveGroupResponse::read)));
    }

    @Override
    public void commit(OffsetCommitRequest request, Caller caller, Consumer<OffsetCommitResponse> then) {
        groups.commitOffsets(
                onTheWire(request, caller.apiVersion(), OffsetCommitRequest::read),
                caller,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), OffsetCommitResponse::read)));
    }

    @Override
    public void commitInTransaction(
            TxnOffsetCommitRequest request, Caller caller, Consumer<TxnOffsetCommitResponse> then) {
        groups.commitTransactionalOffsets(
                onTheWire(request, caller.apiVersion(), TxnOffsetCommitRequest::read),
                caller,
                0,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), TxnOffsetCommitResponse::read)));
    }

    @Override
    public void endTransaction(long producerId, short producerEpoch, boolean committed) {
        eachLog(log -> log.end(new TransactionEnd(producerId, producerEpoch, committed)));
    }

    @Override
    public void fetch(OffsetFetchRequest request, Caller caller, Consumer<OffsetFetchResponse> then) {
        groups.fetchOffsets(
                onTheWire(request, caller.apiVersion(), OffsetFetchRequest::read),
                caller,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), OffsetFetchResponse::read)));
    }

    @Override
    public void deleteOffsets(OffsetDeleteRequest request, Consumer<OffsetDeleteResponse> then) {
        groups.deleteOffsets(
                onTheWire(request, 0, OffsetDeleteRequest::read),
                loop,
                answer -> then.accept(onTheWire(answer, 0, OffsetDeleteResponse::read)));
    }

    @Override
    public void describe(DescribeGroupsRequest request, Caller caller, Consumer<DescribeGroupsResponse> then) {
        groups.describe(
                onTheWire(request, caller.apiVersion(), DescribeGroupsRequest::read),
                caller,
                loop,
                answer -> then.accept(onTheWire(answer, caller.apiVersion(), DescribeGroupsResponse::read)));
    }

    @Override
    public void list(ListGroupsRequest request, Consumer<ListGroupsResponse> then) {
        groups.list(
                onTheWire(request, 5, ListGroupsRequest::read),
                loop,
                answer -> then.accept(onTheWire(answer, 5, ListGroupsResponse::read)));
    }

    @Override
    public void delete(DeleteGroupsRequest request, Consumer<DeleteGroupsResponse> then) {
        groups.delete(
                onTheWire(request, 3, DeleteGroupsRequest::read),
                loop,
                answer -> then.accept(onTheWire(answer, 3, DeleteGroupsResponse::read)));
    }

    @Override
    public List<ShardRecord> records() {
        return logs.values().stream().flatMap(log -> log.records().stream()).toList();
    }

    @Override
    public MemoryTopics topics() {
        return topics;
    }

    @Override
    public void deleteTopic(String name) {
        groups.topicsDeleted(Map.of(name, topics.delete(name)));
    }

    /** What arrives at the other end. */
    private static <M extends Message> M onTheWire(M message, int version, BiFunction<Reader, Integer, M> read) {
        return read.apply(new Reader(Encoded.message(message, version).flatten()), version);
    }

    MemoryShardLog log(int partition) {
        return Objects.requireNonNull(logs.get(partition));
    }

    MemoryShardLog logOf(String groupId) {
        return log(GroupCoordinator.partitionOf(groupId, PARTITIONS));
    }

    void eachLog(Consumer<MemoryShardLog> action) {
        logs.values().forEach(action);
    }

    GroupShard shardOf(String groupId) {
        int partition = GroupCoordinator.partitionOf(groupId, PARTITIONS);
        return List.copyOf(groups.hosts()).get(partition).shard();
    }

    @Override
    public void pass(Duration time) {
        loop.advance(time);
    }
}
