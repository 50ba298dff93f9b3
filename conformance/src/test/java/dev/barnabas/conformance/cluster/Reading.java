package dev.barnabas.conformance.cluster;

import dev.barnabas.simulation.history.Entry;
import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.Payload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a group, which commits what it has read. */
final class Reading {

    private static final long COMMIT_EVERY_NANOS = 300_000_000;

    private final String name;
    private final Recording record;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;
    private final Map<TopicPartition, OffsetAndMetadata> uncommitted = new HashMap<>();
    private volatile boolean stopping;

    Reading(String bootstrapServers, String name, Recording record) {
        this.name = name;
        this.record = record;
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "client.id",
                        name,
                        "group.id",
                        Workload.GROUP,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false,
                        "request.timeout.ms",
                        5_000,
                        "session.timeout.ms",
                        10_000),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        thread = Thread.ofPlatform().name(name).start(this::run);
    }

    private void run() {
        try (consumer) {
            consumer.subscribe(List.of(record.partition(0).topic()), new Assignments());
            long committed = System.nanoTime();
            while (!stopping) {
                poll();
                if (System.nanoTime() - committed > COMMIT_EVERY_NANOS) {
                    commit();
                    committed = System.nanoTime();
                }
            }
            commit();
        } catch (RuntimeException e) {
            record.failed(e);
        }
    }

    private void poll() {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
        for (TopicPartition partition : records.partitions()) {
            List<Entry> entries = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> one : records.records(partition)) {
                entries.add(new Entry(one.offset(), Payload.decode(ByteBuffer.wrap(one.value()))));
            }
            record.add(new Event.Polled(System.nanoTime(), name, record.partition(partition.partition()), entries));
            uncommitted.put(partition, new OffsetAndMetadata(entries.getLast().offset() + 1));
        }
    }

    /** Whether it has happened is known only if there is an answer. */
    private void commit() {
        if (uncommitted.isEmpty()) {
            return;
        }
        long sent = System.nanoTime();
        long answered = Long.MAX_VALUE;
        try {
            consumer.commitSync(uncommitted);
            answered = System.nanoTime();
        } catch (CommitFailedException | RebalanceInProgressException | TimeoutException unknown) {
            // What was not committed is read again by whoever gets the partition.
        }
        for (Map.Entry<TopicPartition, OffsetAndMetadata> one : uncommitted.entrySet()) {
            record.add(new Event.Committed(
                    sent,
                    answered,
                    Workload.GROUP,
                    record.partition(one.getKey().partition()),
                    one.getValue().offset()));
        }
        uncommitted.clear();
    }

    private final class Assignments implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                long asked = System.nanoTime();
                OffsetAndMetadata committed =
                        consumer.committed(Set.copyOf(partitions)).get(partition);
                long position = consumer.position(partition);
                record.add(new Event.CommittedRead(
                        asked,
                        System.nanoTime(),
                        Workload.GROUP,
                        record.partition(partition.partition()),
                        committed == null ? -1 : committed.offset()));
                record.add(new Event.Positioned(
                        System.nanoTime(), name, record.partition(partition.partition()), position));
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            commit();
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            uncommitted.clear();
        }
    }

    /** Leaves the group after a last commit. */
    void finish() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    void stop() {
        stopping = true;
    }

    void join(Duration patience) {
        consumer.wakeup();
        try {
            thread.join(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
