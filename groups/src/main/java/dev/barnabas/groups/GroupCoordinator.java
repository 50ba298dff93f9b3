package dev.barnabas.groups;

import dev.barnabas.coordinator.AppendErrors;
import dev.barnabas.coordinator.Gather;
import dev.barnabas.coordinator.ProducerInTransaction;
import dev.barnabas.coordinator.ShardCounts;
import dev.barnabas.coordinator.ShardHost;
import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.coordinator.Shards;
import dev.barnabas.coordinator.Ticket;
import dev.barnabas.host.Entropy;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup;
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
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;

/**
 * The group coordinator of this node: what the broker calls. It checks what needs no group, finds the shard that keeps
 * the group, on whatever loop that is, and brings the answer back to the loop of the caller.
 *
 * <p>Each method returns before it is answered; the answer comes once, on the loop that is given, and has the shape of
 * the version that the caller speaks. Nothing that is given with a request is kept but copies, so the frame that it
 * came in may be released when the method returns. Authorisation and throttling are the broker's.
 */
public final class GroupCoordinator {
    /** Before, there has to be a protocol name in every answer. */
    private static final int NULL_PROTOCOL_NAME_SINCE = 7;

    private final GroupSettings settings;
    private final ConsumerSettings.OfGroup consumers;
    private final ShareGroupSettings.OfGroup shares;
    private final StreamsSettings.OfGroup streams;
    private final IntSupplier partitions;
    private final Shards<GroupShard, GroupRecord, GroupChange, GroupTimer> shards;
    private final GroupCounters counters = new GroupCounters();
    private volatile Consumer<String> rebalances = _ -> {};

    /**
     * @param consumers the settings of each group of the consumer protocol
     * @param shares the settings of each share group
     * @param states where it is kept how far share groups have come
     * @param streams the settings of each streams group
     * @param topics for the names and ids in requests, and to forget offsets of what does not exist any more
     * @param entropy for member ids
     * @param partitions how many partitions {@code __consumer_offsets} has; 0 while it does not exist. Asked on any
     *     loop
     */
    public GroupCoordinator(
            GroupSettings settings,
            ConsumerSettings.OfGroup consumers,
            ShareGroupSettings.OfGroup shares,
            ShareStates states,
            StreamsSettings.OfGroup streams,
            Topics topics,
            Entropy entropy,
            IntSupplier partitions) {
        this.settings = settings;
        this.consumers = consumers;
        this.streams = streams;
        this.shares = shares;
        this.partitions = partitions;
        this.shards = new Shards<>(
                log -> new GroupShard(
                                settings,
                                consumers,
                                shares,
                                streams,
                                topics,
                                entropy,
                                new ShareFollowUps(states, log.loop(), this::decide))
                        .telling(groupId -> rebalances.accept(groupId), counters),
                settings.commitTimeoutMs());
    }

    /**
     * Whoever holds back answers to heartbeats ({@link #heartbeat}) asks again when it is told of their group.
     *
     * @param listener told of a group, by its id, when members that speak the classic protocol may have to join again;
     *     on the loop of the group's shard
     */
    public void onRebalance(Consumer<String> listener) {
        rebalances = listener;
    }

    /** The partition of {@code __consumer_offsets} whose leader coordinates a group. */
    public static int partitionOf(String groupId, int partitions) {
        return Shards.partitionOf(groupId, partitions);
    }

    /** This node leads a partition of {@code __consumer_offsets} from now on, or in a new epoch. On its loop. */
    public void elected(int partition, ShardLog log) {
        shards.elected(partition, log);
    }

    /** This node does not lead the partition (any more). On its loop. */
    public void resigned(int partition) {
        shards.resigned(partition);
    }

    /** Topics were deleted: their offsets are forgotten. From any loop. */
    public void topicsDeleted(Map<String, Uuid> deleted) {
        for (ShardHost<GroupShard, GroupRecord, GroupChange, GroupTimer> host : shards.hosts()) {
            Ticket<ErrorCode> nobodyAsked = new Ticket<>(error -> error, _ -> {});
            shards.read(host, nobodyAsked, (shard, _) -> Expiry.topicsDeleted(shard, deleted));
        }
    }

    public void join(JoinGroupRequest request, Caller caller, Loop loop, Consumer<JoinGroupResponse> then) {
        Consumer<JoinGroupResponse> answer = response -> then.accept(asVersion(response, caller.apiVersion()));
        Function<ErrorCode, JoinGroupResponse> refusal = error -> JoinGroup.refusal(request.memberId(), error);
        if (request.groupId().isEmpty()) {
            answer.accept(refusal.apply(ErrorCode.INVALID_GROUP_ID));
        } else if (request.sessionTimeoutMs() < settings.minSessionTimeoutMs()
                || request.sessionTimeoutMs() > settings.maxSessionTimeoutMs()) {
            answer.accept(refusal.apply(ErrorCode.INVALID_SESSION_TIMEOUT));
        } else {
            Ticket<JoinGroupResponse> ticket = ticket(refusal, loop, answer);
            decide(request.groupId(), ticket, new JoinGroup(JoinGroup.detached(request), caller, ticket));
        }
    }

    private static JoinGroupResponse asVersion(JoinGroupResponse response, int version) {
        return version < NULL_PROTOCOL_NAME_SINCE && response.protocolName() == null
                ? response.toBuilder().protocolName("").build()
                : response;
    }

    public void sync(SyncGroupRequest request, Caller caller, Loop loop, Consumer<SyncGroupResponse> then) {
        if (!SyncGroup.namesProtocolAsVersionDemands(request, caller.apiVersion())) {
            then.accept(SyncGroup.refusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
            return;
        }
        if (request.groupId().isEmpty()) {
            then.accept(SyncGroup.refusal(ErrorCode.INVALID_GROUP_ID));
            return;
        }
        Ticket<SyncGroupResponse> ticket = ticket(SyncGroup::refusal, loop, then);
        decide(request.groupId(), ticket, new SyncGroup(SyncGroup.detached(request), ticket));
    }

    public void heartbeat(HeartbeatRequest request, Loop loop, Consumer<HeartbeatResponse> then) {
        if (request.groupId().isEmpty()) {
            then.accept(Heartbeat.refusal(ErrorCode.INVALID_GROUP_ID));
            return;
        }
        Ticket<HeartbeatResponse> ticket = ticket(Heartbeat::refusal, loop, then);
        decide(request.groupId(), ticket, new Heartbeat(request, ticket));
    }

    /** A member of the consumer protocol (KIP-848). */
    public void consumerHeartbeat(
            ConsumerGroupHeartbeatRequest request,
            Caller caller,
            Loop loop,
            Consumer<ConsumerGroupHeartbeatResponse> then) {
        ConsumerSettings ofGroup = consumers.of(request.groupId());
        if (!ofGroup.enabled()) {
            then.accept(ConsumerHeartbeat.refusal(
                    ErrorCode.UNSUPPORTED_VERSION, "The consumer group protocol is disabled on this cluster."));
            return;
        }
        Optional<ConsumerGroupHeartbeatResponse> refused =
                ConsumerHeartbeat.refusalOf(request, caller.apiVersion(), ofGroup.assignors());
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        Ticket<ConsumerGroupHeartbeatResponse> ticket =
                ticket(error -> ConsumerHeartbeat.refusal(error, null), loop, then);
        decide(request.groupId(), ticket, new ConsumerHeartbeat(request, caller, ticket));
    }

    public void consumerDescribe(
            ConsumerGroupDescribeRequest request, Loop loop, Consumer<ConsumerGroupDescribeResponse> then) {
        List<String> groups = request.groupIds();
        Gather<ConsumerGroupDescribeResponse.DescribedGroup> gather = new Gather<>(
                groups.size(),
                loop,
                described -> then.accept(ConsumerGroupDescribeResponse.builder()
                        .groups(described)
                        .build()));
        for (int i = 0; i < groups.size(); i++) {
            String groupId = groups.get(i);
            Ticket<ConsumerGroupDescribeResponse.DescribedGroup> ticket =
                    ticket(error -> ConsumerDescribe.refusal(groupId, error), gather.part(i));
            if (groupId.isEmpty()) {
                gather.part(i).accept(ConsumerDescribe.refusal(groupId, ErrorCode.INVALID_GROUP_ID));
            } else {
                decide(groupId, ticket, new ConsumerDescribe(groupId, ticket));
            }
        }
    }

    /** A member of a share group (KIP-932). */
    public void shareHeartbeat(
            ShareGroupHeartbeatRequest request, Caller caller, Loop loop, Consumer<ShareGroupHeartbeatResponse> then) {
        if (!shares.of(request.groupId()).enabled()) {
            then.accept(ShareHeartbeat.refusal(
                    ErrorCode.UNSUPPORTED_VERSION, "The share group protocol is disabled on this cluster."));
            return;
        }
        Optional<ShareGroupHeartbeatResponse> refused = ShareHeartbeat.refusalOf(request);
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        Ticket<ShareGroupHeartbeatResponse> ticket = ticket(error -> ShareHeartbeat.refusal(error, null), loop, then);
        decide(request.groupId(), ticket, new ShareHeartbeat(request, caller, ticket));
    }

    public void shareDescribe(ShareGroupDescribeRequest request, Loop loop, Consumer<ShareGroupDescribeResponse> then) {
        List<String> groups = request.groupIds();
        Gather<ShareGroupDescribeResponse.DescribedGroup> gather = new Gather<>(
                groups.size(),
                loop,
                described -> then.accept(
                        ShareGroupDescribeResponse.builder().groups(described).build()));
        for (int i = 0; i < groups.size(); i++) {
            String groupId = groups.get(i);
            Ticket<ShareGroupDescribeResponse.DescribedGroup> ticket =
                    ticket(error -> ShareDescribe.refusal(groupId, error), gather.part(i));
            if (groupId.isEmpty()) {
                gather.part(i).accept(ShareDescribe.refusal(groupId, ErrorCode.INVALID_GROUP_ID));
            } else {
                decide(groupId, ticket, new ShareDescribe(groupId, ticket));
            }
        }
    }

    /** How far share groups have come. */
    public void describeShareOffsets(
            DescribeShareGroupOffsetsRequest request, Loop loop, Consumer<DescribeShareGroupOffsetsResponse> then) {
        List<DescribeShareGroupOffsetsRequestGroup> groups = request.groups();
        Gather<DescribeShareGroupOffsetsResponseGroup> gather = new Gather<>(
                groups.size(),
                loop,
                described -> then.accept(DescribeShareGroupOffsetsResponse.builder()
                        .groups(described)
                        .build()));
        for (int i = 0; i < groups.size(); i++) {
            DescribeShareGroupOffsetsRequestGroup group = groups.get(i);
            Ticket<DescribeShareGroupOffsetsResponseGroup> ticket =
                    ticket(error -> DescribeShareOffsets.refusal(group.groupId(), error), gather.part(i));
            decide(group.groupId(), ticket, new DescribeShareOffsets(group, ticket));
        }
    }

    /** A share group begins somewhere else. */
    public void alterShareOffsets(
            AlterShareGroupOffsetsRequest request, Loop loop, Consumer<AlterShareGroupOffsetsResponse> then) {
        if (request.groupId().isEmpty()) {
            then.accept(AlterShareOffsets.refusal(ErrorCode.INVALID_GROUP_ID, "GroupId can't be empty."));
            return;
        }
        Ticket<AlterShareGroupOffsetsResponse> ticket =
                ticket(error -> AlterShareOffsets.refusal(error, error.name()), loop, then);
        decide(request.groupId(), ticket, new AlterShareOffsets(request, ticket));
    }

    /** A share group forgets how far it has come in some topics. */
    public void deleteShareOffsets(
            DeleteShareGroupOffsetsRequest request, Loop loop, Consumer<DeleteShareGroupOffsetsResponse> then) {
        if (request.groupId().isEmpty()) {
            then.accept(DeleteShareOffsets.refusal(ErrorCode.INVALID_GROUP_ID, "GroupId can't be empty."));
            return;
        }
        Ticket<DeleteShareGroupOffsetsResponse> ticket =
                ticket(error -> DeleteShareOffsets.refusal(error, error.name()), loop, then);
        decide(request.groupId(), ticket, new DeleteShareOffsets(request, ticket));
    }

    /** A member of a streams group (KIP-1071). Internal topics that are missing are the caller's to create. */
    public void streamsHeartbeat(
            StreamsGroupHeartbeatRequest request, Caller caller, Loop loop, Consumer<StreamsAnswer> then) {
        if (!streams.of(request.groupId()).enabled()) {
            then.accept(StreamsHeartbeat.refusal(
                    ErrorCode.UNSUPPORTED_VERSION, "The streams group protocol is disabled on this cluster."));
            return;
        }
        Optional<StreamsAnswer> refused = StreamsHeartbeat.refusalOf(request);
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        Ticket<StreamsAnswer> ticket = ticket(error -> StreamsHeartbeat.refusal(error, null), loop, then);
        decide(request.groupId(), ticket, new StreamsHeartbeat(request, caller, ticket));
    }

    public void streamsDescribe(
            StreamsGroupDescribeRequest request, Loop loop, Consumer<StreamsGroupDescribeResponse> then) {
        List<String> groups = request.groupIds();
        Gather<StreamsGroupDescribeResponse.DescribedGroup> gather = new Gather<>(
                groups.size(),
                loop,
                described -> then.accept(
                        StreamsGroupDescribeResponse.builder().groups(described).build()));
        for (int i = 0; i < groups.size(); i++) {
            String groupId = groups.get(i);
            Ticket<StreamsGroupDescribeResponse.DescribedGroup> ticket =
                    ticket(error -> StreamsDescribe.refusal(groupId, error), gather.part(i));
            if (groupId.isEmpty()) {
                gather.part(i).accept(StreamsDescribe.refusal(groupId, ErrorCode.INVALID_GROUP_ID));
            } else {
                decide(groupId, ticket, new StreamsDescribe(groupId, request.includeTopologyDescription(), ticket));
            }
        }
    }

    public void leave(LeaveGroupRequest request, Caller caller, Loop loop, Consumer<LeaveGroupResponse> then) {
        if (request.groupId().isEmpty()) {
            then.accept(LeaveGroup.refusal(ErrorCode.INVALID_GROUP_ID));
            return;
        }
        Ticket<LeaveGroupResponse> ticket = ticket(LeaveGroup::refusal, loop, then);
        decide(request.groupId(), ticket, new LeaveGroup(request, caller, ticket));
    }

    /** An empty group id is allowed, for old clients that use none. */
    public void commitOffsets(
            OffsetCommitRequest request, Caller caller, Loop loop, Consumer<OffsetCommitResponse> then) {
        Ticket<OffsetCommitResponse> ticket = new Ticket<>(
                error -> OffsetCommit.refusal(
                        request,
                        error == ErrorCode.MESSAGE_TOO_LARGE
                                ? ErrorCode.INVALID_COMMIT_OFFSET_SIZE
                                : AppendErrors.asToldToClients(error)),
                onLoop(loop, then));
        decide(request.groupId(), ticket, new OffsetCommit(request, caller, ticket));
    }

    /**
     * Offsets that a producer commits in its transaction; they hold when the transaction does. That there is such a
     * transaction is verified before.
     *
     * @param verification what the partition that stores the group gave, see {@link ProducerInTransaction}
     */
    public void commitTransactionalOffsets(
            TxnOffsetCommitRequest request,
            Caller caller,
            long verification,
            Loop loop,
            Consumer<TxnOffsetCommitResponse> then) {
        if (request.groupId().isEmpty()) {
            then.accept(TxnOffsetCommit.refusal(request, ErrorCode.INVALID_GROUP_ID));
            return;
        }
        Ticket<TxnOffsetCommitResponse> ticket = ticket(error -> TxnOffsetCommit.refusal(request, error), loop, then);
        decide(request.groupId(), ticket, new TxnOffsetCommit(request, caller, verification, ticket));
    }

    /** How a request is answered whose transaction could not be verified. */
    public static TxnOffsetCommitResponse refusal(TxnOffsetCommitRequest request, ErrorCode error) {
        return TxnOffsetCommit.refusal(request, AppendErrors.asToldToClients(error));
    }

    /** An empty group id is allowed, for old clients that use none. */
    public void fetchOffsets(OffsetFetchRequest request, Caller caller, Loop loop, Consumer<OffsetFetchResponse> then) {
        int version = caller.apiVersion();
        List<OffsetFetchRequestGroup> groups = OffsetFetch.groupsOf(request, version);
        Gather<OffsetFetchResponseGroup> gather = new Gather<>(
                groups.size(), loop, answers -> then.accept(OffsetFetch.answer(request, version, answers)));
        for (int i = 0; i < groups.size(); i++) {
            OffsetFetchRequestGroup group = groups.get(i);
            Ticket<OffsetFetchResponseGroup> ticket =
                    ticket(error -> OffsetFetch.refusal(group, error), gather.part(i));
            decide(group.groupId(), ticket, new OffsetFetch(group, request.requireStable(), caller, ticket));
        }
    }

    public void deleteOffsets(OffsetDeleteRequest request, Loop loop, Consumer<OffsetDeleteResponse> then) {
        if (request.groupId().isEmpty()) {
            then.accept(OffsetDelete.refusal(ErrorCode.INVALID_GROUP_ID));
            return;
        }
        Ticket<OffsetDeleteResponse> ticket = ticket(OffsetDelete::refusal, loop, then);
        decide(request.groupId(), ticket, new OffsetDelete(request, ticket));
    }

    public void describe(
            DescribeGroupsRequest request, Caller caller, Loop loop, Consumer<DescribeGroupsResponse> then) {
        List<String> groups = request.groups();
        Gather<DescribedGroup> gather = new Gather<>(
                groups.size(),
                loop,
                described -> then.accept(
                        DescribeGroupsResponse.builder().groups(described).build()));
        for (int i = 0; i < groups.size(); i++) {
            String groupId = groups.get(i);
            Ticket<DescribedGroup> ticket = ticket(error -> DescribeGroup.refusal(groupId, error), gather.part(i));
            decide(groupId, ticket, new DescribeGroup(groupId, caller, ticket));
        }
    }

    /** The groups that this node coordinates. */
    public void list(ListGroupsRequest request, Loop loop, Consumer<ListGroupsResponse> then) {
        List<ShardHost<GroupShard, GroupRecord, GroupChange, GroupTimer>> hosts = List.copyOf(shards.hosts());
        Gather<ListGroupsResponse> gather =
                new Gather<>(hosts.size(), loop, answers -> then.accept(ListGroups.together(answers)));
        for (int i = 0; i < hosts.size(); i++) {
            Ticket<ListGroupsResponse> ticket = ticket(ListGroups::refusal, gather.part(i));
            shards.read(hosts.get(i), ticket, new ListGroups(request, ticket));
        }
    }

    /** What there is to see of the groups that this node coordinates. */
    public void observe(Loop loop, Consumer<GroupCensus> then) {
        List<ShardHost<GroupShard, GroupRecord, GroupChange, GroupTimer>> hosts = List.copyOf(shards.hosts());
        Gather<GroupCensus> gather =
                new Gather<>(hosts.size(), loop, parts -> then.accept(GroupCensus.together(parts)));
        for (int i = 0; i < hosts.size(); i++) {
            Ticket<GroupCensus> ticket =
                    new Ticket<>(error -> new GroupCensus(List.of(), ShardCounts.refusing(error)), gather.part(i));
            shards.read(hosts.get(i), ticket, (shard, _) -> GroupCensus.of(shard, ticket));
        }
    }

    public GroupCounters counters() {
        return counters;
    }

    public void delete(DeleteGroupsRequest request, Loop loop, Consumer<DeleteGroupsResponse> then) {
        // A group that is named twice is deleted, and answered, once.
        List<String> groups = List.copyOf(new LinkedHashSet<>(request.groupsNames()));
        Gather<DeletableGroupResult> gather = new Gather<>(
                groups.size(),
                loop,
                results -> then.accept(
                        DeleteGroupsResponse.builder().results(results).build()));
        for (int i = 0; i < groups.size(); i++) {
            String groupId = groups.get(i);
            Ticket<DeletableGroupResult> ticket = ticket(error -> DeleteGroup.answer(groupId, error), gather.part(i));
            decide(groupId, ticket, new DeleteGroup(groupId, ticket));
        }
    }

    /** How the shards on this node are, for metrics and for people; each answers on its own loop. */
    Collection<ShardHost<GroupShard, GroupRecord, GroupChange, GroupTimer>> hosts() {
        return shards.hosts();
    }

    private void decide(String groupId, Ticket<?> ticket, GroupOperation operation) {
        shards.decide(groupId, partitions.getAsInt(), ticket, operation);
    }

    private static <A> Ticket<A> ticket(Function<ErrorCode, A> refusal, Loop loop, Consumer<A> then) {
        return ticket(refusal, onLoop(loop, then));
    }

    private static <A> Ticket<A> ticket(Function<ErrorCode, A> refusal, Consumer<A> then) {
        return new Ticket<>(error -> refusal.apply(AppendErrors.asToldToClients(error)), then);
    }

    private static <A> Consumer<A> onLoop(Loop loop, Consumer<A> then) {
        return response -> {
            if (loop.isCurrent()) {
                then.accept(response);
            } else {
                loop.execute(() -> then.accept(response));
            }
        };
    }
}
