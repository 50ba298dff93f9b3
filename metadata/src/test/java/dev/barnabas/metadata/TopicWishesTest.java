package dev.barnabas.metadata;

import static dev.barnabas.protocol.ErrorCode.INVALID_PARTITIONS;
import static dev.barnabas.protocol.ErrorCode.INVALID_REPLICATION_FACTOR;
import static dev.barnabas.protocol.ErrorCode.INVALID_REPLICA_ASSIGNMENT;
import static dev.barnabas.protocol.ErrorCode.INVALID_REQUEST;
import static dev.barnabas.protocol.ErrorCode.POLICY_VIOLATION;
import static dev.barnabas.protocol.ErrorCode.TOPIC_DELETION_DISABLED;
import static dev.barnabas.protocol.ErrorCode.UNKNOWN_TOPIC_ID;
import static dev.barnabas.protocol.ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Deleting topics and adding partitions. */
final class TopicWishesTest {

    private static AddPartitions grow(String topic, int count) {
        return new AddPartitions(topic, count, null, false);
    }

    @Test
    void aTopicIsDeletedByNameOrById() {
        Given given = Given.brokers(1).topics("a", "b", "c");
        Uuid id = given.topic("b").id();

        assertThat(given.grant(new DeleteTopic("a", Uuid.ZERO)).name()).isEqualTo("a");
        assertThat(given.grant(new DeleteTopic(null, id)).name()).isEqualTo("b");

        assertThat(given.image().topics()).extracting(Topic::name).containsExactly("c");
        assertThat(given.image().topic(id)).isEmpty();
        assertThat(given.image().partitionCount()).isEqualTo(1);
    }

    @Test
    void onlyATopicThatExistsCanBeDeleted() {
        Given given = Given.brokers(1).topics("a");

        assertThat(given.error(new DeleteTopic("b", Uuid.ZERO))).isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(given.error(new DeleteTopic("a b", Uuid.ZERO))).isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(given.error(new DeleteTopic(null, new Uuid(5, 5)))).isEqualTo(UNKNOWN_TOPIC_ID);
        assertThat(given.error(new DeleteTopic(null, Uuid.ZERO))).isEqualTo(INVALID_REQUEST);
        assertThat(given.error(new DeleteTopic("a", given.topic("a").id()))).isEqualTo(INVALID_REQUEST);
    }

    @Test
    void deletingCanBeSwitchedOff() {
        Given given = Given.brokers(1, Map.of("delete.topic.enable", "false")).topics("a");

        assertThat(given.error(new DeleteTopic("a", Uuid.ZERO))).isEqualTo(TOPIC_DELETION_DISABLED);
    }

    @Test
    void theSettingsOfADeletedTopicGoWithIt() {
        Given given = Given.brokers(1);
        CreateTopic wish = new CreateTopic("a", 1, 1, List.of(), Map.of("retention.ms", "5"), false);
        given.grant(wish);

        given.grant(new DeleteTopic("a", Uuid.ZERO));
        given.topics("a");

        assertThat(given.image().settings(Resource.topic("a"))).isEmpty();
    }

    @Test
    void partitionsAreAddedBehindThoseThereAre() {
        Given given = Given.brokers(3);
        given.grant(new CreateTopic("a", 2, 3, List.of(), Map.of(), false));
        List<Partition> before = given.topic("a").partitions();

        Topic grown = given.grant(grow("a", 5));

        assertThat(grown).isEqualTo(given.topic("a"));
        assertThat(grown.partitions()).hasSize(5).startsWith(before.toArray(Partition[]::new));
        assertThat(grown.partitions())
                .allMatch(partition -> partition.replicas().size() == 3);
        assertThat(given.image().partitionCount()).isEqualTo(5);
    }

    @Test
    void theNumberOfPartitionsOnlyGrows() {
        Given given = Given.brokers(1);
        given.grant(new CreateTopic("a", 2, 1, List.of(), Map.of(), false));

        assertThat(given.refuse(grow("a", 2)).message()).isEqualTo("Topic already has 2 partition(s).");
        assertThat(given.refuse(grow("a", 1)).message())
                .isEqualTo("The topic a currently has 2 partition(s); 1 would not be an increase.");
        assertThat(given.error(grow("a", 0))).isEqualTo(INVALID_PARTITIONS);
        assertThat(given.error(grow("a", -1))).isEqualTo(INVALID_PARTITIONS);
        assertThat(given.error(grow("a", Integer.MIN_VALUE))).isEqualTo(INVALID_PARTITIONS);
        assertThat(given.error(grow("a", 10_003))).isEqualTo(POLICY_VIOLATION);
        assertThat(given.error(grow("b", 2))).isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void newPartitionsGoWhereTheyAreAssigned() {
        Given given = Given.brokers(2);
        given.grant(new CreateTopic("a", 1, 1, List.of(), Map.of(), false));

        given.grant(new AddPartitions("a", 3, List.of(List.of(2, 1), List.of(1)), false));

        assertThat(given.topic("a").partitions().get(1)).isEqualTo(Partition.of(List.of(2, 1), List.of(2, 1), 2, 0, 0));
        assertThat(given.topic("a").partitions().get(2)).isEqualTo(Partition.of(List.of(1), List.of(1), 1, 0, 0));
    }

    @Test
    void assignmentsOfNewPartitionsMustBeComplete() {
        Given given = Given.brokers(1).topics("a");

        assertThat(given.error(new AddPartitions("a", 3, List.of(List.of(1)), false)))
                .isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(new AddPartitions("a", 2, List.of(), false))).isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(new AddPartitions("a", 2, List.of(List.of()), false)))
                .isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(new AddPartitions("a", 2, List.of(List.of(7)), false)))
                .isEqualTo(INVALID_REPLICA_ASSIGNMENT);
        assertThat(given.error(new AddPartitions("a", 2, List.of(List.of(1, 1)), false)))
                .isEqualTo(INVALID_REPLICA_ASSIGNMENT);
    }

    @Test
    void validatingAddsNothing() {
        Given given = Given.brokers(1).topics("a");

        assertThat(given.changesNothing(new AddPartitions("a", 3, null, true))).isTrue();
        assertThat(given.error(new CreateTopic("b", 1, 2, List.of(), Map.of(), true)))
                .isEqualTo(INVALID_REPLICATION_FACTOR);
    }
}
