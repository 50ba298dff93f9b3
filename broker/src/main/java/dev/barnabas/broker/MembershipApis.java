package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.AddRaftVoterRequest;
import dev.barnabas.protocol.message.DescribeQuorumRequest;
import dev.barnabas.protocol.message.RemoveRaftVoterRequest;
import dev.barnabas.protocol.message.UnregisterBrokerRequest;
import dev.barnabas.settings.BrokerSettings;
import java.util.List;

/** The APIs about who belongs to the cluster and who votes in it. */
final class MembershipApis {

    private MembershipApis() {}

    /** @param metadataLoop the loop that owns the cluster's metadata */
    static List<Api<?>> of(Node node, ClusterMetadata metadata, Loop metadataLoop, ActiveController controller) {
        String listener =
                DescribeQuorumHandler.listenerName(node.settings().get(BrokerSettings.CONTROLLER_LISTENER_NAMES));
        return List.of(
                Api.of(ApiKey.UNREGISTER_BROKER, UnregisterBrokerRequest.class, new UnregisterBrokerHandler(metadata))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.DESCRIBE_QUORUM,
                                DescribeQuorumRequest.class,
                                new DescribeQuorumHandler(metadata, metadataLoop, listener))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.ADD_RAFT_VOTER,
                                AddRaftVoterRequest.class,
                                new AddRaftVoterHandler(metadata, metadataLoop, node.clusterId(), listener))
                        .forwardedTo(controller),
                Api.of(
                                ApiKey.REMOVE_RAFT_VOTER,
                                RemoveRaftVoterRequest.class,
                                new RemoveRaftVoterHandler(metadata, metadataLoop, node.clusterId()))
                        .forwardedTo(controller));
    }
}
