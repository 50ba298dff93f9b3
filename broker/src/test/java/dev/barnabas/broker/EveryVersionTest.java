package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.Wire;
import dev.barnabas.protocol.message.AddOffsetsToTxnRequest;
import dev.barnabas.protocol.message.AddPartitionsToTxnRequest;
import dev.barnabas.protocol.message.AddRaftVoterRequest;
import dev.barnabas.protocol.message.AllocateProducerIdsRequest;
import dev.barnabas.protocol.message.AlterClientQuotasRequest;
import dev.barnabas.protocol.message.AlterConfigsRequest;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterUserScramCredentialsRequest;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest;
import dev.barnabas.protocol.message.BrokerHeartbeatRequest;
import dev.barnabas.protocol.message.BrokerRegistrationRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.CreateAclsRequest;
import dev.barnabas.protocol.message.CreateDelegationTokenRequest;
import dev.barnabas.protocol.message.CreatePartitionsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DeleteAclsRequest;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteRecordsRequest;
import dev.barnabas.protocol.message.DeleteTopicsRequest;
import dev.barnabas.protocol.message.DescribeAclsRequest;
import dev.barnabas.protocol.message.DescribeClientQuotasRequest;
import dev.barnabas.protocol.message.DescribeClusterRequest;
import dev.barnabas.protocol.message.DescribeConfigsRequest;
import dev.barnabas.protocol.message.DescribeDelegationTokenRequest;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeLogDirsRequest;
import dev.barnabas.protocol.message.DescribeProducersRequest;
import dev.barnabas.protocol.message.DescribeQuorumRequest;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest;
import dev.barnabas.protocol.message.DescribeTransactionsRequest;
import dev.barnabas.protocol.message.DescribeUserScramCredentialsRequest;
import dev.barnabas.protocol.message.ElectLeadersRequest;
import dev.barnabas.protocol.message.EndTxnRequest;
import dev.barnabas.protocol.message.EnvelopeRequest;
import dev.barnabas.protocol.message.ExpireDelegationTokenRequest;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.GetTelemetrySubscriptionsRequest;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.ListConfigResourcesRequest;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.ListTransactionsRequest;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetForLeaderEpochRequest;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.PushTelemetryRequest;
import dev.barnabas.protocol.message.RemoveRaftVoterRequest;
import dev.barnabas.protocol.message.RenewDelegationTokenRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Subtopology;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest.Topology;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.UnregisterBrokerRequest;
import dev.barnabas.protocol.message.UpdateFeaturesRequest;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever is advertised is answered, in every version, for what exists and for what does not. */
class EveryVersionTest {

    private static final String TOPIC = "known";
    private static final Uuid UNKNOWN_ID = new Uuid(7, 7);

    @Test
    void everyAdvertisedVersionOfEveryApiIsAnswered() {
        SimulatedNode node = SimulatedNode.start(LogLevels.none());
        Uuid id = createTopic(node, TOPIC);
        node.ask(FindCoordinatorRequest.builder().key("any").build(), 0, Response.class);
        node.ask(FindCoordinatorRequest.builder().keyType((byte) 1).key("any").build(), 1, Response.class);
        node.ask(
                FindCoordinatorRequest.builder()
                        .keyType((byte) 2)
                        .coordinatorKeys(List.of("any:" + id + ":0"))
                        .build(),
                6,
                Response.class);
        List<String> unanswered = new ArrayList<>();
        int asked = 0;

        ApiVersionsResponse advertised = node.ask(
                ApiVersionsRequest.builder()
                        .clientSoftwareName("test")
                        .clientSoftwareVersion("1")
                        .build(),
                4,
                ApiVersionsResponse.class);
        for (ApiVersionsResponse.ApiVersion api : advertised.apiKeys()) {
            ApiKey key = ApiKey.forId(api.apiKey());
            assertThat(key).isNotNull();
            int lowest = Math.max(api.minVersion(), key.lowestVersion());
            for (int version = lowest; version <= api.maxVersion(); version++) {
                for (Target target : List.of(
                        new Target(TOPIC, id, "group-" + key.id() + "-" + version),
                        new Target("unknown-" + key.id() + "-" + version, UNKNOWN_ID, ""))) {
                    asked++;
                    try {
                        node.ask(example(key, version, target), version, Response.class);
                    } catch (RuntimeException | AssertionError failure) {
                        unanswered.add(key + " v" + version + " " + target + ": "
                                + String.valueOf(failure.getMessage())
                                        .lines()
                                        .findFirst()
                                        .orElse(""));
                    }
                }
            }
        }

        assertThat(unanswered).isEmpty();
        assertThat(asked)
                .as("two requests for every version of some thirty APIs")
                .isGreaterThan(250);
    }

    @Test
    void produceIsAdvertisedFromVersionZeroForOldLibrdkafka() {
        SimulatedNode node = SimulatedNode.start(LogLevels.none());

        ApiVersionsResponse answer = node.ask(ApiVersionsRequest.builder().build(), 0, ApiVersionsResponse.class);

        assertThat(answer.apiKeys())
                .filteredOn(api -> api.apiKey() == ApiKey.PRODUCE.id())
                .singleElement()
                .satisfies(api -> assertThat(api.minVersion()).isZero());
    }

    static Uuid createTopic(SimulatedNode node, String name) {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.CreatableTopic.builder()
                        .name(name)
                        .numPartitions(3)
                        .replicationFactor((short) 1)
                        .build()))
                .build();
        return node.ask(request, 7, CreateTopicsResponse.class)
                .topics()
                .getFirst()
                .topicId();
    }

    record Target(String topic, Uuid topicId, String group) {}

    static Request example(ApiKey key, int v, Target target) {
        String topic = target.topic;
        String group = target.group;
        return switch (key) {
            case API_VERSIONS ->
                v < 3
                        ? ApiVersionsRequest.builder().build()
                        : ApiVersionsRequest.builder()
                                .clientSoftwareName("test")
                                .clientSoftwareVersion("1")
                                .build();
            case PRODUCE ->
                ProduceRequest.builder()
                        .acks((short) -1)
                        .timeoutMs(1000)
                        .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                                .name(v < 13 ? topic : "")
                                .topicId(v < 13 ? Uuid.ZERO : target.topicId)
                                .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                        .index(0)
                                        .records(records())
                                        .build()))
                                .build()))
                        .build();
            case FETCH -> fetch(v, target);
            case LIST_OFFSETS ->
                ListOffsetsRequest.builder()
                        .replicaId(-1)
                        .topics(List.of(ListOffsetsRequest.ListOffsetsTopic.builder()
                                .name(topic)
                                .partitions(List.of(ListOffsetsRequest.ListOffsetsPartition.builder()
                                        .timestamp(-1)
                                        .build()))
                                .build()))
                        .build();
            case METADATA ->
                MetadataRequest.builder()
                        .topics(List.of(MetadataRequest.MetadataRequestTopic.builder()
                                .name(v == 12 ? null : topic)
                                .topicId(v == 12 ? target.topicId : Uuid.ZERO)
                                .build()))
                        .includeTopicAuthorizedOperations(v >= 8)
                        .build();
            case DESCRIBE_TOPIC_PARTITIONS ->
                DescribeTopicPartitionsRequest.builder()
                        .topics(List.of(DescribeTopicPartitionsRequest.TopicRequest.builder()
                                .name(topic)
                                .build()))
                        .build();
            case OFFSET_FOR_LEADER_EPOCH ->
                OffsetForLeaderEpochRequest.builder()
                        .topics(List.of(OffsetForLeaderEpochRequest.OffsetForLeaderTopic.builder()
                                .topic(topic)
                                .partitions(List.of(OffsetForLeaderEpochRequest.OffsetForLeaderPartition.builder()
                                        .build()))
                                .build()))
                        .build();
            case DELETE_RECORDS ->
                DeleteRecordsRequest.builder()
                        .topics(List.of(DeleteRecordsRequest.DeleteRecordsTopic.builder()
                                .name(topic)
                                .partitions(List.of(DeleteRecordsRequest.DeleteRecordsPartition.builder()
                                        .build()))
                                .build()))
                        .build();
            case FIND_COORDINATOR ->
                v < 4
                        ? FindCoordinatorRequest.builder().key(group).build()
                        : FindCoordinatorRequest.builder()
                                .coordinatorKeys(List.of(group))
                                .build();
            case INIT_PRODUCER_ID ->
                InitProducerIdRequest.builder()
                        .transactionalId(group.isEmpty() ? "transactional" : v % 2 == 0 ? null : "t" + group)
                        .transactionTimeoutMs(group.isEmpty() ? 0 : 1_000)
                        .build();
            case ADD_PARTITIONS_TO_TXN -> addPartitions(v, target);
            case ADD_OFFSETS_TO_TXN ->
                AddOffsetsToTxnRequest.builder()
                        .transactionalId("t" + group)
                        .producerId(7)
                        .groupId(group)
                        .build();
            case END_TXN ->
                EndTxnRequest.builder()
                        .transactionalId("t" + group)
                        .producerId(7)
                        .committed(true)
                        .build();
            case ALTER_CLIENT_QUOTAS ->
                AlterClientQuotasRequest.builder()
                        .entries(List.of(new AlterClientQuotasRequest.EntryData(
                                List.of(new AlterClientQuotasRequest.EntityData(
                                        group.isEmpty() ? "cat" : "user", group)),
                                List.of(new AlterClientQuotasRequest.OpData("producer_byte_rate", 1_000, false)))))
                        .build();
            case DESCRIBE_CLIENT_QUOTAS ->
                DescribeClientQuotasRequest.builder()
                        .components(
                                group.isEmpty()
                                        ? List.of()
                                        : List.of(
                                                new DescribeClientQuotasRequest.ComponentData("user", (byte) 2, null)))
                        .strict(v > 0)
                        .build();
            case DESCRIBE_USER_SCRAM_CREDENTIALS ->
                DescribeUserScramCredentialsRequest.builder()
                        .users(
                                group.isEmpty()
                                        ? null
                                        : List.of(new DescribeUserScramCredentialsRequest.UserName(group)))
                        .build();
            case ALTER_USER_SCRAM_CREDENTIALS ->
                AlterUserScramCredentialsRequest.builder()
                        .deletions(
                                List.of(new AlterUserScramCredentialsRequest.ScramCredentialDeletion(group, (byte) 1)))
                        .build();
            case CREATE_DELEGATION_TOKEN ->
                CreateDelegationTokenRequest.builder().build();
            case RENEW_DELEGATION_TOKEN -> RenewDelegationTokenRequest.builder().build();
            case EXPIRE_DELEGATION_TOKEN ->
                ExpireDelegationTokenRequest.builder().build();
            case DESCRIBE_DELEGATION_TOKEN ->
                DescribeDelegationTokenRequest.builder().owners(null).build();
            case GET_TELEMETRY_SUBSCRIPTIONS ->
                new GetTelemetrySubscriptionsRequest(group.isEmpty() ? Uuid.ZERO : target.topicId);
            case PUSH_TELEMETRY ->
                PushTelemetryRequest.builder()
                        .clientInstanceId(group.isEmpty() ? Uuid.ZERO : target.topicId)
                        .metrics(ByteBuffer.wrap(new byte[] {10, 0}))
                        .build();
            case DESCRIBE_TRANSACTIONS -> new DescribeTransactionsRequest(List.of("t", group));
            case LIST_TRANSACTIONS ->
                ListTransactionsRequest.builder()
                        .stateFilters(group.isEmpty() ? List.of("Unheard-of") : List.of("Ongoing"))
                        .durationFilter(v >= 1 ? 1000 : -1)
                        .transactionalIdPattern(v >= 2 ? "t.*" : null)
                        .build();
            case JOIN_GROUP ->
                JoinGroupRequest.builder()
                        .groupId(group)
                        .sessionTimeoutMs(10_000)
                        .rebalanceTimeoutMs(10_000)
                        .protocolType("consumer")
                        .protocols(List.of(JoinGroupRequest.JoinGroupRequestProtocol.builder()
                                .name("range")
                                .metadata(ByteBuffer.allocate(0))
                                .build()))
                        .build();
            case SYNC_GROUP ->
                SyncGroupRequest.builder().groupId(group).memberId("m").build();
            case HEARTBEAT ->
                HeartbeatRequest.builder().groupId(group).memberId("m").build();
            case LEAVE_GROUP ->
                v < 3
                        ? LeaveGroupRequest.builder()
                                .groupId(group)
                                .memberId("m")
                                .build()
                        : LeaveGroupRequest.builder()
                                .groupId(group)
                                .members(List.of(LeaveGroupRequest.MemberIdentity.builder()
                                        .memberId("m")
                                        .build()))
                                .build();
            case OFFSET_COMMIT ->
                OffsetCommitRequest.builder()
                        .groupId(group)
                        .topics(List.of(OffsetCommitRequest.OffsetCommitRequestTopic.builder()
                                .name(v < 10 ? topic : "")
                                .topicId(v < 10 ? Uuid.ZERO : target.topicId)
                                .partitions(List.of(OffsetCommitRequest.OffsetCommitRequestPartition.builder()
                                        .build()))
                                .build()))
                        .build();
            case TXN_OFFSET_COMMIT ->
                TxnOffsetCommitRequest.builder()
                        .transactionalId("t" + group)
                        .groupId(group)
                        .producerId(7)
                        .topics(List.of(TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic.builder()
                                .name(v < 6 ? topic : "")
                                .topicId(v < 6 ? Uuid.ZERO : target.topicId)
                                .partitions(List.of(TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition.builder()
                                        .build()))
                                .build()))
                        .build();
            case WRITE_TXN_MARKERS ->
                new WriteTxnMarkersRequest(List.of(WriteTxnMarkersRequest.WritableTxnMarker.builder()
                        .producerId(7)
                        .transactionVersion((byte) (v < 2 ? 0 : 2))
                        .topics(List.of(new WriteTxnMarkersRequest.WritableTxnMarkerTopic(topic, List.of(0))))
                        .build()));
            case OFFSET_FETCH -> offsetFetch(v, target);
            case OFFSET_DELETE ->
                OffsetDeleteRequest.builder()
                        .groupId(group)
                        .topics(List.of(OffsetDeleteRequest.OffsetDeleteRequestTopic.builder()
                                .name(topic)
                                .partitions(List.of(OffsetDeleteRequest.OffsetDeleteRequestPartition.builder()
                                        .build()))
                                .build()))
                        .build();
            case DESCRIBE_GROUPS ->
                DescribeGroupsRequest.builder()
                        .groups(List.of(group))
                        .includeAuthorizedOperations(v >= 3)
                        .build();
            case LIST_GROUPS -> ListGroupsRequest.builder().build();
            case DELETE_GROUPS ->
                DeleteGroupsRequest.builder().groupsNames(List.of(group)).build();
            case CREATE_TOPICS ->
                CreateTopicsRequest.builder()
                        .topics(List.of(CreateTopicsRequest.CreatableTopic.builder()
                                .name(topic)
                                .numPartitions(1)
                                .replicationFactor((short) 1)
                                .build()))
                        .build();
            case DELETE_TOPICS -> {
                // What exists is still needed.
                String absent = "absent";
                yield v < 6
                        ? DeleteTopicsRequest.builder()
                                .topicNames(List.of(absent))
                                .timeoutMs(1000)
                                .build()
                        : DeleteTopicsRequest.builder()
                                .topics(List.of(
                                        DeleteTopicsRequest.DeleteTopicState.builder()
                                                .name(absent)
                                                .build(),
                                        DeleteTopicsRequest.DeleteTopicState.builder()
                                                .topicId(UNKNOWN_ID)
                                                .build()))
                                .timeoutMs(1000)
                                .build();
            }
            case CREATE_PARTITIONS ->
                CreatePartitionsRequest.builder()
                        .topics(List.of(CreatePartitionsRequest.CreatePartitionsTopic.builder()
                                .name(topic)
                                .count(5)
                                .assignments(null)
                                .build()))
                        .timeoutMs(1000)
                        .build();
            case DESCRIBE_CONFIGS ->
                DescribeConfigsRequest.builder()
                        .resources(List.of(
                                describe(ConfigTypes.TOPIC, topic),
                                describe(ConfigTypes.BROKER, "1"),
                                describe(ConfigTypes.BROKER, ""),
                                describe(ConfigTypes.BROKER_LOGGER, "1"),
                                describe(ConfigTypes.GROUP, group),
                                describe(ConfigTypes.CLIENT_METRICS, group)))
                        .includeSynonyms(true)
                        .includeDocumentation(v >= 3)
                        .build();
            case ALTER_CONFIGS ->
                AlterConfigsRequest.builder()
                        .resources(List.of(AlterConfigsRequest.AlterConfigsResource.builder()
                                .resourceType(ConfigTypes.TOPIC)
                                .resourceName(topic)
                                .configs(List.of(AlterConfigsRequest.AlterableConfig.builder()
                                        .name("retention.ms")
                                        .value("1000")
                                        .build()))
                                .build()))
                        .build();
            case INCREMENTAL_ALTER_CONFIGS ->
                IncrementalAlterConfigsRequest.builder()
                        .resources(List.of(IncrementalAlterConfigsRequest.AlterConfigsResource.builder()
                                .resourceType(ConfigTypes.TOPIC)
                                .resourceName(topic)
                                .configs(List.of(IncrementalAlterConfigsRequest.AlterableConfig.builder()
                                        .name("retention.ms")
                                        .value("1000")
                                        .build()))
                                .build()))
                        .build();
            case LIST_CONFIG_RESOURCES -> ListConfigResourcesRequest.builder().build();
            case DESCRIBE_CLUSTER ->
                DescribeClusterRequest.builder()
                        .includeClusterAuthorizedOperations(true)
                        .build();
            case DESCRIBE_LOG_DIRS ->
                DescribeLogDirsRequest.builder()
                        .topics(List.of(DescribeLogDirsRequest.DescribableLogDirTopic.builder()
                                .topic(topic)
                                .partitions(List.of(0))
                                .build()))
                        .build();
            case UPDATE_FEATURES ->
                UpdateFeaturesRequest.builder()
                        .featureUpdates(List.of(UpdateFeaturesRequest.FeatureUpdateKey.builder()
                                .feature(group.isEmpty() ? "unknown" : "barnabas.metadata.version")
                                .maxVersionLevel((short) 1)
                                .build()))
                        .build();
            case DESCRIBE_PRODUCERS ->
                DescribeProducersRequest.builder()
                        .topics(List.of(DescribeProducersRequest.TopicRequest.builder()
                                .name(topic)
                                .partitionIndexes(List.of(0))
                                .build()))
                        .build();
            case DESCRIBE_ACLS ->
                DescribeAclsRequest.builder()
                        .resourceTypeFilter((byte) 1)
                        .operation((byte) 1)
                        .permissionType((byte) 1)
                        .build();
            case CREATE_ACLS ->
                CreateAclsRequest.builder()
                        .creations(List.of(CreateAclsRequest.AclCreation.builder()
                                .resourceType((byte) 2)
                                .resourceName(topic)
                                .principal("User:somebody")
                                .host("*")
                                .operation((byte) 3)
                                .permissionType((byte) 3)
                                .build()))
                        .build();
            case DELETE_ACLS ->
                DeleteAclsRequest.builder()
                        .filters(List.of(DeleteAclsRequest.DeleteAclsFilter.builder()
                                .resourceTypeFilter((byte) 1)
                                .operation((byte) 1)
                                .permissionType((byte) 1)
                                .build()))
                        .build();
            case ELECT_LEADERS ->
                ElectLeadersRequest.builder()
                        .topicPartitions(List.of(new ElectLeadersRequest.TopicPartitions(topic, List.of(0))))
                        .timeoutMs(1000)
                        .build();
            case ALTER_PARTITION_REASSIGNMENTS ->
                AlterPartitionReassignmentsRequest.builder()
                        .topics(List.of(new AlterPartitionReassignmentsRequest.ReassignableTopic(
                                topic,
                                List.of(new AlterPartitionReassignmentsRequest.ReassignablePartition(0, List.of(1))))))
                        .timeoutMs(1000)
                        .build();
            case LIST_PARTITION_REASSIGNMENTS ->
                ListPartitionReassignmentsRequest.builder()
                        .topics(List.of(new ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics(
                                topic, List.of(0))))
                        .timeoutMs(1000)
                        .build();
            // The only broker is still needed.
            case UNREGISTER_BROKER ->
                UnregisterBrokerRequest.builder().brokerId(77).build();
            case DESCRIBE_QUORUM ->
                DescribeQuorumRequest.builder()
                        .topics(List.of(new DescribeQuorumRequest.TopicData(
                                "__cluster_metadata", List.of(new DescribeQuorumRequest.PartitionData(0)))))
                        .build();
            case ADD_RAFT_VOTER ->
                AddRaftVoterRequest.builder()
                        .clusterId(null)
                        .timeoutMs(1000)
                        .voterId(2)
                        .voterDirectoryId(target.topicId)
                        .listeners(List.of(new AddRaftVoterRequest.Listener("CONTROLLER", "elsewhere", 9093)))
                        .build();
            case REMOVE_RAFT_VOTER ->
                RemoveRaftVoterRequest.builder()
                        .clusterId(null)
                        .voterId(2)
                        .voterDirectoryId(target.topicId)
                        .build();
            // What brokers ask: from one that is not registered, and from one that is, but not in this epoch.
            case BROKER_REGISTRATION ->
                BrokerRegistrationRequest.builder()
                        .brokerId(77)
                        .clusterId("another")
                        .incarnationId(target.topicId)
                        .listeners(List.of(
                                new BrokerRegistrationRequest.Listener("PLAINTEXT", "elsewhere", 9092, (short) 0)))
                        .build();
            case BROKER_HEARTBEAT ->
                BrokerHeartbeatRequest.builder()
                        .brokerId(asker(group))
                        .wantFence(true)
                        .build();
            case CONSUMER_GROUP_HEARTBEAT ->
                ConsumerGroupHeartbeatRequest.builder()
                        .groupId(target.group())
                        .memberId("member")
                        .memberEpoch(0)
                        .rebalanceTimeoutMs(10_000)
                        .subscribedTopicNames(List.of(target.topic()))
                        .topicPartitions(List.of())
                        .build();
            case CONSUMER_GROUP_DESCRIBE ->
                ConsumerGroupDescribeRequest.builder()
                        .groupIds(List.of(target.group()))
                        .build();
            case SHARE_GROUP_HEARTBEAT,
                    SHARE_GROUP_DESCRIBE,
                    DESCRIBE_SHARE_GROUP_OFFSETS,
                    ALTER_SHARE_GROUP_OFFSETS,
                    DELETE_SHARE_GROUP_OFFSETS,
                    INITIALIZE_SHARE_GROUP_STATE,
                    READ_SHARE_GROUP_STATE,
                    WRITE_SHARE_GROUP_STATE,
                    DELETE_SHARE_GROUP_STATE,
                    READ_SHARE_GROUP_STATE_SUMMARY,
                    SHARE_FETCH,
                    SHARE_ACKNOWLEDGE -> ShareExamples.of(key, target);
            case STREAMS_GROUP_HEARTBEAT ->
                StreamsGroupHeartbeatRequest.builder()
                        .groupId(target.group())
                        .memberId("member")
                        .memberEpoch(0)
                        .endpointInformationEpoch(-1)
                        .rebalanceTimeoutMs(10_000)
                        .topology(topology(target.topic()))
                        .activeTasks(List.of())
                        .standbyTasks(List.of())
                        .warmupTasks(List.of())
                        .processId("process")
                        .build();
            case STREAMS_GROUP_DESCRIBE ->
                StreamsGroupDescribeRequest.builder()
                        .groupIds(List.of(target.group()))
                        .build();
            case ALTER_PARTITION ->
                AlterPartitionRequest.builder()
                        .brokerId(asker(group))
                        .topics(List.of(new AlterPartitionRequest.TopicData(
                                target.topicId,
                                List.of(AlterPartitionRequest.PartitionData.builder()
                                        .newIsr(v < 3 ? List.of(1) : List.of())
                                        .newIsrWithEpochs(
                                                v < 3
                                                        ? List.of()
                                                        : List.of(new AlterPartitionRequest.BrokerState(1, 0)))
                                        .build()))))
                        .build();
            case ALLOCATE_PRODUCER_IDS ->
                AllocateProducerIdsRequest.builder().brokerId(asker(group)).build();
            case ASSIGN_REPLICAS_TO_DIRS ->
                AssignReplicasToDirsRequest.builder()
                        .brokerId(asker(group))
                        .directories(List.of(new AssignReplicasToDirsRequest.DirectoryData(
                                UNKNOWN_ID,
                                List.of(new AssignReplicasToDirsRequest.TopicData(
                                        target.topicId, List.of(new AssignReplicasToDirsRequest.PartitionData(0)))))))
                        .build();
            case ENVELOPE ->
                new EnvelopeRequest(
                        group.isEmpty()
                                ? ByteBuffer.allocate(3)
                                : Wire.encodeRequest(
                                                1,
                                                "forwarded",
                                                example(ApiKey.LIST_PARTITION_REASSIGNMENTS, 0, target),
                                                0)
                                        .flatten(),
                        ByteBuffer.allocate(0),
                        ByteBuffer.wrap("elsewhere".getBytes(StandardCharsets.UTF_8)));
            default -> throw new AssertionError("no example of a request for " + key + ": add one");
        };
    }

    private static Request addPartitions(int v, Target target) {
        List<AddPartitionsToTxnRequest.AddPartitionsToTxnTopic> topics =
                List.of(new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic(target.topic, List.of(0)));
        if (v < 4) {
            return AddPartitionsToTxnRequest.builder()
                    .v3AndBelowTransactionalId("t" + target.group)
                    .v3AndBelowProducerId(7)
                    .v3AndBelowTopics(topics)
                    .build();
        }
        return AddPartitionsToTxnRequest.builder()
                .transactions(List.of(
                        new AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction(
                                "t" + target.group, 7, (short) 0, false, topics),
                        new AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction(
                                "u" + target.group, 7, (short) 0, true, topics)))
                .build();
    }

    /** What does not exist is asked for by a broker that does not exist either. */
    private static Request fetch(int v, Target target) {
        FetchRequest.Builder request = FetchRequest.builder()
                .maxWaitMs(10)
                .minBytes(1)
                .topics(List.of(FetchRequest.FetchTopic.builder()
                        .topic(v < 13 ? target.topic : "")
                        .topicId(v < 13 ? Uuid.ZERO : target.topicId)
                        .partitions(List.of(FetchRequest.FetchPartition.builder()
                                .partition(0)
                                .partitionMaxBytes(1000)
                                .build()))
                        .build()));
        if (target.group.isEmpty()) {
            if (v < 15) {
                request.replicaId(7);
            } else {
                request.replicaState(FetchRequest.ReplicaState.builder()
                        .replicaId(7)
                        .replicaEpoch(7)
                        .build());
            }
        }
        return request.build();
    }

    /** The broker of the test, or one that is not there. */
    private static int asker(String group) {
        return group.isEmpty() ? 77 : SimulatedNode.ID;
    }

    private static Request offsetFetch(int v, Target target) {
        if (v < 8) {
            return OffsetFetchRequest.builder()
                    .groupId(target.group)
                    .topics(List.of(OffsetFetchRequest.OffsetFetchRequestTopic.builder()
                            .name(target.topic)
                            .partitionIndexes(List.of(0))
                            .build()))
                    .build();
        }
        return OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequest.OffsetFetchRequestGroup.builder()
                        .groupId(target.group)
                        .topics(List.of(OffsetFetchRequest.OffsetFetchRequestTopics.builder()
                                .name(v < 10 ? target.topic : "")
                                .topicId(v < 10 ? Uuid.ZERO : target.topicId)
                                .partitionIndexes(List.of(0))
                                .build()))
                        .build()))
                .build();
    }

    private static DescribeConfigsRequest.DescribeConfigsResource describe(byte type, String name) {
        return DescribeConfigsRequest.DescribeConfigsResource.builder()
                .resourceType(type)
                .resourceName(name)
                .configurationKeys(null)
                .build();
    }

    private static MemoryRecords records() {
        RecordBatchBuilder batch = new RecordBatchBuilder(1000).reset();
        byte[] value = "value".getBytes(StandardCharsets.UTF_8);
        assertThat(batch.append(1_767_225_600_000L, (byte[]) null, value, List.of()))
                .isTrue();
        return new MemoryRecords(batch.build());
    }

    private static Topology topology(String source) {
        return new Topology(
                0,
                List.of(Subtopology.builder()
                        .subtopologyId("0")
                        .sourceTopics(List.of(source))
                        .sourceTopicRegex(List.of())
                        .stateChangelogTopics(List.of())
                        .repartitionSinkTopics(List.of())
                        .repartitionSourceTopics(List.of())
                        .copartitionGroups(List.of())
                        .build()));
    }
}
