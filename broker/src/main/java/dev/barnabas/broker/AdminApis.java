package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.AlterClientQuotasRequest;
import dev.barnabas.protocol.message.AlterConfigsRequest;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.CreatePartitionsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.DeleteTopicsRequest;
import dev.barnabas.protocol.message.DescribeClientQuotasRequest;
import dev.barnabas.protocol.message.DescribeClusterRequest;
import dev.barnabas.protocol.message.DescribeConfigsRequest;
import dev.barnabas.protocol.message.DescribeLogDirsRequest;
import dev.barnabas.protocol.message.DescribeProducersRequest;
import dev.barnabas.protocol.message.ElectLeadersRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.ListConfigResourcesRequest;
import dev.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.UpdateFeaturesRequest;
import java.util.List;

/** The APIs that change and describe what the cluster has agreed on, and what operators ask a node. */
final class AdminApis {

    private AdminApis() {}

    static List<Api<?>> of(
            Node node,
            ClusterMetadata metadata,
            TopicCreation topics,
            List<Reconciler> reconcilers,
            DirectoryRoom room,
            LogLevels logLevels,
            ActiveController controller) {
        return List.of(
                Api.of(ApiKey.CREATE_TOPICS, CreateTopicsRequest.class, new CreateTopicsHandler(node, topics))
                        .forwardedTo(controller),
                Api.of(ApiKey.DELETE_TOPICS, DeleteTopicsRequest.class, new DeleteTopicsHandler(node, metadata, topics))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.CREATE_PARTITIONS,
                                CreatePartitionsRequest.class,
                                new CreatePartitionsHandler(metadata, topics))
                        .forwardedTo(controller),
                Api.of(
                        ApiKey.DESCRIBE_CONFIGS,
                        DescribeConfigsRequest.class,
                        new DescribeConfigsHandler(node, logLevels)),
                Api.of(ApiKey.ALTER_CONFIGS, AlterConfigsRequest.class, new AlterConfigsHandler(metadata))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                                IncrementalAlterConfigsRequest.class,
                                new IncrementalAlterConfigsHandler(node, metadata, logLevels))
                        .forwardedTo(controller, IncrementalAlterConfigsHandler::isOfLoggersOnly),
                Api.of(
                        ApiKey.LIST_CONFIG_RESOURCES,
                        ListConfigResourcesRequest.class,
                        new ListConfigResourcesHandler(node)),
                Api.of(
                        ApiKey.DESCRIBE_CLUSTER,
                        DescribeClusterRequest.class,
                        new DescribeClusterHandler(node, controller)),
                Api.of(
                        ApiKey.DESCRIBE_LOG_DIRS,
                        DescribeLogDirsRequest.class,
                        new DescribeLogDirsHandler(node, reconcilers, room)),
                Api.of(ApiKey.UPDATE_FEATURES, UpdateFeaturesRequest.class, new UpdateFeaturesHandler(metadata))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.ALTER_CLIENT_QUOTAS,
                                AlterClientQuotasRequest.class,
                                new AlterClientQuotasHandler(metadata))
                        .forwardedTo(controller),
                Api.of(
                        ApiKey.DESCRIBE_CLIENT_QUOTAS,
                        DescribeClientQuotasRequest.class,
                        new DescribeClientQuotasHandler(node)),
                Api.of(ApiKey.DESCRIBE_PRODUCERS, DescribeProducersRequest.class, new DescribeProducersHandler(node)),
                Api.of(ApiKey.ELECT_LEADERS, ElectLeadersRequest.class, new ElectLeadersHandler(metadata))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.ALTER_PARTITION_REASSIGNMENTS,
                                AlterPartitionReassignmentsRequest.class,
                                new AlterPartitionReassignmentsHandler(metadata))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.LIST_PARTITION_REASSIGNMENTS,
                                ListPartitionReassignmentsRequest.class,
                                new ListPartitionReassignmentsHandler(node))
                        .forwardedTo(controller));
    }
}
