package dev.barnabas.metadata;

import static dev.barnabas.protocol.ErrorCode.INVALID_CONFIG;
import static dev.barnabas.protocol.ErrorCode.INVALID_REPLICA_ASSIGNMENT;
import static dev.barnabas.protocol.ErrorCode.INVALID_REQUEST;
import static dev.barnabas.protocol.ErrorCode.INVALID_TOPIC_EXCEPTION;
import static dev.barnabas.protocol.ErrorCode.POLICY_VIOLATION;
import static dev.barnabas.protocol.ErrorCode.TOPIC_ALREADY_EXISTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.CreateTopic.Assignment;
import dev.barnabas.metadata.CreateTopic.Created;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.TopicSettings;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CreateTopicTest {

    private static CreateTopic topic(String name) {
        return new CreateTopic(name, 1, 1, List.of(), Map.of(), false);
    }

    private static CreateTopic sized(int partitions, int replicationFactor) {
        return new CreateTopic("t", partitions, replicationFactor, List.of(), Map.of(), false);
    }

    private static CreateTopic assigned(Assignment... assignments) {
        return new CreateTopic("t", -1, -1, List.of(assignments), Map.of(), false);
    }

    private static CreateTopic with(String setting, String value) {
        return new CreateTopic("t", 1, 1, List.of(), Map.of(setting, value), false);
    }

    private static Assignment on(int partition, Integer... brokers) {
        return new Assignment(partition, Arrays.asList(brokers));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-1_b.c", "...", "__consumer_offsets", "-"})
    void namesOfAsciiLettersDigitsDotsUnderscoresAndDashesAreAllowed(String name) {
        assertThat(Given.brokers(1).grant(topic(name)).topic().name()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "a/b", "ä", "a\u0000", "a:b"})
    void otherNamesAreNot(String name) {
        assertThat(Given.brokers(1).error(topic(name))).isEqualTo(INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void aNameHasAtMost249Characters() {
        Given given = Given.brokers(1);

        assertThat(given.error(topic("x".repeat(250)))).isEqualTo(INVALID_TOPIC_EXCEPTION);
        assertThat(given.grant(topic("x".repeat(249))).topic().name()).hasSize(249);
    }

    @Test
    void aNameIsTakenUntilItsTopicIsDeleted() {
        Given given = Given.brokers(1).topics("a");

        assertThat(given.error(topic("a"))).isEqualTo(TOPIC_ALREADY_EXISTS);
        Topic first = given.grant(new DeleteTopic("a", Uuid.ZERO));
        assertThat(given.grant(topic("a")).topic().id()).isNotEqualTo(first.id());
    }

    @Test
    void namesThatDifferInDotsAndUnderscoresCollide() {
        Given given = Given.brokers(1).topics("a.b_c");

        assertThat(given.error(topic("a_b.c"))).isEqualTo(INVALID_TOPIC_EXCEPTION);
        assertThat(given.refuse(topic("a_b_c")).message()).contains("collides with the existing topic 'a.b_c'");
        given.grant(topic("a-b-c"));
        given.grant(new DeleteTopic("a.b_c", Uuid.ZERO));
        given.grant(topic("a_b.c"));
    }

    @Test
    void theTopicOfKafkasMetadataCannotBeCreated() {
        assertThat(Given.brokers(1).error(topic("__cluster_metadata"))).isEqualTo(INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, INVALID_PARTITIONS",
        "-2, 1, INVALID_PARTITIONS",
        "1, 0, INVALID_REPLICATION_FACTOR",
        "1, -2, INVALID_REPLICATION_FACTOR",
        "1, 2, INVALID_REPLICATION_FACTOR",
        "10001, 1, POLICY_VIOLATION",
        "2147483647, 1, POLICY_VIOLATION"
    })
    void countsMustBePositiveAndPossible(int partitions, int replicationFactor, ErrorCode error) {
        assertThat(Given.brokers(1).error(sized(partitions, replicationFactor))).isEqualTo(error);
    }

    @Test
    void tenThousandPartitionsCanBeCreatedAtOnce() {
        Given given = Given.brokers(1);

        given.grant(sized(10_000, 1));

        assertThat(given.image().partitionCount()).isEqualTo(10_000);
        assertThat(given.error(new CreateTopic("u", 10_001, 1, List.of(), Map.of(), true)))
                .isEqualTo(POLICY_VIOLATION);
    }

    @Test
    void minusOneIsTheBrokersDefaultEvenOneSetAtRunTime() {
        Given given = Given.brokers(3, Map.of("num.partitions", "4", "default.replication.factor", "2"));

        Created created = given.grant(sized(-1, -1));

        assertThat(created.topic().partitions()).hasSize(4);
        assertThat(created.replicationFactor()).isEqualTo(2);
    }

    @Test
    void partitionsGoWhereTheyAreAssigned() {
        Given given = Given.brokers(3);

        given.grant(assigned(on(1, 3, 2), on(0, 2, 1)));

        assertThat(given.topic("t").partitions())
                .containsExactly(
                        Partition.of(List.of(2, 1), List.of(2, 1), 2, 0, 0),
                        Partition.of(List.of(3, 2), List.of(3, 2), 3, 0, 0));
    }

    @Test
    void assignmentsMustBeComplete() {
        Given given = Given.brokers(2);

        assertThat(given.error(assigned(on(1, 1)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(assigned(on(-1, 1)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(assigned(on(0, 1), on(2, 1)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(assigned(on(0, 1), on(0, 1)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(assigned(on(0)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(assigned(on(0, 1, 1)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(assigned(on(0, 1), on(1, 3)))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(new CreateTopic("t", 1, -1, List.of(on(0, 1)), Map.of(), false)))
                .isEqualTo(INVALID_REQUEST);
        assertThat(given.error(new CreateTopic("t", -1, 1, List.of(on(0, 1)), Map.of(), false)))
                .isEqualTo(INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, 1",
        "retention.ms, -2",
        "retention.ms, five",
        "cleanup.policy, none",
        "remote.storage.enable, true",
        "num.partitions, 1"
    })
    void settingsMustBeThoseOfATopic(String name, String value) {
        assertThat(Given.brokers(1).error(with(name, value))).isEqualTo(INVALID_CONFIG);
    }

    @Test
    void settingsMustFitTogether() {
        CreateTopic wish = new CreateTopic(
                "t", 1, 1, List.of(), Map.of("min.compaction.lag.ms", "10", "max.compaction.lag.ms", "5"), false);

        assertThat(Given.brokers(1).error(wish)).isEqualTo(INVALID_CONFIG);
    }

    @Test
    void aSettingWithoutValueIsRefused() {
        CreateTopic wish = new CreateTopic("t", 1, 1, List.of(), Collections.singletonMap("retention.ms", null), false);

        assertThat(Given.brokers(1).error(wish)).isEqualTo(INVALID_CONFIG);
    }

    @Test
    void aValueMustFitIntoAStoredChange() {
        assertThat(Given.brokers(1).error(with("cleanup.policy", "delete" + " ".repeat(40_000))))
                .isEqualTo(INVALID_CONFIG);
    }

    @Test
    void theRefusalOfAWrongNameSaysWhichIsRight() {
        assertThat(Given.brokers(1).refuse(with("retention.mss", "1")).message())
                .isEqualTo("Unknown topic config name: retention.mss; did you mean retention.ms?");
    }

    @Test
    void theAnswerHasAllSettingsOfTheTopic() {
        Created created = Given.brokers(1, Map.of("log.retention.hours", "1")).grant(with("segment.ms", "7"));

        assertThat(created.settings().get(TopicSettings.SEGMENT_MS)).isEqualTo(7);
        assertThat(created.settings().get(TopicSettings.RETENTION_MS)).isEqualTo(3_600_000);
        assertThat(created.settings().describe()).hasSameSizeAs(TopicSettings.ALL.all());
    }

    @Test
    void validatingCreatesNothing() {
        Given given = Given.brokers(1);
        CreateTopic wish = new CreateTopic("t", 3, 1, List.of(), Map.of(), true);

        assertThat(given.grant(wish).topic().partitions()).hasSize(3);
        assertThat(given.image().topicCount()).isZero();
    }

    @Test
    void replicasAreSpreadEvenly() {
        Given given = Given.brokers(5);
        given.grant(new CreateTopic("t", 100, 3, List.of(), Map.of(), false));

        int[] led = new int[6];
        int[] held = new int[6];
        Set<List<Integer>> arrangements = new HashSet<>();
        for (Partition partition : given.topic("t").partitions()) {
            led[partition.leader()]++;
            partition.replicas().forEach(broker -> held[broker]++);
            arrangements.add(partition.replicas());
            assertThat(new HashSet<>(partition.replicas())).hasSize(3);
            assertThat(partition.leader()).isEqualTo(partition.replicas().getFirst());
        }
        assertThat(led).containsExactly(0, 20, 20, 20, 20, 20);
        assertThat(held).containsExactly(0, 60, 60, 60, 60, 60);
        assertThat(arrangements).hasSizeGreaterThan(15);
    }
}
