package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.Configs;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replicas that are copied are copied as slowly as the operator wants, and nobody else is slowed down (KIP-73). */
final class ThrottledReplicationTest {

    private static final int RECORDS = 60;
    private static final byte[] VALUE = new byte[50_000];
    private static final long BYTES = (long) RECORDS * VALUE.length;
    private static final long RATE = 100_000;

    private final Simulation simulation = new Simulation(31);
    private final SimulatedOperator operator = new SimulatedOperator(
            simulation,
            SimulatedCluster.of(
                    simulation,
                    3,
                    "min.insync.replicas=2",
                    "replica.fetch.max.bytes=60000",
                    "replica.fetch.response.max.bytes=120000"));

    ThrottledReplicationTest() {
        operator.create("t", Map.of(0, List.of(1, 2)), Map.of());
        operator.sendAll("t", 0, RECORDS, VALUE);
    }

    private void set(Configs.Resource resource, String name, String value) {
        operator.get(() -> operator.admin()
                        .alterConfigs(Map.of(resource, List.of(new Configs.Change.Set(name, value))), false))
                .values()
                .forEach(Result::orThrow);
    }

    private void remove(Configs.Resource resource, String name) {
        operator.get(() -> operator.admin()
                        .alterConfigs(Map.of(resource, List.of(new Configs.Change.Delete(name))), false))
                .values()
                .forEach(Result::orThrow);
    }

    private Duration copyTo(int broker) {
        Duration begin = simulation.now();
        operator.get(() -> operator.admin()
                        .alterReassignments(
                                Map.of(new TopicPartition("t", 0), Optional.of(List.of(1, 2, broker))), true))
                .values()
                .forEach(Result::orThrow);
        operator.await("the copy", "t", 0, state -> state.inSync().contains(broker));
        return simulation.now().minus(begin);
    }

    private static void assertAtTheRate(Duration took) {
        assertThat(BYTES / (took.toMillis() / 1000.0)).as("bytes per second").isBetween(0.85 * RATE, 1.1 * RATE);
    }

    @Test
    void withoutThrottleItTakesNoTime() {
        assertThat(copyTo(3)).isLessThan(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({"0:3", "'9:3,0:3'", "*"})
    void aFollowerFetchesNoFasterThanItMay(String replicas) {
        set(Configs.Resource.broker(3), "follower.replication.throttled.rate", Long.toString(RATE));
        set(Configs.Resource.topic("t"), "follower.replication.throttled.replicas", replicas);

        assertAtTheRate(copyTo(3));
    }

    @ParameterizedTest
    @CsvSource({"'0:1,0:2'", "*"})
    void aLeaderSendsNoFasterThanItMay(String replicas) {
        set(Configs.Resource.allBrokers(), "leader.replication.throttled.rate", Long.toString(RATE));
        set(Configs.Resource.topic("t"), "leader.replication.throttled.replicas", replicas);

        assertAtTheRate(copyTo(3));
    }

    @Test
    void otherReplicasAndBrokersAreNotThrottled() {
        set(Configs.Resource.broker(3), "follower.replication.throttled.rate", "1");
        set(Configs.Resource.broker(2), "leader.replication.throttled.rate", "1");
        set(Configs.Resource.topic("t"), "follower.replication.throttled.replicas", "0:1,1:3");
        set(Configs.Resource.topic("t"), "leader.replication.throttled.replicas", "*");

        assertThat(copyTo(3)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void whoeverIsInSyncIsNeverThrottled() {
        for (String side : List.of("leader", "follower")) {
            set(Configs.Resource.allBrokers(), side + ".replication.throttled.rate", "1");
            set(Configs.Resource.topic("t"), side + ".replication.throttled.replicas", "*");
        }
        Duration begin = simulation.now();

        operator.sendAll("t", 0, 20, VALUE);

        assertThat(simulation.now().minus(begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(operator.state("t", 0).inSync()).hasSize(2);
    }

    @Test
    void aThrottleThatIsTakenAwayHoldsNobodyBack() {
        set(Configs.Resource.broker(3), "follower.replication.throttled.rate", "1000");
        set(Configs.Resource.topic("t"), "follower.replication.throttled.replicas", "0:3");
        operator.get(() -> operator.admin()
                .alterReassignments(Map.of(new TopicPartition("t", 0), Optional.of(List.of(1, 2, 3))), true));
        simulation.runFor(Duration.ofSeconds(30));
        assertThat(operator.state("t", 0).inSync()).doesNotContain(3);

        remove(Configs.Resource.topic("t"), "follower.replication.throttled.replicas");
        Duration begin = simulation.now();
        operator.await("the copy", "t", 0, state -> state.inSync().contains(3));

        assertThat(simulation.now().minus(begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void severalPartitionsShareTheRate() {
        Map<Integer, List<Integer>> replicas = new LinkedHashMap<>();
        Map<TopicPartition, Optional<List<Integer>>> moves = new LinkedHashMap<>();
        for (int partition = 0; partition < 6; partition++) {
            replicas.put(partition, List.of(1, 2));
            moves.put(new TopicPartition("many", partition), Optional.of(List.of(1, 2, 3)));
        }
        operator.create("many", replicas, Map.of("follower.replication.throttled.replicas", "*"));
        for (int partition = 0; partition < 6; partition++) {
            operator.sendAll("many", partition, RECORDS / 6, VALUE);
        }
        set(Configs.Resource.broker(3), "follower.replication.throttled.rate", Long.toString(RATE));
        Duration begin = simulation.now();

        operator.get(() -> operator.admin().alterReassignments(moves, true));
        for (int partition = 0; partition < 6; partition++) {
            operator.await(
                    "the copy", "many", partition, state -> state.inSync().contains(3));
        }

        assertAtTheRate(simulation.now().minus(begin));
    }
}
