package dev.barnabas.groups;

import dev.barnabas.coordinator.ProducerInTransaction;
import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.coordinator.VirtualLoop;
import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
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
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupResponse.MemberResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.ListGroupsResponse.ListedGroup;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;
import org.apache.kafka.timeline.SnapshotRegistry;

/**
 * The group coordinator of Apache Kafka, on virtual time, to compare ours with. Messages go to and fro as bytes. What
 * Kafka's broker does around its shard (topics that do not exist, errors as responses) is done here.
 */
final class KafkaGroups implements Backend {
    private static final short NO_EPOCH = -1;

    private final MemoryTopics topics = new MemoryTopics();
    private final GroupSettings settings;
    private final ConsumerSettings consumers;
    private final StreamsSettings streams;
    private final List<Stored> log = new ArrayList<>();
    private VirtualTimer timer = new VirtualTimer();
    private GroupCoordinatorShard shard;
    private long nowMs = VirtualLoop.EPOCH_MS;
    private long topicsTold;
    private KafkaTopics told = new KafkaTopics(new MemoryTopics());
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();

    KafkaGroups(GroupSettings settings) {
        this(settings, ConsumerSettings.DEFAULTS);
    }

    KafkaGroups(GroupSettings settings, ConsumerSettings consumers) {
        this(settings, consumers, StreamsSettings.DEFAULTS);
    }

    KafkaGroups(GroupSettings settings, ConsumerSettings consumers, StreamsSettings streams) {
        this.settings = settings;
        this.consumers = consumers;
        this.streams = streams;
        this.shard = newShard();
        shard.onLoaded(image());
    }

    private KafkaTopics image() {
        return new KafkaTopics(topics);
    }

    /** Tells the shard of other topics, as Kafka's broker does before it asks anything. */
    private GroupCoordinatorShard shard() {
        if (topics.version() != topicsTold) {
            topicsTold = topics.version();
            KafkaTopics image = image();
            shard.onMetadataUpdate(image.changedSince(told), image);
            told = image;
        }
        return shard;
    }

    private GroupCoordinatorShard newShard() {
        Map<String, ?> properties = Map.of(
                "group.consumer.assignment.interval.ms",
                consumers.assignmentIntervalMs(),
                "group.streams.assignment.interval.ms",
                streams.assignmentIntervalMs(),
                "group.streams.initial.rebalance.delay.ms",
                streams.initialDelayMs(),
                "group.streams.num.standby.replicas",
                streams.standbyReplicas(),
                GroupCoordinatorConfig.GROUP_MAX_SIZE_CONFIG,
                settings.maxSize(),
                GroupCoordinatorConfig.GROUP_INITIAL_REBALANCE_DELAY_MS_CONFIG,
                settings.initialRebalanceDelayMs());
        GroupCoordinatorConfig config = GroupCoordinatorConfig.fromProps(properties);
        ConfigDef shareDefinitions = new ConfigDef(GroupCoordinatorConfig.CONFIG_DEF);
        ShareGroupConfig.CONFIG_DEF.configKeys().values().stream()
                .filter(key -> !shareDefinitions.configKeys().containsKey(key.name))
                .forEach(shareDefinitions::define);
        ShareGroupConfig shareConfig = new ShareGroupConfig(new AbstractConfig(shareDefinitions, properties, false));
        GroupCoordinatorShard.Builder builder =
                new GroupCoordinatorShard.Builder(config, new GroupConfigManager(config, shareConfig));
        builder.withAuthorizerPlugin(Optional.empty());
        builder.withLogContext(new LogContext())
                .withTime(new VirtualTime())
                .withTimer(timer)
                .withExecutor(new Background())
                .withCoordinatorMetrics(new GroupCoordinatorMetrics())
                .withTopicPartition(new TopicPartition("__consumer_offsets", 0))
                .withSnapshotRegistry(new SnapshotRegistry(new LogContext()));
        return builder.build();
    }

    @Override
    public void reload() {
        shard.onUnloaded();
        timer = new VirtualTimer();
        shard = newShard();
        for (int offset = 0; offset < log.size(); offset++) {
            switch (log.get(offset)) {
                case Stored.Of(CoordinatorRecord record, long producerId, short epoch) ->
                    shard.replay(offset, producerId, epoch, record);
                case Stored.End(long producerId, short epoch, TransactionResult result) ->
                    shard.replayEndTransactionMarker(producerId, epoch, result);
            }
        }
        shard.onLoaded(image());
    }

    /** What is at one offset. */
    private sealed interface Stored {

        record Of(CoordinatorRecord record, long producerId, short producerEpoch) implements Stored {}

        record End(long producerId, short producerEpoch, TransactionResult result) implements Stored {}
    }

    private <T> T run(CoordinatorResult<T, CoordinatorRecord> result) {
        return run(result, NO_EPOCH, NO_EPOCH);
    }

    /** Makes what Kafka's runtime makes of the result of an operation. */
    private <T> T run(CoordinatorResult<T, CoordinatorRecord> result, long producerId, short producerEpoch) {
        for (CoordinatorRecord record : result.records()) {
            if (result.replayRecords()) {
                shard.replay(log.size(), producerId, producerEpoch, record);
            }
            log.add(new Stored.Of(record, producerId, producerEpoch));
        }
        if (result.appendFuture() != null) {
            result.appendFuture().complete(null);
        }
        for (Runnable task = background.poll(); task != null; task = background.poll()) {
            task.run();
        }
        return result.response();
    }

    /** Does something, or makes a response of the error. */
    private static <T> T orElse(Supplier<T> attempt, Function<Errors, T> refusal) {
        try {
            return attempt.get();
        } catch (ApiException refused) {
            return refusal.apply(Errors.forException(refused));
        }
    }

    /** For what is answered later. */
    private static void refuseIfThrown(Runnable attempt, Consumer<Errors> refusal) {
        try {
            attempt.run();
        } catch (ApiException refused) {
            refusal.accept(Errors.forException(refused));
        }
    }

    @Override
    public void join(JoinGroupRequest request, Caller caller, Consumer<JoinGroupResponse> then) {
        int version = caller.apiVersion();
        if (request.sessionTimeoutMs() < settings.minSessionTimeoutMs()
                || request.sessionTimeoutMs() > settings.maxSessionTimeoutMs()) {
            then.accept(JoinGroup.refusal(request.memberId(), ErrorCode.INVALID_SESSION_TIMEOUT));
            return;
        }
        JoinGroupRequestData data =
                toKafka(request, version, readable -> new JoinGroupRequestData(readable, (short) version));
        if (version == 0) {
            data.setRebalanceTimeoutMs(data.sessionTimeoutMs());
        }
        CompletableFuture<JoinGroupResponseData> answer = new CompletableFuture<>();
        answer.thenAccept(response -> {
            if (response.protocolName() == null && version < 7) {
                response.setProtocolName("");
            }
            then.accept(fromKafka(response, version, JoinGroupResponse::read));
        });
        refuseIfThrown(
                () -> run(shard().classicGroupJoin(context(ApiKeys.JOIN_GROUP, caller), data, answer, false)),
                error -> answer.complete(new JoinGroupResponseData()
                        .setMemberId(request.memberId())
                        .setErrorCode(error.code())
                        .setProtocolName(version < 7 ? "" : null)));
    }

    @Override
    public void sync(SyncGroupRequest request, Consumer<SyncGroupResponse> then) {
        SyncGroupRequestData data = toKafka(request, 5, readable -> new SyncGroupRequestData(readable, (short) 5));
        CompletableFuture<SyncGroupResponseData> answer = new CompletableFuture<>();
        answer.thenAccept(response -> then.accept(fromKafka(response, 5, SyncGroupResponse::read)));
        refuseIfThrown(
                () -> run(shard().classicGroupSync(context(ApiKeys.SYNC_GROUP, new Caller("", "", 5)), data, answer)),
                error -> answer.complete(new SyncGroupResponseData().setErrorCode(error.code())));
    }

    @Override
    public void heartbeat(HeartbeatRequest request, Consumer<HeartbeatResponse> then) {
        HeartbeatRequestData data = toKafka(request, 4, readable -> new HeartbeatRequestData(readable, (short) 4));
        then.accept(orElse(
                () -> fromKafka(
                        run(shard().classicGroupHeartbeat(context(ApiKeys.HEARTBEAT, new Caller("", "", 4)), data)),
                        4,
                        HeartbeatResponse::read),
                error -> HeartbeatResponse.builder().errorCode(error.code()).build()));
    }

    @Override
    public void consumerHeartbeat(
            ConsumerGroupHeartbeatRequest request, Caller caller, Consumer<ConsumerGroupHeartbeatResponse> then) {
        int version = caller.apiVersion();
        ConsumerGroupHeartbeatRequestData data =
                toKafka(request, version, readable -> new ConsumerGroupHeartbeatRequestData(readable, (short) version));
        // What Kafka checks before it asks the shard is compared with a running Kafka.
        Optional<ConsumerGroupHeartbeatResponse> refused =
                ConsumerHeartbeat.refusalOf(request, version, ConsumerSettings.DEFAULTS.assignors());
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        then.accept(orElse(
                () -> fromKafka(
                        run(shard().consumerGroupHeartbeat(context(ApiKeys.CONSUMER_GROUP_HEARTBEAT, caller), data)),
                        version,
                        ConsumerGroupHeartbeatResponse::read),
                error -> ConsumerHeartbeat.refusal(ErrorCode.forCode(error.code()), null)));
    }

    @Override
    public void consumerDescribe(ConsumerGroupDescribeRequest request, Consumer<ConsumerGroupDescribeResponse> then) {
        ConsumerGroupDescribeResponseData data = new ConsumerGroupDescribeResponseData()
                .setGroups(shard().consumerGroupDescribe(request.groupIds(), Long.MAX_VALUE));
        then.accept(fromKafka(data, 1, ConsumerGroupDescribeResponse::read));
    }

    /** A member of a share group; the share coordinators begin states at once. */
    ShareGroupHeartbeatResponse shareHeartbeat(ShareGroupHeartbeatRequest request, Caller caller) {
        ShareGroupHeartbeatRequestData data =
                toKafka(request, 1, readable -> new ShareGroupHeartbeatRequestData(readable, (short) 1));
        Optional<ShareGroupHeartbeatResponse> refused = ShareHeartbeat.refusalOf(request);
        return refused.orElseGet(() -> orElse(
                () -> {
                    var answer = run(shard().shareGroupHeartbeat(context(ApiKeys.SHARE_GROUP_HEARTBEAT, caller), data));
                    answer.getValue().ifPresent(begin -> {
                        Map<org.apache.kafka.common.Uuid, Set<Integer>> begun = new LinkedHashMap<>();
                        begin.groupTopicPartitionData()
                                .topicsData()
                                .forEach(topic -> topic.partitions()
                                        .forEach(partition -> begun.computeIfAbsent(
                                                        topic.topicId(), _ -> new LinkedHashSet<>())
                                                .add(partition.partition())));
                        run(shard().initializeShareGroupState(request.groupId(), begun));
                    });
                    return fromKafka(answer.getKey(), 1, ShareGroupHeartbeatResponse::read);
                },
                error -> ShareHeartbeat.refusal(ErrorCode.forCode(error.code()), null)));
    }

    ShareGroupDescribeResponse shareDescribe(String groupId) {
        ShareGroupDescribeResponseData data = new ShareGroupDescribeResponseData()
                .setGroups(shard().shareGroupDescribe(List.of(groupId), Long.MAX_VALUE));
        return fromKafka(data, 1, ShareGroupDescribeResponse::read);
    }

    @Override
    public void streamsHeartbeat(StreamsGroupHeartbeatRequest request, Caller caller, Consumer<StreamsAnswer> then) {
        int version = caller.apiVersion();
        StreamsGroupHeartbeatRequestData data =
                toKafka(request, version, readable -> new StreamsGroupHeartbeatRequestData(readable, (short) version));
        // What Kafka checks before it asks the shard is compared with a running Kafka.
        Optional<StreamsAnswer> refused = StreamsHeartbeat.refusalOf(request);
        if (refused.isPresent()) {
            then.accept(refused.get());
            return;
        }
        then.accept(orElse(
                () -> {
                    StreamsGroupHeartbeatResult result =
                            run(shard().streamsGroupHeartbeat(context(ApiKeys.STREAMS_GROUP_HEARTBEAT, caller), data));
                    return new StreamsAnswer(
                            fromKafka(result.data(), version, StreamsGroupHeartbeatResponse::read),
                            result.creatableTopics().values().stream()
                                    .map(topic -> new InternalTopic(
                                            topic.name(), topic.numPartitions(), topic.replicationFactor(), Map.of()))
                                    .toList());
                },
                error -> StreamsHeartbeat.refusal(ErrorCode.forCode(error.code()), null)));
    }

    @Override
    public void streamsDescribe(StreamsGroupDescribeRequest request, Consumer<StreamsGroupDescribeResponse> then) {
        StreamsGroupDescribeResponseData data = new StreamsGroupDescribeResponseData()
                .setGroups(shard().streamsGroupDescribe(request.groupIds(), Long.MAX_VALUE)
                        .describedGroups());
        then.accept(fromKafka(data, 1, StreamsGroupDescribeResponse::read));
    }

    @Override
    public void leave(LeaveGroupRequest request, Caller caller, Consumer<LeaveGroupResponse> then) {
        // What Kafka makes of old versions before it asks the shard.
        LeaveGroupRequest batch = caller.apiVersion() >= 3
                ? request
                : LeaveGroupRequest.builder()
                        .groupId(request.groupId())
                        .members(List.of(new MemberIdentity(request.memberId(), null, null)))
                        .build();
        LeaveGroupRequestData data = toKafka(batch, 5, readable -> new LeaveGroupRequestData(readable, (short) 5));
        then.accept(orElse(
                () -> fromKafka(
                        run(shard().classicGroupLeave(context(ApiKeys.LEAVE_GROUP, caller), data)),
                        5,
                        LeaveGroupResponse::read),
                error -> LeaveGroupResponse.builder()
                        .members(batch.members().stream()
                                .map(member ->
                                        new MemberResponse(member.memberId(), member.groupInstanceId(), error.code()))
                                .toList())
                        .build()));
    }

    // Kafka's shard wants both, whatever the version of a request has.

    private String nameOf(org.apache.kafka.common.Uuid id) {
        return topics.nameOf(new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()))
                .orElseThrow();
    }

    private org.apache.kafka.common.Uuid idOf(String name) {
        Uuid id = topics.idOf(name).orElseThrow();
        return new org.apache.kafka.common.Uuid(id.mostSignificantBits(), id.leastSignificantBits());
    }

    @Override
    public void commit(OffsetCommitRequest request, Caller caller, Consumer<OffsetCommitResponse> then) {
        int version = caller.apiVersion();
        OffsetCommitRequestData data =
                toKafka(request, version, readable -> new OffsetCommitRequestData(readable, (short) version));
        data.topics().forEach(topic -> {
            if (version >= 10) {
                topic.setName(nameOf(topic.topicId()));
            } else {
                topic.setTopicId(idOf(topic.name()));
            }
        });
        then.accept(orElse(
                () -> fromKafka(
                        run(shard().commitOffset(context(ApiKeys.OFFSET_COMMIT, caller), data)),
                        version,
                        OffsetCommitResponse::read),
                error -> OffsetCommit.refusal(request, ErrorCode.forCode(error.code()))));
    }

    @Override
    public void commitInTransaction(
            TxnOffsetCommitRequest request, Caller caller, Consumer<TxnOffsetCommitResponse> then) {
        int version = caller.apiVersion();
        TxnOffsetCommitRequestData data =
                toKafka(request, version, readable -> new TxnOffsetCommitRequestData(readable, (short) version));
        data.topics().forEach(topic -> {
            if (version >= 6) {
                topic.setName(nameOf(topic.topicId()));
            } else {
                topic.setTopicId(idOf(topic.name()));
            }
        });
        then.accept(orElse(
                () -> fromKafka(
                        run(
                                shard().commitTransactionalOffset(context(ApiKeys.TXN_OFFSET_COMMIT, caller), data),
                                data.producerId(),
                                data.producerEpoch()),
                        version,
                        TxnOffsetCommitResponse::read),
                error -> TxnOffsetCommit.refusal(request, ErrorCode.forCode(error.code()))));
    }

    @Override
    public void endTransaction(long producerId, short producerEpoch, boolean committed) {
        TransactionResult result = TransactionResult.forId(committed);
        shard.replayEndTransactionMarker(producerId, producerEpoch, result);
        log.add(new Stored.End(producerId, producerEpoch, result));
    }

    @Override
    public void fetch(OffsetFetchRequest request, Caller caller, Consumer<OffsetFetchResponse> then) {
        List<OffsetFetchResponseData.OffsetFetchResponseGroup> groups = new ArrayList<>();
        for (OffsetFetchRequestGroup group : request.groups()) {
            OffsetFetchRequest single = OffsetFetchRequest.builder()
                    .groups(List.of(group))
                    .requireStable(request.requireStable())
                    .build();
            OffsetFetchRequestData data =
                    toKafka(single, 9, readable -> new OffsetFetchRequestData(readable, (short) 9));
            groups.add(orElse(
                    () -> shard().fetchOffsets(data.groups().getFirst(), Long.MAX_VALUE),
                    error -> new OffsetFetchResponseData.OffsetFetchResponseGroup()
                            .setGroupId(group.groupId())
                            .setErrorCode(error.code())));
        }
        then.accept(fromKafka(new OffsetFetchResponseData().setGroups(groups), 9, OffsetFetchResponse::read));
    }

    @Override
    public void deleteOffsets(OffsetDeleteRequest request, Consumer<OffsetDeleteResponse> then) {
        OffsetDeleteRequestData data =
                toKafka(request, 0, readable -> new OffsetDeleteRequestData(readable, (short) 0));
        then.accept(orElse(
                () -> fromKafka(
                        run(shard().deleteOffsets(context(ApiKeys.OFFSET_DELETE, new Caller("", "", 0)), data)),
                        0,
                        OffsetDeleteResponse::read),
                error -> OffsetDeleteResponse.builder().errorCode(error.code()).build()));
    }

    @Override
    public void describe(DescribeGroupsRequest request, Caller caller, Consumer<DescribeGroupsResponse> then) {
        DescribeGroupsResponseData data = new DescribeGroupsResponseData()
                .setGroups(shard().describeGroups(
                                context(ApiKeys.DESCRIBE_GROUPS, caller), request.groups(), Long.MAX_VALUE));
        then.accept(fromKafka(data, caller.apiVersion(), DescribeGroupsResponse::read));
    }

    @Override
    public void list(ListGroupsRequest request, Consumer<ListGroupsResponse> then) {
        then.accept(ListGroupsResponse.builder()
                .groups(shard().listGroups(request.statesFilter(), request.typesFilter(), Long.MAX_VALUE).stream()
                        .map(group -> ListedGroup.builder()
                                .groupId(group.groupId())
                                .protocolType(group.protocolType())
                                .groupState(group.groupState())
                                .groupType(group.groupType())
                                .build())
                        .toList())
                .build());
    }

    @Override
    public void delete(DeleteGroupsRequest request, Consumer<DeleteGroupsResponse> then) {
        DeleteGroupsResponseData.DeletableGroupResultCollection results =
                run(shard().deleteGroups(context(ApiKeys.DELETE_GROUPS, new Caller("", "", 3)), request.groupsNames()));
        List<DeletableGroupResult> answers = new ArrayList<>();
        results.forEach(result ->
                answers.add(new DeletableGroupResult(result.groupId(), result.errorCode(), result.errorMessage())));
        then.accept(DeleteGroupsResponse.builder().results(answers).build());
    }

    @Override
    public List<ShardRecord> records() {
        GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
        return log.stream()
                .flatMap(stored -> stored instanceof Stored.Of of ? Stream.of(of) : Stream.empty())
                .map(stored -> {
                    CoordinatorRecord record = stored.record();
                    byte[] value = serde.serializeValue(record);
                    return new ShardRecord(
                            ByteBuffer.wrap(serde.serializeKey(record)),
                            value == null ? null : ByteBuffer.wrap(value),
                            stored.producerId() < 0
                                    ? null
                                    : new ProducerInTransaction(stored.producerId(), stored.producerEpoch()));
                })
                .toList();
    }

    @Override
    public MemoryTopics topics() {
        return topics;
    }

    @Override
    public void deleteTopic(String name) {
        Uuid id = topics.delete(name);
        run(shard.onTopicsDeleted(List.of(new GroupCoordinatorShard.DeletedTopic(
                new org.apache.kafka.common.Uuid(id.mostSignificantBits(), id.leastSignificantBits()), name))));
    }

    @Override
    public void pass(Duration time) {
        long until = nowMs + time.toMillis();
        for (Optional<VirtualTimer.Task> next = timer.next(until); next.isPresent(); next = timer.next(until)) {
            nowMs = Math.max(nowMs, next.get().atMs());
            timer.cancel(next.get().key());
            run(next.get().operation().generateRecords());
        }
        nowMs = until;
    }

    private static RequestContext context(ApiKeys api, Caller caller) {
        return new RequestContext(
                new RequestHeader(api, (short) caller.apiVersion(), caller.clientId(), 0),
                "connection",
                InetAddress.ofLiteral("10.0.0.1"),
                KafkaPrincipal.ANONYMOUS,
                ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                SecurityProtocol.PLAINTEXT,
                ClientInformation.EMPTY,
                false);
    }

    private static <T> T toKafka(Message message, int version, Function<Readable, T> read) {
        return read.apply(
                new ByteBufferAccessor(Encoded.message(message, version).flatten()));
    }

    private static <T> T fromKafka(
            org.apache.kafka.common.protocol.Message message, int version, BiFunction<Reader, Integer, T> read) {
        return read.apply(
                new Reader(MessageUtil.toByteBufferAccessor(message, (short) version)
                        .buffer()),
                version);
    }

    private final class VirtualTime implements Time {
        @Override
        public long milliseconds() {
            return nowMs;
        }

        @Override
        public long nanoseconds() {
            return TimeUnit.MILLISECONDS.toNanos(nowMs);
        }

        @Override
        public void sleep(long ms) {
            throw new UnsupportedOperationException("time passes when the test says so");
        }
    }

    private final class VirtualTimer implements CoordinatorTimer<CoordinatorRecord> {
        private final Map<String, Task> tasks = new LinkedHashMap<>();
        private long sequence;

        private record Task(String key, long atMs, long sequence, TimeoutOperation<CoordinatorRecord> operation) {}

        private Optional<Task> next(long untilMs) {
            return tasks.values().stream()
                    .filter(task -> task.atMs <= untilMs)
                    .min(Comparator.comparingLong(Task::atMs).thenComparingLong(Task::sequence));
        }

        @Override
        public void schedule(
                String key, long delay, TimeUnit unit, boolean retry, TimeoutOperation<CoordinatorRecord> operation) {
            tasks.put(key, new Task(key, nowMs + unit.toMillis(delay), sequence++, operation));
        }

        @Override
        public void schedule(
                String key,
                long delay,
                TimeUnit unit,
                boolean retry,
                long retryBackoff,
                TimeoutOperation<CoordinatorRecord> operation) {
            schedule(key, delay, unit, retry, operation);
        }

        @Override
        public void scheduleIfAbsent(
                String key, long delay, TimeUnit unit, boolean retry, TimeoutOperation<CoordinatorRecord> operation) {
            if (!tasks.containsKey(key)) {
                schedule(key, delay, unit, retry, operation);
            }
        }

        @Override
        public void cancel(String key) {
            tasks.remove(key);
        }

        @Override
        public boolean isScheduled(String key) {
            return tasks.containsKey(key);
        }
    }

    /** Does on the spot what Kafka does on another thread: after the operation that has asked for it. */
    private final class Background implements CoordinatorExecutor<CoordinatorRecord> {
        @Override
        public <R> boolean schedule(String key, TaskRunnable<R> task, TaskOperation<CoordinatorRecord, R> operation) {
            background.add(() -> {
                try {
                    R result = task.run();
                    KafkaGroups.this.run(operation.onComplete(result, null));
                } catch (Throwable failed) {
                    throw new IllegalStateException(failed);
                }
            });
            return true;
        }

        @Override
        public boolean isScheduled(String key) {
            return false;
        }

        @Override
        public void cancel(String key) {}
    }
}
