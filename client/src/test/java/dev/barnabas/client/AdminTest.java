package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.FakeCluster.Refusal;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class AdminTest {

    private final FakeCluster brokers = new FakeCluster(new Simulation(1), 3);
    private final TestClient client = new TestClient(brokers, "client");
    private final Admin admin = new Admin(client.cluster);

    @Test
    void createsTopicsAndReportsEachWithTheBrokersMessage() {
        brokers.create("old", 1);

        Map<String, Result<Topics.Created>> created =
                client.get(() -> admin.createTopics(List.of(Topics.New.of("new", 3, 1), Topics.New.of("old", 1, 1))));

        assertThat(created.get("new")).isInstanceOf(Result.Success.class);
        assertThat(created.get("old"))
                .isEqualTo(Result.failure(
                        new ClientError.Refused(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'old' already exists.")));
        assertThat(client.get(admin::listTopics))
                .extracting(ClusterView.Topic::name)
                .containsExactly("new", "old");
    }

    @Test
    void askingForOffsetsGoesToTheLeaderOfEachPartition() {
        brokers.create("t", 6);
        for (int i = 0; i < 6; i++) {
            brokers.partition("t", i).endOffset = i * 10L;
        }
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        for (int i = 0; i < 6; i++) {
            specs.put(new TopicPartition("t", i), new Offsets.Spec.Latest());
        }

        Map<TopicPartition, Result<Offsets.Found>> found = client.get(() -> admin.listOffsets(specs));

        assertThat(found).hasSize(6);
        found.forEach((id, result) -> assertThat(result.orThrow().offset()).isEqualTo(id.partition() * 10L));
        assertThat(brokers.requests(ApiKey.LIST_OFFSETS)).isEqualTo(3);
    }

    @Test
    void aLeaderThatHasMovedIsFound() {
        brokers.create("t", 1);
        TopicPartition id = new TopicPartition("t", 0);
        client.get(() -> admin.listOffsets(Map.of(id, new Offsets.Spec.Latest())));
        brokers.moveLeader("t", 0, 2);
        brokers.partition("t", 0).endOffset = 5;

        Map<TopicPartition, Result<Offsets.Found>> found =
                client.get(() -> admin.listOffsets(Map.of(id, new Offsets.Spec.Latest())));

        assertThat(found.get(id)).isEqualTo(Result.success(new Offsets.Found(5, -1, -1)));
    }

    @Test
    void aTopicThatDoesNotExistIsReportedSoon() {
        TopicPartition id = new TopicPartition("nothing", 0);

        Map<TopicPartition, Result<Offsets.Found>> found =
                client.get(() -> admin.listOffsets(Map.of(id, new Offsets.Spec.Latest())));

        assertThat(found.get(id))
                .isEqualTo(Result.failure(
                        new ClientError.Refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic nothing")));
        assertThat(brokers.simulation.now()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void lostConnectionsAndSilenceAreSurvived() {
        brokers.create("t", 1);
        brokers.refuse(ApiKey.METADATA, Refusal.DROP_BEFORE, Refusal.SILENCE, Refusal.DROP_AFTERWARDS);

        assertThat(client.get(admin::listTopics)).hasSize(1);
    }

    @Test
    void aBrokerThatBreaksTheProtocolIsLeftForAnother() {
        brokers.refuse(ApiKey.METADATA, Refusal.WRONG_CORRELATION, Refusal.GARBAGE);

        assertThat(client.get(admin::listTopics)).isEmpty();
    }

    @Test
    void anUnreachableClusterIsATimeoutThatSaysWhy() {
        brokers.hosts.forEach(host -> host.crash());

        ClientError error = client.error(admin::listTopics);

        assertThat(error).isInstanceOf(ClientError.TimedOut.class);
        assertThat(brokers.simulation.now()).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
    }

    @Test
    void oneReachableBootstrapServerIsEnough() {
        brokers.hosts.get(0).crash();
        brokers.hosts.get(1).crash();

        assertThat(client.get(admin::listTopics)).isEmpty();
    }

    @Test
    void whatAnOldBrokerDoesNotHaveIsSaidSo() {
        assertThat(client.error(() -> admin.listConfigResources(java.util.Set.of())))
                .isInstanceOf(ClientError.Unsupported.class);
    }

    @Test
    void oldBrokersAreAskedInTheirVersions() {
        brokers.highestVersions.put(ApiKey.API_VERSIONS, 0);
        brokers.highestVersions.put(ApiKey.METADATA, 1);
        brokers.highestVersions.put(ApiKey.LIST_OFFSETS, 1);
        brokers.highestVersions.put(ApiKey.FIND_COORDINATOR, 1);
        brokers.highestVersions.put(ApiKey.OFFSET_FETCH, 2);
        brokers.highestVersions.put(ApiKey.OFFSET_COMMIT, 2);
        brokers.create("t", 1);
        TopicPartition id = new TopicPartition("t", 0);

        assertThat(client.get(() -> admin.listOffsets(Map.of(id, new Offsets.Spec.Earliest())))
                        .get(id))
                .isInstanceOf(Result.Success.class);
        assertThat(client.get(() -> admin.alterGroupOffsets("g", Map.of(id, Offsets.Committed.at(3))))
                        .get(id))
                .isInstanceOf(Result.Success.class);
        assertThat(client.get(() -> admin.groupOffsets("g", List.of(id))))
                .containsEntry(id, Result.success(new Offsets.Committed(3, -1, "")));
        assertThat(brokers.lastVersions).containsEntry(ApiKey.METADATA, 1).containsEntry(ApiKey.OFFSET_FETCH, 2);
    }

    @Test
    void closingEndsWhatIsUnderWay() {
        brokers.refuse(ApiKey.METADATA, Refusal.SILENCE, Refusal.SILENCE, Refusal.SILENCE);
        brokers.simulation.after(Duration.ofSeconds(5), "close", () -> client.loop.execute(client.cluster::close));

        assertThat(client.error(admin::listTopics)).isInstanceOf(ClientError.Closed.class);
    }
}
