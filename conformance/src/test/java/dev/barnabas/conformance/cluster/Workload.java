package dev.barnabas.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.conformance.Eventually;
import dev.barnabas.simulation.history.Checks;
import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Two idempotent producers that wait for all in-sync replicas, and two members of a group that read what they write.
 * Errors that reach the application fail the test. In the end everything is read once more and judged.
 */
final class Workload implements AutoCloseable {

    static final String GROUP = "readers";
    private static final int PARTITIONS = 6;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final RunningCluster cluster;
    private final String topic;
    private final Recording recording;
    private final List<Producing> producers = new ArrayList<>();
    private final List<Reading> readers = new ArrayList<>();

    private Workload(RunningCluster cluster, String topic) {
        this.cluster = cluster;
        this.topic = topic;
        recording = new Recording(topic, PARTITIONS);
    }

    /** Creates the topic and begins. Returns when every partition has been acknowledged something and was read from. */
    static Workload start(RunningCluster cluster, String topic) throws Exception {
        cluster.createTopic(topic, PARTITIONS);
        return on(cluster, topic);
    }

    /** The same on a topic that is there. */
    static Workload on(RunningCluster cluster, String topic) throws Exception {
        Workload load = new Workload(cluster, topic);
        try {
            for (int number = 1; number <= 2; number++) {
                load.readers.add(new Reading(cluster.bootstrapServers(), "member-" + number, load.recording));
                load.producers.add(new Producing(cluster.bootstrapServers(), "producer-" + number, load.recording));
            }
            load.awaitProgress();
            load.awaitRead();
            load.recording.gaps().restart();
        } catch (Exception | Error e) {
            load.close();
            throw e;
        }
        return load;
    }

    /** Prints the longest gap since the last line. */
    void printGap(String what) {
        recording.gaps().print(what);
    }

    /** Every partition acknowledges again. */
    void awaitProgress() throws Exception {
        awaitProgress(partition -> true);
    }

    /** The chosen partitions acknowledge again. */
    void awaitProgress(IntPredicate chosen) throws Exception {
        long[] before = recording.acknowledged();
        await("partitions acknowledge", () -> {
            long[] now = recording.acknowledged();
            return IntStream.range(0, PARTITIONS)
                    .filter(chosen)
                    .allMatch(partition -> now[partition] >= before[partition] + 20);
        });
    }

    /** The members of the group get what has been written until now. */
    void awaitRead() throws Exception {
        awaitReach("the group reads", recording.acknowledgedEnds(), recording::readEnds);
    }

    /** The group commits what has been written until now. */
    void awaitCommitted() throws Exception {
        awaitReach("the group commits", recording.acknowledgedEnds(), recording::committed);
    }

    private void awaitReach(String what, long[] wanted, Supplier<long[]> reached) throws Exception {
        await(what, () -> {
            long[] now = reached.get();
            return IntStream.range(0, PARTITIONS).allMatch(partition -> now[partition] >= wanted[partition]);
        });
    }

    private void await(String what, Eventually.Condition condition) throws Exception {
        Eventually.await(what, LIMIT, () -> {
            assertThat(recording.failures()).isEmpty();
            return condition.holds();
        });
    }

    /** Ends the load, reads everything, and fails if a promise was broken. */
    void finish() throws Exception {
        for (Producing producer : producers) {
            producer.finish();
        }
        awaitRead();
        for (Reading reader : readers) {
            reader.finish();
        }
        assertThat(recording.failures()).isEmpty();
        noteCommitted();
        Audit.run(cluster.bootstrapServers(), topic, PARTITIONS, recording);
        List<Finding> findings = Checks.all(recording.history());
        assertThat(findings.stream().limit(20))
                .as("%d findings", findings.size())
                .isEmpty();
    }

    private void noteCommitted() throws Exception {
        long asked = System.nanoTime();
        Map<TopicPartition, OffsetAndMetadata> committed = cluster.admin()
                .listConsumerGroupOffsets(GROUP)
                .partitionsToOffsetAndMetadata()
                .get();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            OffsetAndMetadata offset = committed.get(new TopicPartition(topic, partition));
            recording.add(new Event.CommittedRead(
                    asked,
                    System.nanoTime(),
                    GROUP,
                    recording.partition(partition),
                    offset == null ? -1 : offset.offset()));
        }
    }

    @Override
    public void close() {
        producers.forEach(Producing::stop);
        readers.forEach(Reading::stop);
        Duration patience = Duration.ofSeconds(10);
        producers.forEach(producer -> producer.join(patience));
        readers.forEach(reader -> reader.join(patience));
    }
}
