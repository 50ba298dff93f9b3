package dev.barnabas.broker;

import dev.barnabas.host.Endpoint;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.FindCoordinatorResponse.Coordinator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * FindCoordinator 0-6: which node keeps a group. The first question creates the topic that groups live in.
 *
 * <ul>
 *   <li>v1: the kind of key. v4 (KIP-699): many keys at once. v6 (KIP-932): share groups.
 * </ul>
 *
 * <p>Transactions and share groups are not offered yet. What asks for the coordinator of a transactional id has to fail
 * at once, and say why. Clients that name one key at a time, librdkafka among them, take every error for a passing one
 * and ask again until their time is up, unless they are told that the id may not be used: that is what they are told,
 * as it is by Produce and InitProducerId. Those that name many give up at once, and show the message.
 */
final class FindCoordinatorHandler implements Handler<FindCoordinatorRequest> {

    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final int MANY_KEYS_SINCE = 4;
    private static final String NO_TRANSACTIONS = "This broker does not support transactions";

    private final Node node;
    private final TopicCreation topics;

    FindCoordinatorHandler(Node node, TopicCreation topics) {
        this.node = node;
        this.topics = topics;
    }

    @Override
    public void handle(FindCoordinatorRequest request, Call call) {
        List<String> keys = call.version() >= MANY_KEYS_SINCE ? request.coordinatorKeys() : List.of(request.key());
        if (request.keyType() == TRANSACTION) {
            ErrorCode error = call.version() >= MANY_KEYS_SINCE
                    ? ErrorCode.UNSUPPORTED_VERSION
                    : ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
            answer(call, keys, null, error, NO_TRANSACTIONS);
            return;
        }
        if (request.keyType() != GROUP) {
            answer(
                    call,
                    keys,
                    null,
                    ErrorCode.INVALID_REQUEST,
                    "Only consumer groups have a coordinator on this broker");
            return;
        }
        if (node.image().topic(Topic.CONSUMER_OFFSETS).isPresent()) {
            answerFromImage(call, keys);
            return;
        }
        topics.createInternal(Topic.CONSUMER_OFFSETS, call.loop(), error -> {
            if (error == ErrorCode.NONE) {
                answerFromImage(call, keys);
            } else {
                answer(call, keys, null, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
            }
        });
    }

    private void answerFromImage(Call call, List<String> keys) {
        ClusterImage image = node.image();
        Topic topic = image.topic(Topic.CONSUMER_OFFSETS).orElse(null);
        if (topic == null || topic.partitions().isEmpty()) {
            answer(call, keys, null, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
            return;
        }
        // A single node coordinates everything.
        answer(call, keys, call.listener().advertised(), ErrorCode.NONE, null);
    }

    private void answer(
            Call call, List<String> keys, @Nullable Endpoint at, ErrorCode error, @Nullable String message) {
        int nodeId = at == null ? -1 : node.id();
        String host = at == null ? "" : at.host();
        int port = at == null ? -1 : at.port();
        if (call.version() < MANY_KEYS_SINCE) {
            call.answer(FindCoordinatorResponse.builder()
                    .errorCode(error.code())
                    .errorMessage(message)
                    .nodeId(nodeId)
                    .host(host)
                    .port(port)
                    .build());
            return;
        }
        call.answer(FindCoordinatorResponse.builder()
                .coordinators(keys.stream()
                        .map(key -> Coordinator.builder()
                                .key(key)
                                .errorCode(error.code())
                                .errorMessage(message)
                                .nodeId(nodeId)
                                .host(host)
                                .port(port)
                                .build())
                        .toList())
                .build());
    }
}
