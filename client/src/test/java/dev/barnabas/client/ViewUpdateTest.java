package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponseBroker;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponsePartition;
import dev.barnabas.protocol.message.MetadataResponse.MetadataResponseTopic;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ViewUpdateTest {

    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final Uuid ID = new Uuid(1, 1);

    @Test
    void aResponseReplacesBrokersAndTopics() {
        ClusterView view = ViewUpdate.apply(ClusterView.EMPTY, response(topic("t", ID, partition(0, 1, 5))), null);

        assertThat(view.clusterId()).isEqualTo("c");
        assertThat(view.leader(T0)).map(ClusterView.Broker::id).contains(1);
        assertThat(view.controller()).map(ClusterView.Broker::id).contains(2);
    }

    @Test
    void aLaggingBrokerDoesNotBringAFormerLeaderBack() {
        ClusterView view = ViewUpdate.apply(ClusterView.EMPTY, response(topic("t", ID, partition(0, 2, 6))), null);

        ClusterView older = ViewUpdate.apply(view, response(topic("t", ID, partition(0, 1, 5))), null);
        assertThat(older.leader(T0)).map(ClusterView.Broker::id).contains(2);

        ClusterView recreated = ViewUpdate.apply(view, response(topic("t", new Uuid(2, 2), partition(0, 1, 0))), null);
        assertThat(recreated.leader(T0)).map(ClusterView.Broker::id).contains(1);
    }

    @Test
    void topicsThatWereNotAskedForStayIfSomebodyWantsThem() {
        ClusterView view = ViewUpdate.apply(
                ClusterView.EMPTY,
                response(topic("t", ID, partition(0, 1, 0)), topic("u", ID, partition(0, 1, 0))),
                null);

        ClusterView next = ViewUpdate.apply(view, response(), Set.of("t"));

        assertThat(next.topics()).containsOnlyKeys("t");
    }

    @Test
    void whyATopicIsMissingIsRemembered() {
        ClusterView view = ViewUpdate.apply(
                ClusterView.EMPTY,
                response(MetadataResponseTopic.builder()
                        .name("t")
                        .errorCode(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code())
                        .build()),
                null);

        assertThat(view.refused()).containsEntry("t", ErrorCode.TOPIC_AUTHORIZATION_FAILED);
        assertThat(view.partition(T0)).isEmpty();
    }

    @Test
    void partitionsThatTheBrokerLeavesOutHaveNoLeader() {
        ClusterView view = ViewUpdate.apply(
                ClusterView.EMPTY, response(topic("t", ID, partition(1, 1, 0), partition(7, 1, 0))), null);

        assertThat(view.topics().get("t"))
                .satisfies(topic -> assertThat(topic.partitions())
                        .extracting(ClusterView.Partition::leader)
                        .containsExactly(-1, 1));
    }

    private static MetadataResponse response(MetadataResponseTopic... topics) {
        return MetadataResponse.builder()
                .clusterId("c")
                .controllerId(2)
                .brokers(Stream.of(1, 2)
                        .map(id -> new MetadataResponseBroker(id, "host" + id, 9092, null))
                        .toList())
                .topics(List.of(topics))
                .build();
    }

    private static MetadataResponseTopic topic(String name, Uuid id, MetadataResponsePartition... partitions) {
        return MetadataResponseTopic.builder()
                .name(name)
                .topicId(id)
                .partitions(List.of(partitions))
                .build();
    }

    private static MetadataResponsePartition partition(int index, int leader, int epoch) {
        return MetadataResponsePartition.builder()
                .partitionIndex(index)
                .leaderId(leader)
                .leaderEpoch(epoch)
                .build();
    }
}
