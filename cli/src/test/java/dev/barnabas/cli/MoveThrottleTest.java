package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.client.Configs;
import dev.barnabas.client.Configs.Change;
import dev.barnabas.client.Configs.Resource;
import dev.barnabas.client.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class MoveThrottleTest {

    private final Map<TopicPartition, MoveThrottle.Move> moves = new TreeMap<>();

    private void move(String topic, int partition, List<Integer> before, List<Integer> after) {
        moves.put(new TopicPartition(topic, partition), MoveThrottle.Move.of(before, after));
    }

    @Test
    void leadersAndNewReplicasAreThrottledAsKafkasToolDoesIt() {
        move("t", 0, List.of(1, 2), List.of(3, 2));
        move("t", 1, List.of(2, 1), List.of(2, 4));
        move("u", 0, List.of(1), List.of(1, 5));

        Map<Resource, List<Change>> changes = MoveThrottle.changes(1000, moves);

        assertThat(changes.get(Resource.topic("t")))
                .containsExactly(
                        new Change.Set("leader.replication.throttled.replicas", "0:1,0:2,1:2,1:1"),
                        new Change.Set("follower.replication.throttled.replicas", "0:3,1:4"));
        assertThat(changes.get(Resource.topic("u")))
                .containsExactly(
                        new Change.Set("leader.replication.throttled.replicas", "0:1"),
                        new Change.Set("follower.replication.throttled.replicas", "0:5"));
        for (int broker = 1; broker <= 5; broker++) {
            assertThat(changes.get(Resource.broker(broker)))
                    .containsExactly(
                            new Change.Set("leader.replication.throttled.rate", "1000"),
                            new Change.Set("follower.replication.throttled.rate", "1000"));
        }
        assertThat(changes).hasSize(7);
        assertThat(changes.keySet()).noneMatch(resource -> resource.kind() == Configs.Kind.GROUP);
    }

    @Test
    void whatOnlyLosesReplicasNeedsNoThrottle() {
        move("t", 0, List.of(1, 2, 3), List.of(2, 1));

        assertThat(MoveThrottle.changes(1000, moves)).isEmpty();
    }

    @Test
    void ratesMayHaveAUnit() {
        MoveThrottle.Rate rate = new MoveThrottle.Rate();

        assertThat(rate.convert("500000")).isEqualTo(500_000);
        assertThat(rate.convert("20M")).isEqualTo(20L << 20);
        assertThat(rate.convert("64k")).isEqualTo(64 << 10);
        assertThatThrownBy(() -> rate.convert("fast")).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> rate.convert("-1")).isInstanceOf(TypeConversionException.class);
    }
}
