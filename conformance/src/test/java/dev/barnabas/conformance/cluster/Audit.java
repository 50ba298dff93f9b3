package dev.barnabas.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.history.Entry;
import dev.barnabas.simulation.history.Event;
import dev.barnabas.simulation.history.Payload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from the beginning to the end when nobody writes any more. */
final class Audit {

    private static final String NAME = "auditor";
    private static final int PATIENCE_SECONDS = 60;

    private Audit() {}

    static void run(String bootstrapServers, String topic, int count, Recording record) {
        List<TopicPartition> partitions = IntStream.range(0, count)
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "client.id", NAME),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime()).as("all can be read").isLessThan(deadline);
                note(consumer.poll(Duration.ofMillis(200)), record);
            }
            ends.forEach((partition, end) -> record.add(new Event.ReadToEnd(
                    System.nanoTime(),
                    NAME,
                    record.partition(partition.partition()),
                    starts.getOrDefault(partition, 0L),
                    end)));
        }
    }

    private static void note(ConsumerRecords<byte[], byte[]> records, Recording record) {
        for (TopicPartition partition : records.partitions()) {
            List<Entry> entries = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> one : records.records(partition)) {
                entries.add(new Entry(one.offset(), Payload.decode(ByteBuffer.wrap(one.value()))));
            }
            record.add(new Event.Polled(System.nanoTime(), NAME, record.partition(partition.partition()), entries));
        }
    }
}
