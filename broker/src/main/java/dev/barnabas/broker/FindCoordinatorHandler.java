package dev.barnabas.broker;

import dev.barnabas.groups.GroupCoordinator;
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
            refuse(call, keys, error, NO_TRANSACTIONS);
            return;
        }
        if (request.keyType() != GROUP) {
            refuse(call, keys, ErrorCode.INVALID_REQUEST, "Only consumer groups have a coordinator on this broker");
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
                refuse(call, keys, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
            }
        });
    }

    private void answerFromImage(Call call, List<String> keys) {
        ClusterImage image = node.image();
        Topic topic = image.topic(Topic.CONSUMER_OFFSETS).orElse(null);
        if (topic == null || topic.partitions().isEmpty()) {
            refuse(call, keys, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
            return;
        }
        answer(
                call,
                keys.stream().map(key -> coordinator(call, image, topic, key)).toList());
    }

    /** It is where the partition is led that keeps the key. */
    private Coordinator coordinator(Call call, ClusterImage image, Topic topic, String key) {
        int partition = GroupCoordinator.partitionOf(key, topic.partitions().size());
        return image.broker(node.leaderOf(topic, partition))
                .filter(leader -> !leader.fenced())
                .flatMap(leader -> node.endpointOf(leader, call.listener())
                        .map(endpoint -> Coordinator.builder()
                                .key(key)
                                .nodeId(leader.id())
                                .host(endpoint.host())
                                .port(endpoint.port())
                                .errorMessage(null)
                                .build()))
                .orElseGet(() -> none(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, null));
    }

    private static Coordinator none(String key, ErrorCode error, @Nullable String message) {
        return Coordinator.builder()
                .key(key)
                .nodeId(-1)
                .host("")
                .port(-1)
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }

    private static void refuse(Call call, List<String> keys, ErrorCode error, @Nullable String message) {
        answer(call, keys.stream().map(key -> none(key, error, message)).toList());
    }

    private static void answer(Call call, List<Coordinator> coordinators) {
        if (call.version() >= MANY_KEYS_SINCE) {
            call.answer(
                    FindCoordinatorResponse.builder().coordinators(coordinators).build());
            return;
        }
        Coordinator one = coordinators.getFirst();
        call.answer(FindCoordinatorResponse.builder()
                .errorCode(one.errorCode())
                .errorMessage(one.errorMessage())
                .nodeId(one.nodeId())
                .host(one.host())
                .port(one.port())
                .build());
    }
}
