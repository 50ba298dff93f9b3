package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Delivery;
import dev.barnabas.client.Producer;
import dev.barnabas.client.ProducerRecord;
import dev.barnabas.client.ProducerSettings;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.simulation.DiskFaults;
import dev.barnabas.simulation.SimulatedDrive;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the disk could not write may still be in the page cache, and looks as if it were on the disk. */
class SyncFailureTest {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Simulation simulation = new Simulation(7);
    private final SimulatedCluster cluster = new SimulatedCluster(simulation);
    private final Cluster client = cluster.client("producer");
    private final List<Long> delivered = new ArrayList<>();
    private int failed;
    private @Nullable Producer producer;

    @Test
    void aNodeStartsAfterAFailedSyncOnlyWhenTheMachineWasStartedAnew() {
        // Given a node that has acknowledged a record, and a disk that cannot make the next one durable
        client.loop()
                .execute(() -> producer = new Producer(
                        client,
                        ProducerSettings.builder()
                                .deliveryTimeout(Duration.ofSeconds(10))
                                .build()));
        send("first");
        simulation.runUntil("the first is delivered", () -> delivered.size() == 1, LIMIT);
        drive().faults(DiskFaults.NONE.withSyncFailure(1));
        send("lost");
        simulation.runUntil("the second fails", () -> failed == 1, LIMIT);
        drive().faults(DiskFaults.NONE);

        // When only the process is started again
        if (cluster.node().isUp()) {
            cluster.node().crash();
        }
        cluster.node().restart();
        simulation.runFor(Duration.ofSeconds(5));

        // Then it refuses to start, although the disk works again
        assertThat(simulation.trace().timeline()).contains("not started: a sync of");

        // When the machine is started again, everything that was acknowledged is there, and it goes on
        cluster.node().powerLoss();
        cluster.node().restart();
        send("third");
        simulation.runUntil("the third is delivered", () -> delivered.size() == 2, LIMIT);
        // (what failed may be there or not)
        assertThat(delivered.getFirst()).isZero();
        assertThat(delivered.getLast()).isPositive();
    }

    private SimulatedDrive drive() {
        return cluster.node().drives().iterator().next();
    }

    private void send(String value) {
        client.loop()
                .execute(() -> sender().trySend(record(value), new Delivery() {
                    @Override
                    public void delivered(TopicPartition partition, long offset, long timestampMs) {
                        delivered.add(offset);
                    }

                    @Override
                    public void failed(ClientError error) {
                        failed++;
                    }
                }));
    }

    private Producer sender() {
        Producer opened = producer;
        if (opened == null) {
            throw new IllegalStateException("not opened yet");
        }
        return opened;
    }

    private static ProducerRecord record(String value) {
        return ProducerRecord.ofText("events", null, value).withPartition(0);
    }
}
