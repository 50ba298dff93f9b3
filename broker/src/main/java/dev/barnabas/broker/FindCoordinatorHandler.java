package dev.barnabas.broker;

import dev.barnabas.coordinator.Shards;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.FindCoordinatorResponse.Coordinator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * FindCoordinator 0-6: which node keeps a group, a transactional id, or the state of a partition in a share group. The
 * first question creates the topic that they live in.
 *
 * <ul>
 *   <li>v1: the kind of key. v4 (KIP-699): many keys at once. v5 (KIP-890): like v4. v6 (KIP-932): states of partitions
 *       in share groups, named {@code group:topic id:partition}.
 * </ul>
 */
final class FindCoordinatorHandler implements Handler<FindCoordinatorRequest> {

    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;
    private static final int MANY_KEYS_SINCE = 4;
    private static final int SHARE_SINCE = 6;

    private final Node node;
    private final TopicCreation topics;

    FindCoordinatorHandler(Node node, TopicCreation topics) {
        this.node = node;
        this.topics = topics;
    }

    @Override
    public void handle(FindCoordinatorRequest request, Call call) {
        List<String> keys = call.version() >= MANY_KEYS_SINCE ? request.coordinatorKeys() : List.of(request.key());
        Optional<String> kept = topicOf(request.keyType(), call.version());
        if (kept.isEmpty()) {
            refuse(
                    call,
                    keys,
                    ErrorCode.INVALID_REQUEST,
                    "Only groups, transactional ids and, from version 6 on, states of share groups have a coordinator");
            return;
        }
        if (request.keyType() == SHARE && !keys.stream().allMatch(FindCoordinatorHandler::namesState)) {
            refuse(call, keys, ErrorCode.INVALID_REQUEST, "States of share groups are named group:topic id:partition");
            return;
        }
        String topic = kept.get();
        if (node.image().topic(topic).isPresent()) {
            answerFromImage(call, topic, keys);
            return;
        }
        topics.createInternal(topic, call.loop(), error -> {
            if (error == ErrorCode.NONE) {
                answerFromImage(call, topic, keys);
            } else {
                refuse(call, keys, ErrorCode.COORDINATOR_NOT_AVAILABLE, null);
            }
        });
    }

    private static boolean namesState(String key) {
        // A group may have colons in its name.
        int partition = key.lastIndexOf(':');
        int topic = partition < 0 ? -1 : key.lastIndexOf(':', partition - 1);
        if (topic < 1) {
            return false;
        }
        try {
            Uuid.parse(key.substring(topic + 1, partition));
            return Integer.parseInt(key.substring(partition + 1)) >= 0;
        } catch (IllegalArgumentException neitherIdNorNumber) {
            return false;
        }
    }

    private static Optional<String> topicOf(byte keyType, int version) {
        return switch (keyType) {
            case GROUP -> Optional.of(Topic.CONSUMER_OFFSETS);
            case TRANSACTION -> Optional.of(Topic.TRANSACTION_STATE);
            case SHARE -> version >= SHARE_SINCE ? Optional.of(Topic.SHARE_GROUP_STATE) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private void answerFromImage(Call call, String name, List<String> keys) {
        ClusterImage image = node.image();
        Topic topic = image.topic(name).orElse(null);
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
        int partition = Shards.partitionOf(key, topic.partitions().size());
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
