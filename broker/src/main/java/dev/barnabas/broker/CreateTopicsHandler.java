package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.CreateTopic;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicConfigs;
import dev.barnabas.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Described;
import dev.barnabas.settings.Settings;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * CreateTopics 2-7: new topics, each for itself. A topic is answered when its partitions can be written to.
 *
 * <ul>
 *   <li>v4 (KIP-464): the numbers of partitions and replicas may be left to the broker, as they may here in all
 *       versions.
 *   <li>v5 (KIP-525): the answer says how many there are, and all settings. v7 (KIP-516): and the topic's id.
 * </ul>
 *
 * <p>When the time is up the answer is REQUEST_TIMED_OUT; the topic may still come to be.
 */
final class CreateTopicsHandler implements Handler<CreateTopicsRequest> {

    /** Of all topics of a request together, as in Kafka. */
    private static final int MAX_PARTITIONS_AT_ONCE = 10_000;

    private final Node node;
    private final TopicCreation creation;

    CreateTopicsHandler(Node node, TopicCreation creation) {
        this.node = node;
        this.creation = creation;
    }

    @Override
    public void handle(CreateTopicsRequest request, Call call) {
        Answers<CreatableTopicResult> answers = new Answers<>(call.loop());
        List<String> names = request.topics().stream().map(CreatableTopic::name).toList();
        Set<String> repeated = Repeated.in(names);
        boolean tooMany = partitions(request.topics()) > MAX_PARTITIONS_AT_ONCE;
        for (String name : repeated) {
            answers.known(refused(name, ErrorCode.INVALID_REQUEST, "Duplicate topic name."));
        }
        for (CreatableTopic topic : request.topics()) {
            String name = topic.name();
            if (repeated.contains(name)) {
                continue;
            }
            if (tooMany) {
                answers.known(refused(
                        name,
                        ErrorCode.POLICY_VIOLATION,
                        "A request may create at most " + MAX_PARTITIONS_AT_ONCE + " partitions in all."));
                continue;
            }
            Consumer<CreatableTopicResult> then =
                    answers.expect(refused(name, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.message()));
            creation.create(
                    wish(topic, request.validateOnly()), call.loop(), answer -> then.accept(result(name, answer)));
        }
        answers.await(
                request.timeoutMs(),
                results -> call.answer(
                        CreateTopicsResponse.builder().topics(results).build()));
    }

    private long partitions(List<CreatableTopic> topics) {
        int byDefault = node.settings().get(BrokerSettings.NUM_PARTITIONS);
        long sum = 0;
        for (CreatableTopic topic : topics) {
            if (!topic.assignments().isEmpty()) {
                sum += topic.assignments().size();
            } else {
                sum += topic.numPartitions() == -1 ? byDefault : Math.max(0, topic.numPartitions());
            }
        }
        return sum;
    }

    private static CreateTopic wish(CreatableTopic topic, boolean validateOnly) {
        Map<String, @Nullable String> settings = new LinkedHashMap<>();
        for (CreatableTopicConfig config : topic.configs()) {
            settings.put(config.name(), config.value());
        }
        return new CreateTopic(
                topic.name(),
                topic.numPartitions(),
                topic.replicationFactor(),
                topic.assignments().stream()
                        .map(assignment ->
                                new CreateTopic.Assignment(assignment.partitionIndex(), assignment.brokerIds()))
                        .toList(),
                settings,
                validateOnly);
    }

    private static CreatableTopicResult result(String name, Answer<CreateTopic.Created> answer) {
        return switch (answer) {
            case Answer.Refused<CreateTopic.Created>(Refusal refusal) ->
                refused(name, refusal.error(), refusal.message());
            case Answer.Granted<CreateTopic.Created>(CreateTopic.Created created) ->
                CreatableTopicResult.builder()
                        .name(name)
                        .topicId(created.topic().id())
                        .errorMessage(null)
                        .numPartitions(created.topic().partitions().size())
                        .replicationFactor((short) created.replicationFactor())
                        .configs(configs(created.settings()))
                        .build();
        };
    }

    private static List<CreatableTopicConfigs> configs(Settings settings) {
        return settings.describe().stream()
                .sorted(Comparator.comparing(Described::name))
                .map(described -> CreatableTopicConfigs.builder()
                        .name(described.name())
                        .value(described.value())
                        .readOnly(described.readOnly())
                        .configSource(described.source().code())
                        .isSensitive(described.setting().sensitive())
                        .build())
                .toList();
    }

    private static CreatableTopicResult refused(String name, ErrorCode error, String message) {
        return CreatableTopicResult.builder()
                .name(name)
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}
