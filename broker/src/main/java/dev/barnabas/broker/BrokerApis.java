package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.DeleteRecordsRequest;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest;
import dev.barnabas.protocol.message.EnvelopeRequest;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.InitProducerIdRequest;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.OffsetForLeaderEpochRequest;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.transactions.TransactionCoordinator;
import java.util.ArrayList;
import java.util.List;

/** All that a broker's listeners answer. */
final class BrokerApis {

    private BrokerApis() {}

    static Apis of(
            Node node,
            GroupCoordinator groups,
            TransactionCoordinator transactions,
            TransactionParts transactionParts,
            TopicCreation creation,
            StreamsTopics streamsTopics,
            ProducerIds producerIds,
            ControllerAccess access,
            List<Api<?>> adminApis) {
        List<Api<?>> apis = new ArrayList<>();
        Apis[] all = new Apis[1];
        apis.add(Api.of(ApiKey.API_VERSIONS, ApiVersionsRequest.class, new ApiVersionsHandler(() -> all[0], node)));
        apis.add(Api.withoutCopy(
                ApiKey.PRODUCE, ProduceRequest.class, new ProduceHandler(node, transactionParts.appends())));
        apis.add(Api.of(
                ApiKey.FETCH,
                FetchRequest.class,
                new FetchHandler(node, node.settings().get(BrokerSettings.FETCH_MAX_BYTES))));
        apis.add(Api.of(ApiKey.LIST_OFFSETS, ListOffsetsRequest.class, new ListOffsetsHandler(node)));
        apis.add(Api.of(ApiKey.METADATA, MetadataRequest.class, new MetadataHandler(node, creation, access.urgent())));
        apis.add(Api.of(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                DescribeTopicPartitionsRequest.class,
                new DescribeTopicPartitionsHandler(
                        node, node.settings().get(BrokerSettings.MAX_REQUEST_PARTITION_SIZE_LIMIT))));
        apis.add(Api.of(
                ApiKey.OFFSET_FOR_LEADER_EPOCH,
                OffsetForLeaderEpochRequest.class,
                new OffsetForLeaderEpochHandler(node)));
        apis.add(Api.of(ApiKey.DELETE_RECORDS, DeleteRecordsRequest.class, new DeleteRecordsHandler(node)));
        apis.add(Api.of(
                ApiKey.FIND_COORDINATOR, FindCoordinatorRequest.class, new FindCoordinatorHandler(node, creation)));
        apis.add(Api.of(
                ApiKey.INIT_PRODUCER_ID,
                InitProducerIdRequest.class,
                new InitProducerIdHandler(producerIds, transactions)));
        apis.addAll(GroupApis.of(node, groups, streamsTopics));
        apis.addAll(TransactionApis.of(transactions));
        apis.add(Api.of(
                ApiKey.TXN_OFFSET_COMMIT,
                TxnOffsetCommitRequest.class,
                new TxnOffsetCommitHandler(node, groups, transactionParts.partitions())));
        apis.add(Api.of(
                ApiKey.WRITE_TXN_MARKERS,
                WriteTxnMarkersRequest.class,
                new WriteTxnMarkersHandler(new MarkerWriter(node))));
        apis.addAll(AclApis.of());
        apis.addAll(CredentialApis.of());
        apis.addAll(adminApis);
        apis.addAll(access.apis());
        apis.add(Api.of(ApiKey.ENVELOPE, EnvelopeRequest.class, new EnvelopeHandler(access.forwarded(), () -> all[0])));
        all[0] = new Apis(apis);
        return all[0];
    }
}
