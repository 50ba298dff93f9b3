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

final class DrainPlanTest {

    private final Map<Integer, ClusterView.Broker> brokers = new TreeMap<>();
    private final List<List<Integer>> replicas = new ArrayList<>();

    private void broker(int id, String rack) {
        brokers.put(id, new ClusterView.Broker(id, new Endpoint("h", 9092), rack));
    }

    private ClusterView view() {
        List<ClusterView.Partition> partitions = new ArrayList<>();
        for (List<Integer> each : replicas) {
            partitions.add(new ClusterView.Partition(partitions.size(), each.getFirst(), 0, each, each, List.of()));
        }
        ClusterView.Topic topic = new ClusterView.Topic("t", Uuid.ZERO, false, partitions);
        return new ClusterView(null, -1, brokers, Map.of("t", topic), Map.of());
    }

    private static TopicPartition partition(int index) {
        return new TopicPartition("t", index);
    }

    /** Makes the moves, as if they were complete. */
    private void complete(DrainPlan plan) {
        plan.moves().forEach(move -> replicas.set(move.partition().partition(), move.replicas()));
    }

    @Test
    void everythingMovesInPortionsUntilNothingIsLeft() {
        for (int id = 1; id <= 4; id++) {
            broker(id, "r" + id);
        }
        for (int index = 0; index < 30; index++) {
            replicas.add(List.of(1 + index % 4, 1 + (index + 1) % 4));
        }
        int portions = 0;
        DrainPlan plan = DrainPlan.next(view(), Set.of(2), Set.of(), 4);
        while (!plan.isDone()) {
            assertThat(plan.moves()).hasSizeBetween(1, 4);
            complete(plan);
            portions++;
            plan = DrainPlan.next(view(), Set.of(2), Set.of(), 4);
        }

        assertThat(portions).isEqualTo(4);
        assertThat(plan.moves()).isEmpty();
        int[] held = new int[5];
        for (List<Integer> each : replicas) {
            assertThat(new HashSet<>(each)).hasSize(2).doesNotContain(2);
            each.forEach(id -> held[id]++);
        }
        assertThat(held[1]).isBetween(18, 22);
        assertThat(held[3]).isBetween(18, 22);
        assertThat(held[4]).isBetween(18, 22);
    }

    @Test
    void aPartitionStaysInAsManyRacksAsBefore() {
        broker(1, "a");
        broker(2, "b");
        broker(3, "a");
        broker(4, "b");
        for (int index = 0; index < 10; index++) {
            replicas.add(List.of(1, 2));
        }

        DrainPlan plan = DrainPlan.next(view(), Set.of(2), Set.of(), 100);

        assertThat(plan.moves()).hasSize(10).allMatch(move -> move.replicas().equals(List.of(1, 4)));
    }

    @Test
    void whatIsMovingCountsAndIsLeftAlone() {
        broker(1, "a");
        broker(2, "a");
        for (int index = 0; index < 5; index++) {
            replicas.add(List.of(1));
        }

        DrainPlan plan = DrainPlan.next(view(), Set.of(1), Set.of(partition(0), new TopicPartition("other", 3)), 3);

        assertThat(plan.moves()).containsExactly(new DrainPlan.Move(partition(1), List.of(2)));
        assertThat(plan.left()).isEqualTo(5);
    }

    @Test
    void whatHasNowhereToGoIsNamed() {
        broker(1, "a");
        broker(2, "a");
        replicas.add(List.of(1, 2));
        replicas.add(List.of(1));

        DrainPlan plan = DrainPlan.next(view(), Set.of(1), Set.of(), 10);

        assertThat(plan.stuck()).containsExactly(partition(0));
        assertThat(plan.moves()).containsExactly(new DrainPlan.Move(partition(1), List.of(2)));
        assertThat(plan.isDone()).isFalse();
    }
}
