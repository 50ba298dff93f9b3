package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.Cluster;
import dev.barnabas.client.Consumer;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.Polled;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that is cut off from the others, and not from its clients, knows by itself that it was replaced. */
final class LeaseTest {

    private static final byte[] VALUE = new byte[100];
    private static final String TOPIC = "t";

    private final Simulation simulation = new Simulation(11);
    private final SimulatedCluster cluster = SimulatedCluster.of(simulation, 3, "min.insync.replicas=2");
    private final SimulatedOperator operator = new SimulatedOperator(simulation, cluster);

    /** Somebody who reads a partition from its start, and all that comes. */
    private List<Long> read(String topic) {
        Cluster reading = cluster.client("follower of " + topic);
        List<Long> offsets = new ArrayList<>();
        reading.loop().execute(() -> {
            Consumer consumer = new Consumer(reading, ConsumerSettings.alone());
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            poll(consumer, offsets);
        });
        return offsets;
    }

    private static void poll(Consumer consumer, List<Long> offsets) {
        consumer.poll(Duration.ofMillis(500)).then(result -> {
            if (result instanceof Result.Success<Polled>(Polled polled)) {
                polled.partitions().forEach(fetched -> fetched.forEach(record -> offsets.add(record.offset())));
            }
            poll(consumer, offsets);
        });
    }

    private void awaitRead(List<Long> offsets, int records) {
        simulation.runUntil(records + " are read", () -> offsets.size() >= records, SimulatedOperator.LIMIT);
        assertThat(offsets).hasSize(records).isSorted();
    }

    private void isolate(SimulatedHost node) {
        cluster.nodes().stream()
                .filter(other -> other != node)
                .forEach(other -> simulation.network().cut(node, other));
    }

    /** Each of them, so that the one with the controller is among them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void itsReadersGoOnWithTheNextLeader(int leader) {
        List<Integer> replicas = switch (leader) {
            case 1 -> List.of(1, 2, 3);
            case 2 -> List.of(2, 3, 1);
            default -> List.of(3, 1, 2);
        };
        operator.create(TOPIC, Map.of(0, replicas), Map.of());
        operator.sendAll(TOPIC, 0, 5, VALUE);
        List<Long> offsets = read(TOPIC);
        awaitRead(offsets, 5);

        isolate(operator.host(leader));
        operator.sendAll(TOPIC, 0, 5, VALUE);

        awaitRead(offsets, 10);
        simulation.network().healAll();
        operator.await("all are in sync", TOPIC, 0, state -> state.inSync().size() == 3);
        operator.sendAll(TOPIC, 0, 5, VALUE);
        awaitRead(offsets, 15);
    }

    @Test
    void whatOnlyItHoldsIsServedAllTheTime() {
        operator.create("alone", Map.of(0, List.of(1)), Map.of());
        operator.sendAll("alone", 0, 5, VALUE);
        List<Long> offsets = read("alone");
        awaitRead(offsets, 5);

        isolate(operator.host(1));
        simulation.runFor(Duration.ofSeconds(30));
        operator.sendAll("alone", 0, 5, VALUE);

        awaitRead(offsets, 10);
    }

    @Test
    void aLeaderThatWasNotReplacedGoesOn() {
        operator.create(TOPIC, Map.of(0, List.of(1, 2, 3)), Map.of());
        operator.sendAll(TOPIC, 0, 5, VALUE);
        List<Long> offsets = read(TOPIC);
        awaitRead(offsets, 5);

        operator.host(2).crash();
        operator.host(3).crash();
        simulation.runFor(Duration.ofSeconds(30));
        operator.host(2).restart();
        operator.host(3).restart();

        operator.sendAll(TOPIC, 0, 5, VALUE);
        awaitRead(offsets, 10);
    }
}
