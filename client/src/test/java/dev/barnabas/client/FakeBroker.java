package dev.barnabas.client;

import dev.barnabas.client.FakeCluster.FakePartition;
import dev.barnabas.client.FakeCluster.FakeTopic;
import dev.barnabas.client.FakeCluster.ProducerState;
import dev.barnabas.host.Endpoint;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.FindCoordinatorResponse.Coordinator;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.InitProducerIdResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import dev.barnabas.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponseBroker;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponseTopic;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.ProduceResponse.PartitionProduceResponse;
import dev.barnabas.protocol.message.ProduceResponse.TopicProduceResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.simulation.SimulatedHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One broker of a {@link FakeCluster}: what it answers. */
final class FakeBroker {

    static final List<ApiKey> APIS = List.of(
            ApiKey.PRODUCE,
            ApiKey.FETCH,
            ApiKey.LIST_OFFSETS,
            ApiKey.METADATA,
            ApiKey.OFFSET_COMMIT,
            ApiKey.OFFSET_FETCH,
            ApiKey.FIND_COORDINATOR,
            ApiKey.JOIN_GROUP,
            ApiKey.HEARTBEAT,
            ApiKey.LEAVE_GROUP,
            ApiKey.SYNC_GROUP,
            ApiKey.API_VERSIONS,
            ApiKey.CREATE_TOPICS,
            ApiKey.INIT_PRODUCER_ID);

    private static final int MAX_FRAME = 64 << 20;
    private static final int REMEMBERED_BATCHES = 5;

    final FakeCluster cluster;
    final int id;
    final Loop loop;
    private final FakeFetches fetches;

    private FakeBroker(FakeCluster cluster, int id, Loop loop) {
        this.cluster = cluster;
        this.id = id;
        this.loop = loop;
        this.fetches = new FakeFetches(this);
    }

    static void start(FakeCluster cluster, int id, SimulatedHost host) {
        FakeBroker broker = new FakeBroker(cluster, id, host.loops().getFirst());
        try {
            host.network().listen(new Endpoint(host.name(), FakeCluster.PORT), MAX_FRAME, opened -> {
                FakeConnection connection = new FakeConnection(cluster, broker, opened);
                cluster.connections.add(connection);
                return connection;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param answer to be given a response, or null if the request has none */
    void handle(Request request, int version, Consumer<Response> answer) {
        switch (request) {
            case ApiVersionsRequest _ -> answer.accept(apiVersions().build());
            case MetadataRequest metadata -> answer.accept(metadata(metadata));
            case ProduceRequest produce -> answer.accept(produce(produce, version));
            case dev.barnabas.protocol.message.FetchRequest fetch -> fetches.fetch(fetch, version, answer);
            case ListOffsetsRequest list -> answer.accept(listOffsets(list));
            case InitProducerIdRequest _ ->
                answer.accept(InitProducerIdResponse.builder()
                        .producerId(cluster.nextProducerId++)
                        .producerEpoch((short) 0)
                        .build());
            case CreateTopicsRequest create -> answer.accept(createTopics(create));
            case FindCoordinatorRequest find -> answer.accept(findCoordinator(find, version));
            case JoinGroupRequest join -> group(join.groupId()).join(join, version, answer);
            case SyncGroupRequest sync -> group(sync.groupId()).sync(sync, answer);
            case HeartbeatRequest heartbeat ->
                answer.accept(group(heartbeat.groupId()).heartbeat(heartbeat));
            case LeaveGroupRequest leave -> answer.accept(group(leave.groupId()).leave(leave));
            case OffsetCommitRequest commit ->
                answer.accept(group(commit.groupId()).commit(commit));
            case OffsetFetchRequest fetch -> answer.accept(FakeGroup.fetchOffsets(this, fetch, version));
            default -> throw new AssertionError("not faked: " + request);
        }
    }

    ApiVersionsResponse.Builder apiVersions() {
        return ApiVersionsResponse.builder()
                .apiKeys(APIS.stream()
                        .map(api -> FakeConnection.range(
                                api, cluster.highestVersions.getOrDefault(api, api.highestStableVersion())))
                        .toList());
    }

    FakeGroup group(String group) {
        return cluster.groups.computeIfAbsent(group, name -> new FakeGroup(cluster, loop));
    }

    private MetadataResponse metadata(MetadataRequest request) {
        List<MetadataResponseTopic> topics = new ArrayList<>();
        List<String> names = request.topics() == null
                ? List.copyOf(cluster.topics.keySet())
                : request.topics().stream()
                        .map(topic -> Objects.requireNonNull(topic.name()))
                        .toList();
        for (String name : names) {
            FakeTopic topic = cluster.topics.get(name);
            if (topic == null && cluster.autoCreate && request.allowAutoTopicCreation()) {
                topic = cluster.create(name, 1);
            }
            topics.add(topic == null ? missing(name) : described(topic));
        }
        return MetadataResponse.builder()
                .brokers(java.util.stream.IntStream.range(0, cluster.hosts.size())
                        .mapToObj(broker -> new MetadataResponseBroker(
                                broker, cluster.endpoint(broker).host(), FakeCluster.PORT, null))
                        .toList())
                .clusterId(FakeCluster.ID)
                .controllerId(0)
                .topics(topics)
                .build();
    }

    private static MetadataResponseTopic missing(String name) {
        return MetadataResponseTopic.builder()
                .name(name)
                .errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                .build();
    }

    private static MetadataResponseTopic described(FakeTopic topic) {
        List<MetadataResponsePartition> partitions = new ArrayList<>();
        for (FakePartition partition : topic.partitions) {
            partitions.add(MetadataResponsePartition.builder()
                    .partitionIndex(partitions.size())
                    .leaderId(partition.leader)
                    .leaderEpoch(partition.leaderEpoch)
                    .replicaNodes(List.of(partition.leader))
                    .isrNodes(List.of(partition.leader))
                    .build());
        }
        return MetadataResponseTopic.builder()
                .name(topic.name)
                .topicId(topic.id)
                .partitions(partitions)
                .build();
    }

    private CreateTopicsResponse createTopics(CreateTopicsRequest request) {
        List<CreatableTopicResult> results = new ArrayList<>();
        for (CreateTopicsRequest.CreatableTopic topic : request.topics()) {
            boolean exists = cluster.topics.containsKey(topic.name());
            if (!exists) {
                cluster.create(topic.name(), Math.max(1, topic.numPartitions()));
            }
            results.add(CreatableTopicResult.builder()
                    .name(topic.name())
                    .errorCode((exists ? ErrorCode.TOPIC_ALREADY_EXISTS : ErrorCode.NONE).code())
                    .errorMessage(exists ? "Topic '" + topic.name() + "' already exists." : null)
                    .build());
        }
        return CreateTopicsResponse.builder().topics(results).build();
    }

    private FindCoordinatorResponse findCoordinator(FindCoordinatorRequest request, int version) {
        Endpoint endpoint = cluster.endpoint(cluster.coordinator);
        if (version < 4) {
            return FindCoordinatorResponse.builder()
                    .nodeId(cluster.coordinator)
                    .host(endpoint.host())
                    .port(endpoint.port())
                    .build();
        }
        return FindCoordinatorResponse.builder()
                .coordinators(request.coordinatorKeys().stream()
                        .map(key -> Coordinator.builder()
                                .key(key)
                                .nodeId(cluster.coordinator)
                                .host(endpoint.host())
                                .port(endpoint.port())
                                .build())
                        .toList())
                .build();
    }

    private @Nullable Response produce(ProduceRequest request, int version) {
        List<TopicProduceResponse> topics = new ArrayList<>();
        for (ProduceRequest.TopicProduceData topic : request.topicData()) {
            String name = version >= 13 ? cluster.nameOf(topic.topicId()) : topic.name();
            List<PartitionProduceResponse> partitions = new ArrayList<>();
            for (ProduceRequest.PartitionProduceData partition : topic.partitionData()) {
                partitions.add(produce(name, partition));
            }
            topics.add(new TopicProduceResponse(name, topic.topicId(), partitions));
        }
        return request.acks() == 0
                ? null
                : ProduceResponse.builder().responses(topics).build();
    }

    private PartitionProduceResponse produce(String topic, ProduceRequest.PartitionProduceData request) {
        FakePartition partition = cluster.find(topic, request.index());
        PartitionProduceResponse.Builder response =
                PartitionProduceResponse.builder().index(request.index()).baseOffset(-1);
        if (partition == null) {
            return response.errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                    .build();
        }
        ErrorCode injected = partition.produceErrors.poll();
        if (injected != null && injected != ErrorCode.NONE) {
            return response.errorCode(injected.code()).build();
        }
        if (partition.leader != id) {
            return response.errorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER.code()).build();
        }
        ByteBuffer bytes = ((MemoryRecords) Objects.requireNonNull(request.records())).buffer();
        RecordBatch batch = RecordBatch.at(bytes, bytes.position());
        if (!batch.crcValid()) {
            return response.errorCode(ErrorCode.CORRUPT_MESSAGE.code()).build();
        }
        if (batch.hasProducerId()) {
            ProducerState state = partition.producers.computeIfAbsent(batch.producerId(), pid -> new ProducerState());
            for (long[] last : state.lastBatches) {
                if (last[0] == batch.baseSequence() && state.epoch == batch.producerEpoch()) {
                    return response.baseOffset(last[1]).build();
                }
            }
            if (batch.producerEpoch() < state.epoch) {
                return response.errorCode(ErrorCode.INVALID_PRODUCER_EPOCH.code())
                        .build();
            }
            int expected = batch.producerEpoch() > state.epoch ? 0 : state.nextSequence;
            if (batch.baseSequence() != expected) {
                return response.errorCode(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER.code())
                        .build();
            }
            if (batch.producerEpoch() > state.epoch) {
                state.lastBatches.clear();
            }
            state.epoch = batch.producerEpoch();
            state.nextSequence = RecordBatch.sequenceAfter(batch.baseSequence(), batch.recordCount());
            state.lastBatches.addLast(new long[] {batch.baseSequence(), partition.endOffset});
            if (state.lastBatches.size() > REMEMBERED_BATCHES) {
                state.lastBatches.removeFirst();
            }
        }
        long baseOffset = partition.endOffset;
        partition.append(bytes);
        return response.baseOffset(baseOffset).build();
    }

    private ListOffsetsResponse listOffsets(ListOffsetsRequest request) {
        return ListOffsetsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> new ListOffsetsTopicResponse(
                                topic.name(),
                                topic.partitions().stream()
                                        .map(partition -> listOffset(topic.name(), partition))
                                        .toList()))
                        .toList())
                .build();
    }

    private ListOffsetsPartitionResponse listOffset(String topic, ListOffsetsRequest.ListOffsetsPartition request) {
        FakePartition partition = cluster.find(topic, request.partitionIndex());
        ListOffsetsPartitionResponse.Builder response =
                ListOffsetsPartitionResponse.builder().partitionIndex(request.partitionIndex());
        if (partition == null) {
            return response.errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code())
                    .build();
        }
        if (partition.leader != id) {
            return response.errorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER.code()).build();
        }
        if (request.timestamp() == -1) {
            return response.offset(partition.endOffset).build();
        }
        if (request.timestamp() == -2) {
            return response.offset(partition.logStartOffset).build();
        }
        for (Record record : partition.records()) {
            if (record.timestamp() >= request.timestamp()) {
                return response.offset(record.offset())
                        .timestamp(record.timestamp())
                        .build();
            }
        }
        return response.offset(-1).build();
    }

    Uuid idOf(String topic) {
        FakeTopic found = cluster.topics.get(topic);
        return found == null ? Uuid.ZERO : found.id;
    }
}
