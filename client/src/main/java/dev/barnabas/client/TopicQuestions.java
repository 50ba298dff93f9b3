package dev.barnabas.client;

import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.CreatePartitionsRequest;
import dev.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import dev.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import dev.barnabas.protocol.message.CreatePartitionsResponse;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DeleteRecordsRequest;
import dev.barnabas.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import dev.barnabas.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import dev.barnabas.protocol.message.DeleteRecordsResponse;
import dev.barnabas.protocol.message.DeleteTopicsRequest;
import dev.barnabas.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import dev.barnabas.protocol.message.DeleteTopicsResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import dev.barnabas.protocol.message.MetadataResponse;
import java.util.List;
import java.util.Map;

/** Questions about topics, see {@link Admin}. */
final class TopicQuestions {

    /** From this version on a broker fills in the numbers that are -1 (KIP-464). */
    private static final int DEFAULTS_BY_BROKER = 4;

    private TopicQuestions() {}

    static Question<String, Topics.Created, CreateTopicsResponse> create(
            Map<String, Topics.New> topics, boolean validateOnly, int timeoutMs) {
        return Question.<String, Topics.Created, CreateTopicsResponse>of(
                        "create topic",
                        name -> new Route.Controller(),
                        names -> createCall(names.stream().map(topics::get).toList(), validateOnly, timeoutMs),
                        TopicQuestions::readCreated)
                .finalUnlessMisdirected();
    }

    private static Call<CreateTopicsResponse> createCall(List<Topics.New> topics, boolean validateOnly, int timeoutMs) {
        boolean byBroker = topics.stream()
                .anyMatch(topic ->
                        topic.replicas().isEmpty() && (topic.partitions() == -1 || topic.replicationFactor() == -1));
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(topics.stream().map(TopicQuestions::creatable).toList())
                .timeoutMs(timeoutMs)
                .validateOnly(validateOnly)
                .build();
        return Call.of(request, CreateTopicsResponse::read).from(byBroker ? DEFAULTS_BY_BROKER : 0);
    }

    private static CreatableTopic creatable(Topics.New topic) {
        boolean placed = !topic.replicas().isEmpty();
        return CreatableTopic.builder()
                .name(topic.name())
                .numPartitions(placed ? -1 : topic.partitions())
                .replicationFactor((short) (placed ? -1 : topic.replicationFactor()))
                .assignments(topic.replicas().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> new CreatableReplicaAssignment(entry.getKey(), entry.getValue()))
                        .toList())
                .configs(topic.configs().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> new CreatableTopicConfig(entry.getKey(), entry.getValue()))
                        .toList())
                .build();
    }

    private static void readCreated(Answer<CreateTopicsResponse> answer, Outcomes<String, Topics.Created> outcomes) {
        for (CreateTopicsResponse.CreatableTopicResult topic : answer.response().topics()) {
            List<CreateTopicsResponse.CreatableTopicConfigs> configs = topic.configs();
            outcomes.outcome(
                    topic.name(),
                    topic.errorCode(),
                    topic.errorMessage(),
                    () -> new Topics.Created(
                            topic.topicId(),
                            topic.numPartitions(),
                            topic.replicationFactor(),
                            configs == null
                                    ? List.of()
                                    : configs.stream()
                                            .map(config -> new Configs.Entry(
                                                    config.name(),
                                                    config.value(),
                                                    Configs.Source.of(config.configSource()),
                                                    Configs.Type.UNKNOWN,
                                                    config.readOnly(),
                                                    config.isSensitive(),
                                                    List.of(),
                                                    null))
                                            .toList()));
        }
    }

    static Question<String, Done, DeleteTopicsResponse> delete(int timeoutMs) {
        return Question.<String, Done, DeleteTopicsResponse>of(
                        "delete topic",
                        name -> new Route.Controller(),
                        names -> Call.of(
                                ApiKey.DELETE_TOPICS,
                                version -> {
                                    DeleteTopicsRequest.Builder request =
                                            DeleteTopicsRequest.builder().timeoutMs(timeoutMs);
                                    return (version < 6
                                                    ? request.topicNames(names)
                                                    : request.topics(names.stream()
                                                            .map(name -> DeleteTopicState.builder()
                                                                    .name(name)
                                                                    .build())
                                                            .toList()))
                                            .build();
                                },
                                DeleteTopicsResponse::read),
                        (answer, outcomes) -> answer.response().responses().forEach(topic -> {
                            if (topic.name() != null) {
                                outcomes.outcome(
                                        topic.name(), topic.errorCode(), topic.errorMessage(), () -> Done.DONE);
                            }
                        }))
                .finalUnlessMisdirected();
    }

    static Question<String, Done, CreatePartitionsResponse> createPartitions(
            Map<String, Topics.NewPartitions> topics, boolean validateOnly, int timeoutMs) {
        return Question.<String, Done, CreatePartitionsResponse>of(
                        "create partitions of topic",
                        name -> new Route.Controller(),
                        names -> Call.of(
                                CreatePartitionsRequest.builder()
                                        .topics(names.stream()
                                                .map(name -> morePartitions(name, topics))
                                                .toList())
                                        .timeoutMs(timeoutMs)
                                        .validateOnly(validateOnly)
                                        .build(),
                                CreatePartitionsResponse::read),
                        (answer, outcomes) -> answer.response()
                                .results()
                                .forEach(topic -> outcomes.outcome(
                                        topic.name(), topic.errorCode(), topic.errorMessage(), () -> Done.DONE)))
                .finalUnlessMisdirected();
    }

    private static CreatePartitionsTopic morePartitions(String name, Map<String, Topics.NewPartitions> topics) {
        Topics.NewPartitions wanted = topics.getOrDefault(name, Topics.NewPartitions.upTo(0));
        return CreatePartitionsTopic.builder()
                .name(name)
                .count(wanted.count())
                .assignments(
                        wanted.replicas().isEmpty()
                                ? null
                                : wanted.replicas().stream()
                                        .map(CreatePartitionsAssignment::new)
                                        .toList())
                .build();
    }

    static Question<TopicPartition, Long, DeleteRecordsResponse> deleteRecords(
            Map<TopicPartition, Long> before, int timeoutMs) {
        return Question.of(
                "delete records of",
                Route.LeaderOf::new,
                partitions -> Call.of(
                        DeleteRecordsRequest.builder()
                                .topics(ByTopic.map(
                                        partitions,
                                        (name, some) -> new DeleteRecordsTopic(
                                                name,
                                                some.stream()
                                                        .map(id -> new DeleteRecordsPartition(
                                                                id.partition(), before.getOrDefault(id, 0L)))
                                                        .toList())))
                                .timeoutMs(timeoutMs)
                                .build(),
                        DeleteRecordsResponse::read),
                (answer, outcomes) -> answer.response()
                        .topics()
                        .forEach(topic -> topic.partitions()
                                .forEach(partition -> outcomes.outcome(
                                        new TopicPartition(topic.name(), partition.partitionIndex()),
                                        partition.errorCode(),
                                        null,
                                        partition::lowWatermark))));
    }

    /** One key only, whatever it is: the brokers that serve, and all topics. */
    static Question<String, ClusterView, MetadataResponse> everything() {
        return Question.of(
                "list",
                name -> new Route.Anyone(),
                names -> Call.of(
                        ApiKey.METADATA,
                        version -> MetadataRequest.builder()
                                .topics(version == 0 ? List.of() : null)
                                .allowAutoTopicCreation(version < 4)
                                .build(),
                        MetadataResponse::read),
                (answer, outcomes) -> {
                    ClusterView view = ViewUpdate.apply(ClusterView.EMPTY, answer.response(), null);
                    outcomes.keys().forEach(key -> outcomes.done(key, view));
                });
    }

    static Question<String, ClusterView.Topic, MetadataResponse> describe() {
        return new Question<>(
                "describe topic",
                name -> new Route.Anyone(),
                Integer.MAX_VALUE,
                error -> error.retriable() && error != ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                names -> Call.of(
                        ApiKey.METADATA,
                        version -> MetadataRequest.builder()
                                .topics(names.stream()
                                        .map(name -> MetadataRequestTopic.builder()
                                                .name(name)
                                                .build())
                                        .toList())
                                .allowAutoTopicCreation(version < 4)
                                .build(),
                        MetadataResponse::read),
                (answer, outcomes) -> {
                    ClusterView view = ViewUpdate.apply(ClusterView.EMPTY, answer.response(), null);
                    view.topics().forEach(outcomes::done);
                    view.refused().forEach((name, error) -> outcomes.refused(name, error.code(), null));
                });
    }
}
