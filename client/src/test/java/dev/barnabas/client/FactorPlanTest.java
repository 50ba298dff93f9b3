package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class FactorPlanTest {

    private final Map<Integer, ClusterView.Broker> brokers = new TreeMap<>();
    private final List<ClusterView.Partition> partitions = new ArrayList<>();

    private void broker(int id, String rack) {
        brokers.put(id, new ClusterView.Broker(id, new Endpoint("h", 9092), rack));
    }

    private void partition(List<Integer> replicas, List<Integer> inSync) {
        partitions.add(new ClusterView.Partition(partitions.size(), inSync.getFirst(), 0, replicas, inSync, List.of()));
    }

    private FactorPlan plan(int factor, int atMost) {
        ClusterView.Topic topic = new ClusterView.Topic("t", Uuid.ZERO, false, partitions);
        return FactorPlan.next(
                new ClusterView(null, -1, brokers, Map.of("t", topic), Map.of()),
                List.of("t", "none"),
                factor,
                Set.of(),
                atMost);
    }

    private void complete(FactorPlan plan) {
        plan.moves()
                .forEach(move -> partitions.set(
                        move.partition().partition(),
                        new ClusterView.Partition(
                                move.partition().partition(),
                                move.replicas().getFirst(),
                                0,
                                move.replicas(),
                                move.replicas(),
                                List.of())));
    }

    @Test
    void whatWasOnOneBrokerIsOnThreeAfterwardsAndEachLeadsAThird() {
        for (int id = 1; id <= 3; id++) {
            broker(id, "r" + id);
        }
        for (int index = 0; index < 30; index++) {
            partition(List.of(1), List.of(1));
        }
        int portions = 0;
        FactorPlan plan = plan(3, 10);
        while (!plan.isDone()) {
            assertThat(plan.moves()).hasSizeBetween(1, 10);
            complete(plan);
            portions++;
            plan = plan(3, 10);
        }

        assertThat(portions).isEqualTo(3);
        int[] preferred = new int[4];
        partitions.forEach(partition -> {
            assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 2, 3);
            preferred[partition.replicas().getFirst()]++;
        });
        assertThat(preferred[1]).isBetween(9, 11);
        assertThat(preferred[2]).isBetween(9, 11);
        assertThat(preferred[3]).isBetween(9, 11);
    }

    @Test
    void newReplicasGoToOtherRacks() {
        broker(1, "a");
        broker(2, "a");
        broker(3, "b");
        broker(4, "b");
        for (int index = 0; index < 8; index++) {
            partition(List.of(1 + index % 2), List.of(1 + index % 2));
        }

        complete(plan(2, 100));

        int[] held = new int[5];
        partitions.forEach(partition -> {
            assertThat(new HashSet<>(partition.replicas())).hasSize(2);
            assertThat(partition.replicas()).containsAnyOf(3, 4).containsAnyOf(1, 2);
            partition.replicas().forEach(id -> held[id]++);
        });
        assertThat(held[3]).isEqualTo(4);
        assertThat(held[4]).isEqualTo(4);
    }

    @Test
    void whoIsNotInSyncLeavesFirstAndTheLeaderNever() {
        broker(1, "a");
        broker(2, "a");
        broker(3, "b");
        partition(List.of(1, 2, 3), List.of(2, 3));
        partition(List.of(1, 2, 3), List.of(1, 2, 3));

        FactorPlan two = plan(2, 100);
        assertThat(new HashSet<>(two.moves().get(0).replicas())).isEqualTo(Set.of(2, 3));
        assertThat(new HashSet<>(two.moves().get(1).replicas())).isEqualTo(Set.of(1, 3));
        FactorPlan one = plan(1, 100);
        assertThat(one.moves().get(0).replicas()).containsExactly(2);
        assertThat(one.moves().get(1).replicas()).containsExactly(1);
    }

    @Test
    void withTooFewBrokersItIsStuck() {
        broker(1, "a");
        broker(2, "a");
        partition(List.of(1), List.of(1));

        FactorPlan plan = plan(3, 100);

        assertThat(plan.moves()).isEmpty();
        assertThat(plan.stuck()).containsExactly(new TopicPartition("t", 0));
        assertThat(plan.left()).isEqualTo(1);
    }
}
