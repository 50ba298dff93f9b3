package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterConfigsRequest;
import dev.barnabas.protocol.message.AlterConfigsResponse;
import dev.barnabas.protocol.message.CreatePartitionsRequest;
import dev.barnabas.protocol.message.CreatePartitionsResponse;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DeleteTopicsRequest;
import dev.barnabas.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import dev.barnabas.protocol.message.DeleteTopicsResponse;
import dev.barnabas.protocol.message.DescribeClusterRequest;
import dev.barnabas.protocol.message.DescribeClusterResponse;
import dev.barnabas.protocol.message.DescribeConfigsRequest;
import dev.barnabas.protocol.message.DescribeConfigsResponse;
import dev.barnabas.protocol.message.DescribeLogDirsRequest;
import dev.barnabas.protocol.message.DescribeLogDirsResponse;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import dev.barnabas.protocol.message.ListConfigResourcesRequest;
import dev.barnabas.protocol.message.ListConfigResourcesResponse;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdminTest {

    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private final Levels levels = new Levels();
    private final SimulatedNode node = SimulatedNode.start(levels);

    @Test
    void aCreatedTopicIsDescribedInTheAnswerAndCanBeUsedAtOnce() {
        CreateTopicsResponse.CreatableTopicResult created = create(
                        false,
                        topic("t", 3).toBuilder()
                                .configs(List.of(config("retention.ms", "1234")))
                                .build())
                .topics()
                .getFirst();

        assertThat(ErrorCode.forCode(created.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(created.numPartitions()).isEqualTo(3);
        assertThat(created.replicationFactor()).isEqualTo((short) 1);
        assertThat(created.topicId()).isNotEqualTo(Uuid.ZERO);
        assertThat(created.configs())
                .filteredOn(config -> config.name().equals("retention.ms"))
                .singleElement()
                .satisfies(config -> {
                    assertThat(config.value()).isEqualTo("1234");
                    assertThat(config.configSource()).isEqualTo((byte) 1);
                });
        assertThat(latestOffsetError("t")).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aTopicThatIsOnlyValidatedDoesNotComeToBe() {
        assertThat(errors(create(true, topic("t", 1)))).containsExactly(ErrorCode.NONE);

        assertThat(latestOffsetError("t")).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void eachTopicIsRefusedForItsOwnReason() {
        create(false, topic("there", 1));

        CreateTopicsResponse answer = create(
                false,
                topic("there", 1),
                topic("bad/name", 1),
                topic("none", 0),
                topic("many", 1).toBuilder().replicationFactor((short) 2).build(),
                topic("twice", 1),
                topic("twice", 1),
                topic("setting", 1).toBuilder()
                        .configs(List.of(config("no.such", "1")))
                        .build(),
                topic("value", 1).toBuilder()
                        .configs(List.of(config("retention.ms", null)))
                        .build(),
                topic("fine", 1));

        assertThat(answer.topics())
                .extracting(topic -> topic.name() + " " + ErrorCode.forCode(topic.errorCode()))
                .containsExactlyInAnyOrder(
                        "twice INVALID_REQUEST",
                        "there TOPIC_ALREADY_EXISTS",
                        "bad/name INVALID_TOPIC_EXCEPTION",
                        "none INVALID_PARTITIONS",
                        "many INVALID_REPLICATION_FACTOR",
                        "setting INVALID_CONFIG",
                        "value INVALID_CONFIG",
                        "fine NONE");
    }

    @Test
    void aRequestForTooManyPartitionsIsRefusedAsAWhole() {
        assertThat(errors(create(false, topic("a", 9_000), topic("b", 1_001))))
                .containsExactly(ErrorCode.POLICY_VIOLATION, ErrorCode.POLICY_VIOLATION);
    }

    @Test
    void whatIsNotDoneInTimeIsToldSo() {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(topic("late", 1)))
                .timeoutMs(0)
                .build();

        assertThat(errors(node.ask(request, 7, CreateTopicsResponse.class)))
                .containsExactly(ErrorCode.REQUEST_TIMED_OUT);
    }

    @Test
    void aDeletedTopicIsGoneWhenThatIsAnswered() {
        Uuid id = create(false, topic("t", 4)).topics().getFirst().topicId();
        create(false, topic("u", 1));

        DeleteTopicsResponse answer = delete(
                DeleteTopicState.builder().topicId(id).build(),
                DeleteTopicState.builder().name("u").build());

        assertThat(answer.responses())
                .extracting(topic -> topic.name() + " " + ErrorCode.forCode(topic.errorCode()))
                .containsExactly("t NONE", "u NONE");
        assertThat(latestOffsetError("t")).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(errors(create(false, topic("t", 1)))).containsExactly(ErrorCode.NONE);
    }

    @Test
    void aTopicThatIsNamedTwiceIsNotDeleted() {
        Uuid id = create(false, topic("t", 1)).topics().getFirst().topicId();
        DeleteTopicState byName = DeleteTopicState.builder().name("t").build();
        DeleteTopicState byId = DeleteTopicState.builder().topicId(id).build();

        assertThat(errors(delete(byName, byName))).containsExactly(ErrorCode.INVALID_REQUEST);
        assertThat(errors(delete(byName, byId))).containsExactly(ErrorCode.INVALID_REQUEST, ErrorCode.INVALID_REQUEST);
        assertThat(errors(delete(
                        DeleteTopicState.builder().build(),
                        byId.toBuilder().name("t").build(),
                        byName.toBuilder().name("absent").build(),
                        byId.toBuilder().topicId(new Uuid(1, 1)).build())))
                .containsExactly(
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.INVALID_REQUEST,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_ID);
        assertThat(latestOffsetError("t")).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void disabledDeletionIsToldInTermsThatTheClientKnows() {
        SimulatedNode strict = SimulatedNode.start(levels, "delete.topic.enable=false");
        EveryVersionTest.createTopic(strict, "t");
        DeleteTopicsRequest request = DeleteTopicsRequest.builder()
                .topicNames(List.of("t"))
                .timeoutMs(1000)
                .build();

        assertThat(errors(strict.ask(request, 2, DeleteTopicsResponse.class)))
                .containsExactly(ErrorCode.INVALID_REQUEST);
        assertThat(errors(strict.ask(request, 3, DeleteTopicsResponse.class)))
                .containsExactly(ErrorCode.TOPIC_DELETION_DISABLED);
    }

    @Test
    void addedPartitionsCanBeUsedAtOnce() {
        create(false, topic("t", 1));

        assertThat(addPartitions("t", 4)).isEqualTo(ErrorCode.NONE);

        assertThat(offsetError("t", 3)).isEqualTo(ErrorCode.NONE);
        assertThat(addPartitions("t", 4)).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(addPartitions("absent", 4)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aSettingIsDescribedWithWhereItComesFrom() {
        create(false, topic("t", 1));
        assertThat(alter(ConfigTypes.TOPIC, "t", "retention.ms", SET, "1000")).isEqualTo(ErrorCode.NONE);
        assertThat(alter(ConfigTypes.BROKER, "", "log.retention.ms", SET, "5000"))
                .isEqualTo(ErrorCode.NONE);

        DescribeConfigsResponse.DescribeConfigsResourceResult entry =
                describe(ConfigTypes.TOPIC, "t", "retention.ms").configs().getFirst();

        assertThat(entry.value()).isEqualTo("1000");
        assertThat(entry.configType()).isEqualTo((byte) 5);
        assertThat(entry.documentation()).isNotEmpty();
        assertThat(entry.synonyms())
                .extracting(synonym -> synonym.name() + "=" + synonym.value() + " " + synonym.source())
                .startsWith("retention.ms=1000 1", "log.retention.ms=5000 3");
        assertThat(describe(ConfigTypes.BROKER, "").configs())
                .extracting(config -> config.name() + "=" + config.value() + " " + config.configSource())
                .containsExactly("log.retention.ms=5000 3");
        assertThat(alter(ConfigTypes.TOPIC, "t", "retention.ms", DELETE, null)).isEqualTo(ErrorCode.NONE);
        assertThat(describe(ConfigTypes.TOPIC, "t", "retention.ms")
                        .configs()
                        .getFirst()
                        .value())
                .isEqualTo("5000");
    }

    @Test
    void whatHasNoSettingsIsRefusedWithKafkasErrors() {
        record Case(byte type, String name, ErrorCode error) {}
        for (Case each : List.of(
                new Case(ConfigTypes.TOPIC, "absent", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                new Case(ConfigTypes.TOPIC, "bad/name", ErrorCode.INVALID_TOPIC_EXCEPTION),
                new Case(ConfigTypes.BROKER, "2", ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.BROKER, "x", ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.BROKER_LOGGER, "", ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.GROUP, "", ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.CLIENT_METRICS, "", ErrorCode.INVALID_REQUEST),
                new Case((byte) 99, "x", ErrorCode.INVALID_REQUEST))) {
            assertThat(ErrorCode.forCode(describe(each.type, each.name).errorCode()))
                    .as(each.toString())
                    .isEqualTo(each.error);
        }
        assertThat(describe(ConfigTypes.GROUP, "any").configs()).isNotEmpty();
        assertThat(describe(ConfigTypes.CLIENT_METRICS, "any").configs()).isNotEmpty();
    }

    @Test
    void alterationsAreRefusedWithKafkasErrors() {
        create(false, topic("t", 1));
        record Case(
                byte type,
                String name,
                String setting,
                int operation,
                @Nullable String value,
                ErrorCode error) {}
        for (Case each : List.of(
                new Case(ConfigTypes.TOPIC, "absent", "retention.ms", SET, "1", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                new Case(ConfigTypes.TOPIC, "t", "no.such", SET, "1", ErrorCode.INVALID_CONFIG),
                new Case(ConfigTypes.TOPIC, "t", "retention.ms", SET, "x", ErrorCode.INVALID_CONFIG),
                new Case(ConfigTypes.TOPIC, "t", "retention.ms", SET, null, ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.TOPIC, "t", "retention.ms", 9, "1", ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.BROKER, "2", "log.retention.ms", SET, "1", ErrorCode.INVALID_REQUEST),
                new Case(ConfigTypes.BROKER, "1", "node.id", SET, "1", ErrorCode.INVALID_REQUEST),
                new Case((byte) 99, "t", "retention.ms", SET, "1", ErrorCode.INVALID_REQUEST))) {
            assertThat(alter(each.type, each.name, each.setting, (byte) each.operation, each.value))
                    .as(each.toString())
                    .isEqualTo(each.error);
        }
    }

    @Test
    void levelsOfLoggersAreReadAndChanged() {
        assertThat(alter(ConfigTypes.BROKER_LOGGER, "1", "some.logger", SET, "DEBUG"))
                .isEqualTo(ErrorCode.NONE);

        assertThat(describe(ConfigTypes.BROKER_LOGGER, "1").configs())
                .extracting(config -> config.name() + "=" + config.value() + " " + config.configSource())
                .containsExactly("root=INFO 6", "some.logger=DEBUG 6");
        assertThat(alter(ConfigTypes.BROKER_LOGGER, "1", "some.logger", DELETE, null))
                .isEqualTo(ErrorCode.NONE);
        assertThat(levels.byName.get("some.logger")).isEqualTo(LogLevels.Level.INFO);
        assertThat(alter(ConfigTypes.BROKER_LOGGER, "1", "absent", SET, "DEBUG"))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(alter(ConfigTypes.BROKER_LOGGER, "1", "root", SET, "LOUD")).isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(alter(ConfigTypes.BROKER_LOGGER, "1", "root", DELETE, null)).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(alter(ConfigTypes.BROKER_LOGGER, "2", "root", SET, "INFO")).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void replacedSettingsForgetWhatIsNotGiven() {
        create(false, topic("t", 1));
        alter(ConfigTypes.TOPIC, "t", "retention.ms", SET, "1000");
        AlterConfigsRequest request = AlterConfigsRequest.builder()
                .resources(List.of(AlterConfigsRequest.AlterConfigsResource.builder()
                        .resourceType(ConfigTypes.TOPIC)
                        .resourceName("t")
                        .configs(List.of(AlterConfigsRequest.AlterableConfig.builder()
                                .name("max.message.bytes")
                                .value("2000")
                                .build()))
                        .build()))
                .build();

        assertThat(node.ask(request, 2, AlterConfigsResponse.class)
                        .responses()
                        .getFirst()
                        .errorCode())
                .isZero();

        assertThat(describe(ConfigTypes.TOPIC, "t").configs())
                .filteredOn(config -> config.configSource() == 1)
                .extracting(DescribeConfigsResponse.DescribeConfigsResourceResult::name)
                .containsExactly("max.message.bytes");
    }

    @Test
    void whatHasSettingsIsListed() {
        create(false, topic("t", 1));
        alter(ConfigTypes.GROUP, "g", "consumer.session.timeout.ms", SET, "50000");

        assertThat(list().configResources())
                .extracting(resource -> resource.resourceType() + " " + resource.resourceName())
                .containsExactly("2 t", "4 1", "8 1", "32 g");
        assertThat(list(ConfigTypes.GROUP).configResources()).hasSize(1);
        assertThat(ErrorCode.forCode(list((byte) 3).errorCode())).isEqualTo(ErrorCode.UNSUPPORTED_VERSION);
    }

    @Test
    void logDirectoriesAreDescribedWithWhatLiesInThem() {
        create(false, topic("t", 4));
        DescribeLogDirsRequest all =
                DescribeLogDirsRequest.builder().topics(null).build();

        DescribeLogDirsResponse answer = node.ask(all, 4, DescribeLogDirsResponse.class);

        assertThat(answer.results())
                .extracting(DescribeLogDirsResponse.DescribeLogDirsResult::logDir)
                .containsExactly("one", "two");
        assertThat(answer.results()).allSatisfy(directory -> {
            assertThat(directory.totalBytes()).isPositive();
            assertThat(directory.usableBytes()).isPositive();
        });
        assertThat(answer.results().stream()
                        .flatMap(directory -> directory.topics().stream())
                        .flatMap(topic -> topic.partitions().stream())
                        .map(DescribeLogDirsResponse.DescribeLogDirsPartition::partitionIndex))
                .containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void theClusterIsDescribedToThoseWhoAskABrokerForBrokers() {
        DescribeClusterRequest request = DescribeClusterRequest.builder().build();

        DescribeClusterResponse answer = node.ask(request, 2, DescribeClusterResponse.class);

        assertThat(answer.brokers())
                .extracting(broker -> broker.brokerId() + " " + broker.host() + ":" + broker.port())
                .containsExactly("1 broker:9092");
        assertThat(ErrorCode.forCode(
                        node.ask(request.toBuilder().endpointType((byte) 2).build(), 2, DescribeClusterResponse.class)
                                .errorCode()))
                .isEqualTo(ErrorCode.MISMATCHED_ENDPOINT_TYPE);
        assertThat(ErrorCode.forCode(
                        node.ask(request.toBuilder().endpointType((byte) 7).build(), 1, DescribeClusterResponse.class)
                                .errorCode()))
                .isEqualTo(ErrorCode.UNSUPPORTED_ENDPOINT_TYPE);
    }

    private CreateTopicsResponse create(boolean validateOnly, CreatableTopic... topics) {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(Arrays.asList(topics))
                .validateOnly(validateOnly)
                .build();
        return node.ask(request, 7, CreateTopicsResponse.class);
    }

    private static CreatableTopic topic(String name, int partitions) {
        return CreatableTopic.builder()
                .name(name)
                .numPartitions(partitions)
                .replicationFactor((short) 1)
                .build();
    }

    private static CreatableTopicConfig config(String name, @Nullable String value) {
        return CreatableTopicConfig.builder().name(name).value(value).build();
    }

    private DeleteTopicsResponse delete(DeleteTopicState... topics) {
        DeleteTopicsRequest request = DeleteTopicsRequest.builder()
                .topics(Arrays.asList(topics))
                .timeoutMs(1000)
                .build();
        return node.ask(request, 6, DeleteTopicsResponse.class);
    }

    private ErrorCode addPartitions(String topic, int count) {
        CreatePartitionsRequest request = CreatePartitionsRequest.builder()
                .topics(List.of(CreatePartitionsRequest.CreatePartitionsTopic.builder()
                        .name(topic)
                        .count(count)
                        .assignments(null)
                        .build()))
                .timeoutMs(1000)
                .build();
        return ErrorCode.forCode(node.ask(request, 3, CreatePartitionsResponse.class)
                .results()
                .getFirst()
                .errorCode());
    }

    private ErrorCode alter(byte type, String name, String setting, byte operation, @Nullable String value) {
        IncrementalAlterConfigsRequest request = IncrementalAlterConfigsRequest.builder()
                .resources(List.of(AlterConfigsResource.builder()
                        .resourceType(type)
                        .resourceName(name)
                        .configs(List.of(AlterableConfig.builder()
                                .name(setting)
                                .configOperation(operation)
                                .value(value)
                                .build()))
                        .build()))
                .build();
        return ErrorCode.forCode(node.ask(request, 1, IncrementalAlterConfigsResponse.class)
                .responses()
                .getFirst()
                .errorCode());
    }

    private DescribeConfigsResponse.DescribeConfigsResult describe(byte type, String name, String... settings) {
        DescribeConfigsRequest request = DescribeConfigsRequest.builder()
                .resources(List.of(DescribeConfigsRequest.DescribeConfigsResource.builder()
                        .resourceType(type)
                        .resourceName(name)
                        .configurationKeys(settings.length == 0 ? null : Arrays.asList(settings))
                        .build()))
                .includeSynonyms(true)
                .includeDocumentation(true)
                .build();
        return node.ask(request, 4, DescribeConfigsResponse.class).results().getFirst();
    }

    private ListConfigResourcesResponse list(Byte... types) {
        return node.ask(
                ListConfigResourcesRequest.builder()
                        .resourceTypes(Arrays.asList(types))
                        .build(),
                1,
                ListConfigResourcesResponse.class);
    }

    private ErrorCode latestOffsetError(String topic) {
        return offsetError(topic, 0);
    }

    private ErrorCode offsetError(String topic, int partition) {
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(-1)
                .topics(List.of(ListOffsetsRequest.ListOffsetsTopic.builder()
                        .name(topic)
                        .partitions(List.of(ListOffsetsRequest.ListOffsetsPartition.builder()
                                .partitionIndex(partition)
                                .timestamp(-1)
                                .build()))
                        .build()))
                .build();
        return ErrorCode.forCode(node.ask(request, 10, ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    private static List<ErrorCode> errors(CreateTopicsResponse answer) {
        return answer.topics().stream()
                .map(topic -> ErrorCode.forCode(topic.errorCode()))
                .toList();
    }

    private static List<ErrorCode> errors(DeleteTopicsResponse answer) {
        return answer.responses().stream()
                .map(topic -> ErrorCode.forCode(topic.errorCode()))
                .toList();
    }

    private static final class Levels implements LogLevels {
        private final NavigableMap<String, Level> byName =
                new TreeMap<>(java.util.Map.of(ROOT, Level.INFO, "some.logger", Level.INFO));

        @Override
        public NavigableMap<String, Level> levels() {
            return byName;
        }

        @Override
        public void set(String logger, Level level) {
            byName.put(logger, level);
        }

        @Override
        public void unset(String logger) {
            byName.put(logger, Level.INFO);
        }
    }
}
