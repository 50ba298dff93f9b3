package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.DescribeClusterRequest;
import dev.barnabas.protocol.message.DescribeClusterResponse;
import dev.barnabas.protocol.message.DescribeClusterResponse.DescribeClusterBroker;
import java.util.ArrayList;
import java.util.List;

/**
 * DescribeCluster 0-2 (KIP-700): who is in the cluster.
 *
 * <ul>
 *   <li>v1 (KIP-919): brokers or controllers; a broker's listener answers for brokers only.
 *   <li>v2 (KIP-1073): fenced brokers, if they are asked for.
 * </ul>
 */
final class DescribeClusterHandler implements Handler<DescribeClusterRequest> {

    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final Node node;
    private final ActiveController controller;

    DescribeClusterHandler(Node node, ActiveController controller) {
        this.node = node;
        this.controller = controller;
    }

    @Override
    public void handle(DescribeClusterRequest request, Call call) {
        if (request.endpointType() == BROKERS) {
            call.answer(describe(request, call));
        } else if (request.endpointType() == CONTROLLERS) {
            call.answer(refusal(
                    ErrorCode.MISMATCHED_ENDPOINT_TYPE,
                    "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type"
                            + " CONTROLLER"));
        } else {
            call.answer(refusal(
                    ErrorCode.UNSUPPORTED_ENDPOINT_TYPE, "Unsupported endpoint type " + request.endpointType()));
        }
    }

    private DescribeClusterResponse describe(DescribeClusterRequest request, Call call) {
        ClusterImage image = node.image();
        boolean all = call.version() >= 2 && request.includeFencedBrokers();
        List<DescribeClusterBroker> brokers = new ArrayList<>();
        image.brokers().values().stream()
                .filter(broker -> all || !broker.fenced())
                .forEach(broker -> node.endpointOf(broker, call.listener())
                        .ifPresent(endpoint -> brokers.add(DescribeClusterBroker.builder()
                                .brokerId(broker.id())
                                .host(endpoint.host())
                                .port(endpoint.port())
                                .rack(broker.rack())
                                .isFenced(broker.fenced())
                                .build())));
        return DescribeClusterResponse.builder()
                .clusterId(node.clusterId())
                .controllerId(node.controllerFor(image, controller.nodeId()))
                .brokers(brokers)
                .clusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.CLUSTER
                                : AuthorizedOperations.NOT_ASKED)
                .build();
    }

    private DescribeClusterResponse refusal(ErrorCode error, String message) {
        return DescribeClusterResponse.builder()
                .errorCode(error.code())
                .errorMessage(message)
                .clusterId(node.clusterId())
                .build();
    }
}
