package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Partition;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponseBroker;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Metadata 0-13: brokers, topics, and who leads what.
 *
 * <ul>
 *   <li>v0: no topics named means all. v1: null means all, an empty list none.
 *   <li>v4: a client may opt out of creating the topics it names (KIP-204); before, it cannot.
 *   <li>v8 (KIP-430): authorized operations. v10 (KIP-516): topic ids in responses. v12: topics asked for by id.
 * </ul>
 *
 * <p>A topic that is created by asking for it is answered when it can be written to, so that a client need not ask
 * again.
 */
final class MetadataHandler implements Handler<MetadataRequest> {

    private final Node node;
    private final TopicCreation creation;
    private final ActiveController controller;

    MetadataHandler(Node node, TopicCreation creation, ActiveController controller) {
        this.node = node;
        this.creation = creation;
        this.controller = controller;
    }

    @Override
    public void handle(MetadataRequest request, Call call) {
        ClusterImage image = node.image();
        List<MetadataRequestTopic> asked = request.topics();
        boolean all = asked == null || (call.version() == 0 && asked.isEmpty());
        if (all || asked == null) {
            call.answer(response(
                    request,
                    call,
                    image.topics().stream()
                            .sorted(Comparator.comparing(Topic::name))
                            .map(topic -> describe(image, topic, request))
                            .toList()));
            return;
        }
        if (!topicsAreNamedAsTheVersionAllows(asked, call.version())) {
            call.answer(response(
                    request, call, asked.stream().map(MetadataHandler::invalid).toList()));
            return;
        }
        List<String> missing = asked.stream()
                .filter(topic -> topic.name() != null
                        && byName(topic)
                        && image.topic(name(topic)).isEmpty())
                .map(MetadataHandler::name)
                .distinct()
                .toList();
        boolean mayCreate = call.version() < 4 || request.allowAutoTopicCreation();
        if (missing.isEmpty() || !mayCreate || !creation.isAutomatic()) {
            answer(request, call, asked, Map.of());
        } else {
            creation.createMissing(missing, call.loop(), errors -> answer(request, call, asked, errors));
        }
    }

    private void answer(
            MetadataRequest request,
            Call call,
            List<MetadataRequestTopic> asked,
            Map<String, ErrorCode> creationErrors) {
        ClusterImage image = node.image();
        Map<Object, MetadataResponseTopic> topics = new LinkedHashMap<>();
        for (MetadataRequestTopic topic : asked) {
            if (byName(topic)) {
                topics.put(
                        name(topic),
                        image.topic(name(topic))
                                .map(known -> describe(image, known, request))
                                .orElseGet(() -> unknown(name(topic), request, creationErrors)));
            } else {
                topics.put(
                        topic.topicId(),
                        image.topic(topic.topicId())
                                .map(known -> describe(image, known, request))
                                .orElseGet(() -> MetadataResponseTopic.builder()
                                        .errorCode(ErrorCode.UNKNOWN_TOPIC_ID.code())
                                        .name(call.version() >= 12 ? null : "")
                                        .topicId(topic.topicId())
                                        .build()));
            }
        }
        call.answer(response(request, call, new ArrayList<>(topics.values())));
    }

    private MetadataResponse response(MetadataRequest request, Call call, List<MetadataResponseTopic> topics) {
        ClusterImage image = node.image();
        List<MetadataResponseBroker> brokers = new ArrayList<>();
        node.reachable(image, call.listener())
                .forEach((broker, endpoint) -> brokers.add(MetadataResponseBroker.builder()
                        .nodeId(broker.id())
                        .host(endpoint.host())
                        .port(endpoint.port())
                        .rack(broker.rack())
                        .build()));
        if (node.isOutOfTouch() && brokers.size() > 1 && !leadsAny(topics)) {
            // Clients prefer to ask whom they are connected to, and here they would never hear of a new leader.
            brokers.removeIf(broker -> broker.nodeId() == node.id());
        }
        boolean operations =
                call.version() >= 8 && call.version() <= 10 && request.includeClusterAuthorizedOperations();
        return MetadataResponse.builder()
                .brokers(brokers)
                .clusterId(node.clusterId())
                .controllerId(node.controllerFor(image, controller.nodeId()))
                .topics(topics)
                .clusterAuthorizedOperations(operations ? AuthorizedOperations.CLUSTER : AuthorizedOperations.NOT_ASKED)
                .build();
    }

    private boolean leadsAny(List<MetadataResponseTopic> topics) {
        return topics.stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.leaderId() == node.id());
    }

    private MetadataResponseTopic describe(ClusterImage image, Topic topic, MetadataRequest request) {
        List<MetadataResponsePartition> partitions =
                new ArrayList<>(topic.partitions().size());
        for (int index = 0; index < topic.partitions().size(); index++) {
            Partition partition = topic.partitions().get(index);
            int leader = node.leaderOf(topic, index);
            boolean led = leader != Partition.NO_LEADER;
            partitions.add(MetadataResponsePartition.builder()
                    .errorCode((led ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE).code())
                    .partitionIndex(index)
                    .leaderId(leader)
                    .leaderEpoch(partition.leaderEpoch())
                    .replicaNodes(partition.replicas())
                    .isrNodes(partition.inSyncReplicas())
                    .offlineReplicas(node.offlineReplicas(image, topic, index))
                    .build());
        }
        return MetadataResponseTopic.builder()
                .name(topic.name())
                .topicId(topic.id())
                .isInternal(topic.isInternal())
                .partitions(partitions)
                .topicAuthorizedOperations(operations(request))
                .build();
    }

    private static MetadataResponseTopic unknown(
            String name, MetadataRequest request, Map<String, ErrorCode> creationErrors) {
        ErrorCode error = Optional.ofNullable(creationErrors.get(name))
                .filter(code -> code != ErrorCode.NONE && code != ErrorCode.TOPIC_ALREADY_EXISTS)
                .orElse(
                        TopicCreation.isValidName(name)
                                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                                : ErrorCode.INVALID_TOPIC_EXCEPTION);
        return MetadataResponseTopic.builder()
                .errorCode(error.code())
                .name(name)
                .isInternal(Topic.isInternal(name))
                .partitions(List.of())
                .topicAuthorizedOperations(operations(request))
                .build();
    }

    private static int operations(MetadataRequest request) {
        return request.includeTopicAuthorizedOperations() ? AuthorizedOperations.TOPIC : AuthorizedOperations.NOT_ASKED;
    }

    private static MetadataResponseTopic invalid(MetadataRequestTopic topic) {
        return MetadataResponseTopic.builder()
                .errorCode(ErrorCode.INVALID_REQUEST.code())
                .name(topic.name() == null ? "" : topic.name())
                .topicId(topic.topicId())
                .partitions(List.of())
                .build();
    }

    private static boolean topicsAreNamedAsTheVersionAllows(List<MetadataRequestTopic> asked, int version) {
        return version >= 12
                || asked.stream()
                        .allMatch(
                                topic -> topic.name() != null && topic.topicId().equals(Uuid.ZERO));
    }

    private static boolean byName(MetadataRequestTopic topic) {
        return topic.topicId().equals(Uuid.ZERO) && topic.name() != null;
    }

    private static String name(MetadataRequestTopic topic) {
        String name = topic.name();
        if (name == null) {
            throw new IllegalStateException("asked for by id: " + topic.topicId());
        }
        return name;
    }
}
