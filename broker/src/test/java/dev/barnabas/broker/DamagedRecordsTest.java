package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Delivery;
import dev.barnabas.client.Producer;
import dev.barnabas.client.ProducerRecord;
import dev.barnabas.client.ProducerSettings;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.simulation.SimulatedDrive;
import dev.barnabas.simulation.Simulation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What rots on a disk is found although nobody reads it. */
class DamagedRecordsTest {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Simulation simulation = new Simulation(7);
    private final SimulatedCluster cluster = new SimulatedCluster(simulation);
    private final Cluster client = cluster.client("producer");
    private final List<Long> delivered = new ArrayList<>();

    @Test
    void aNodeFindsThemByItselfAndSaysWhere() throws IOException {
        // Given three batches of the same size
        List<Producer> producer = new ArrayList<>();
        client.loop()
                .execute(() -> producer.add(
                        new Producer(client, ProducerSettings.builder().build())));
        for (String value : List.of("a", "b", "c")) {
            int before = delivered.size();
            client.loop().execute(() -> producer.getFirst().trySend(record(value), counted()));
            simulation.runUntil("delivered", () -> delivered.size() > before, LIMIT);
        }
        simulation.runFor(Duration.ofMinutes(30));
        assertThat(cluster.observe().partitions()).allMatch(each -> each.scrub().damagedBatches() == 0);
        assertThat(cluster.observe().partitions()).allMatch(each -> each.scrub().lastCompleteMs() > 0);

        // When the second of them rots
        SimulatedDrive drive = cluster.node().drives().iterator().next();
        Map.Entry<String, Long> segment = drive.files().entrySet().stream()
                .filter(file ->
                        file.getKey().startsWith("events-0-") && file.getKey().endsWith(".log"))
                .findFirst()
                .orElseThrow();
        int batch = (int) (segment.getValue() / 3);
        drive.rot(segment.getKey(), 2 * batch - 1);
        simulation.runFor(Duration.ofDays(1));

        // Then it shows
        assertThat(cluster.observe().partitions())
                .allMatch(each -> each.scrub().damagedBatches()
                        == (each.topic().equals("events") && each.partition() == 0 ? 1 : 0));
    }

    private Delivery counted() {
        return new Delivery() {
            @Override
            public void delivered(TopicPartition partition, long offset, long timestampMs) {
                delivered.add(offset);
            }

            @Override
            public void failed(ClientError error) {
                throw new AssertionError(error.message());
            }
        };
    }

    private static ProducerRecord record(String value) {
        return ProducerRecord.ofText("events", null, value).withPartition(0);
    }
}
