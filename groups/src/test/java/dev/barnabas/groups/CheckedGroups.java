package dev.barnabas.groups;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.coordinator.ShardHost;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.coordinator.TransactionEnd;
import dev.barnabas.coordinator.VirtualLoop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
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
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** One {@link CheckedShard} in its host, without the coordinator around it. */
final class CheckedGroups implements Backend {
    private final VirtualLoop loop = new VirtualLoop();
    private final MemoryTopics topics = new MemoryTopics();
    private final GroupSettings settings;
    private MemoryShardLog log = new MemoryShardLog(loop);
    private ShardHost<CheckedShard, GroupRecord, GroupChange, GroupTimer> host;

    CheckedGroups(GroupSettings settings) {
        this.settings = settings;
        this.host = newHost();
    }

    private ShardHost<CheckedShard, GroupRecord, GroupChange, GroupTimer> newHost() {
        CheckedShard shard = new CheckedShard(() -> new GroupShard(
                settings,
                _ -> ConsumerSettings.DEFAULTS,
                _ -> ShareGroupSettings.DEFAULTS,
                _ -> StreamsSettings.DEFAULTS,
                topics,
                new SeededEntropy(1),
                new ShareFollowUps(new MemoryShareStates(), loop, (_, _, _) -> {})));
        ShardHost<CheckedShard, GroupRecord, GroupChange, GroupTimer> started =
                new ShardHost<>(shard, log, settings.commitTimeoutMs());
        started.start();
        loop.turn();
        return started;
    }

    @Override
    public void reload() {
        host.close();
        log = log.next(true);
        host = newHost();
    }

    private <A> void decide(
            String groupId,
            Function<ErrorCode, A> refusal,
            Consumer<A> then,
            Function<Ticket<A>, GroupOperation> operation) {
        Ticket<A> ticket = new Ticket<>(refusal, then);
        GroupOperation decided = operation.apply(ticket);
        host.decide(groupId, ticket, (shard, nowMs) -> shard.decide(decided, nowMs));
        loop.turn();
        host.shard().checkReplica();
    }

    @Override
    public void join(JoinGroupRequest request, Caller caller, Consumer<JoinGroupResponse> then) {
        decide(
                request.groupId(),
                error -> JoinGroup.refusal(request.memberId(), error),
                then,
                ticket -> new JoinGroup(request, caller, ticket));
    }

    @Override
    public void sync(SyncGroupRequest request, Consumer<SyncGroupResponse> then) {
        decide(request.groupId(), SyncGroup::refusal, then, ticket -> new SyncGroup(request, ticket));
    }

    @Override
    public void heartbeat(HeartbeatRequest request, Consumer<HeartbeatResponse> then) {
        decide(request.groupId(), Heartbeat::refusal, then, ticket -> new Heartbeat(request, ticket));
    }

    @Override
    public void consumerHeartbeat(
            ConsumerGroupHeartbeatRequest request, Caller caller, Consumer<ConsumerGroupHeartbeatResponse> then) {
        Optional<ConsumerGroupHeartbeatResponse> refused =
                ConsumerHeartbeat.refusalOf(request, caller.apiVersion(), ConsumerSettings.DEFAULTS.assignors());
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        decide(
                request.groupId(),
                error -> ConsumerHeartbeat.refusal(error, null),
                then,
                ticket -> new ConsumerHeartbeat(request, caller, ticket));
    }

    @Override
    public void consumerDescribe(ConsumerGroupDescribeRequest request, Consumer<ConsumerGroupDescribeResponse> then) {
        List<ConsumerGroupDescribeResponse.DescribedGroup> answers = new ArrayList<>();
        request.groupIds()
                .forEach(groupId -> decide(
                        groupId,
                        error -> ConsumerDescribe.refusal(groupId, error),
                        answers::add,
                        ticket -> new ConsumerDescribe(groupId, ticket)));
        then.accept(ConsumerGroupDescribeResponse.builder().groups(answers).build());
    }

    @Override
    public void streamsHeartbeat(StreamsGroupHeartbeatRequest request, Caller caller, Consumer<StreamsAnswer> then) {
        Optional<StreamsAnswer> refused = StreamsHeartbeat.refusalOf(request);
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        decide(
                request.groupId(),
                error -> StreamsHeartbeat.refusal(error, null),
                then,
                ticket -> new StreamsHeartbeat(request, caller, ticket));
    }

    @Override
    public void streamsDescribe(StreamsGroupDescribeRequest request, Consumer<StreamsGroupDescribeResponse> then) {
        List<StreamsGroupDescribeResponse.DescribedGroup> answers = new ArrayList<>();
        request.groupIds()
                .forEach(groupId -> decide(
                        groupId,
                        error -> StreamsDescribe.refusal(groupId, error),
                        answers::add,
                        ticket -> new StreamsDescribe(groupId, false, ticket)));
        then.accept(StreamsGroupDescribeResponse.builder().groups(answers).build());
    }

    @Override
    public void leave(LeaveGroupRequest request, Caller caller, Consumer<LeaveGroupResponse> then) {
        decide(request.groupId(), LeaveGroup::refusal, then, ticket -> new LeaveGroup(request, caller, ticket));
    }

    @Override
    public void commit(OffsetCommitRequest request, Caller caller, Consumer<OffsetCommitResponse> then) {
        decide(
                request.groupId(),
                error -> OffsetCommit.refusal(request, error),
                then,
                ticket -> new OffsetCommit(request, caller, ticket));
    }

    @Override
    public void commitInTransaction(
            TxnOffsetCommitRequest request, Caller caller, Consumer<TxnOffsetCommitResponse> then) {
        decide(
                request.groupId(),
                error -> TxnOffsetCommit.refusal(request, error),
                then,
                ticket -> new TxnOffsetCommit(request, caller, 0, ticket));
    }

    @Override
    public void endTransaction(long producerId, short producerEpoch, boolean committed) {
        log.end(new TransactionEnd(producerId, producerEpoch, committed));
        loop.turn();
        host.shard().checkReplica();
    }

    @Override
    public void fetch(OffsetFetchRequest request, Caller caller, Consumer<OffsetFetchResponse> then) {
        List<OffsetFetchResponseGroup> answers = new ArrayList<>();
        request.groups()
                .forEach(group -> decide(
                        group.groupId(),
                        error -> OffsetFetch.refusal(group, error),
                        answers::add,
                        ticket -> new OffsetFetch(group, request.requireStable(), caller, ticket)));
        then.accept(OffsetFetchResponse.builder().groups(answers).build());
    }

    @Override
    public void deleteOffsets(OffsetDeleteRequest request, Consumer<OffsetDeleteResponse> then) {
        decide(request.groupId(), OffsetDelete::refusal, then, ticket -> new OffsetDelete(request, ticket));
    }

    @Override
    public void describe(DescribeGroupsRequest request, Caller caller, Consumer<DescribeGroupsResponse> then) {
        List<DescribedGroup> answers = new ArrayList<>();
        request.groups()
                .forEach(groupId -> decide(
                        groupId,
                        error -> DescribeGroup.refusal(groupId, error),
                        answers::add,
                        ticket -> new DescribeGroup(groupId, caller, ticket)));
        then.accept(DescribeGroupsResponse.builder().groups(answers).build());
    }

    @Override
    public void list(ListGroupsRequest request, Consumer<ListGroupsResponse> then) {
        decide("", ListGroups::refusal, then, ticket -> new ListGroups(request, ticket));
    }

    @Override
    public void delete(DeleteGroupsRequest request, Consumer<DeleteGroupsResponse> then) {
        List<DeletableGroupResult> answers = new ArrayList<>();
        request.groupsNames()
                .forEach(groupId -> decide(
                        groupId,
                        error -> DeleteGroup.answer(groupId, error),
                        answers::add,
                        ticket -> new DeleteGroup(groupId, ticket)));
        then.accept(DeleteGroupsResponse.builder().results(answers).build());
    }

    @Override
    public List<ShardRecord> records() {
        return log.records();
    }

    @Override
    public MemoryTopics topics() {
        return topics;
    }

    @Override
    public void deleteTopic(String name) {
        Uuid id = topics.delete(name);
        Ticket<ErrorCode> nobody = new Ticket<>(error -> error, _ -> {});
        host.read(nobody, (checked, _) -> Expiry.topicsDeleted(checked.shard, Map.of(name, id)));
    }

    @Override
    public void pass(Duration time) {
        loop.advance(time);
        host.shard().checkReplica();
    }
}
