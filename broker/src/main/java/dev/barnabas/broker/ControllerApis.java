package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.AllocateProducerIdsRequest;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest;
import dev.barnabas.protocol.message.BrokerHeartbeatRequest;
import dev.barnabas.protocol.message.BrokerRegistrationRequest;
import java.util.List;

/** What the controller answers to brokers. */
final class ControllerApis {

    private ControllerApis() {}

    static List<Api<?>> ofBrokers(ClusterMetadata metadata, String clusterId, BrokerWatch watch) {
        return List.of(
                Api.of(
                        ApiKey.BROKER_REGISTRATION,
                        BrokerRegistrationRequest.class,
                        new BrokerRegistrationHandler(metadata, clusterId)),
                Api.of(
                        ApiKey.BROKER_HEARTBEAT,
                        BrokerHeartbeatRequest.class,
                        new BrokerHeartbeatHandler(metadata, watch)),
                Api.of(
                        ApiKey.ALLOCATE_PRODUCER_IDS,
                        AllocateProducerIdsRequest.class,
                        new AllocateProducerIdsHandler(metadata)),
                Api.of(
                        ApiKey.ASSIGN_REPLICAS_TO_DIRS,
                        AssignReplicasToDirsRequest.class,
                        new AssignReplicasToDirsHandler(metadata)),
                Api.of(ApiKey.ALTER_PARTITION, AlterPartitionRequest.class, new AlterPartitionHandler(metadata)));
    }
}
