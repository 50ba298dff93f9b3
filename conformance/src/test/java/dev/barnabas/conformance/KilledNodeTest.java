package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of a node under load, several times: clients go on by themselves, and nothing acknowledged is lost or
 * doubled.
 */
final class KilledNodeTest {

    private static final int KILLS = 3;
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "killed";

    @Test
    void nothingAcknowledgedIsLostOrDoubledAndClientsGoOn(@TempDir Path data) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Map<Long, Long> acknowledged = new ConcurrentSkipListMap<>();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        List<Long> consumed = new ArrayList<>();
        try (NodeProcess node = NodeProcess.start(data, Map.of("num.partitions", String.valueOf(PARTITIONS)))) {
            String address = node.address();
            Thread producing = Thread.ofPlatform().start(() -> produce(address, stop, acknowledged, failed));
            Thread consuming = Thread.ofPlatform().start(() -> consume(address, stop, consumed, failed));
            for (int kill = 0; kill < KILLS; kill++) {
                awaitMore(acknowledged, 500);
                node.killAndStart();
            }
            awaitMore(acknowledged, 500);
            stop.set(true);
            assertThat(producing.join(Duration.ofMinutes(2))).isTrue();
            assertThat(consuming.join(Duration.ofMinutes(2))).isTrue();
            assertThat(failed.get()).isNull();

            Map<Integer, List<Long>> stored = readAll(address);
            List<Long> all = stored.values().stream().flatMap(List::stream).toList();
            assertThat(all).doesNotHaveDuplicates().containsAll(acknowledged.keySet());
            stored.values().forEach(numbers -> assertThat(numbers).isSorted());
            // What the group has read and committed along the way was there, too.
            assertThat(all).containsAll(consumed);
        } finally {
            stop.set(true);
        }
    }

    private static void produce(
            String address, AtomicBoolean stop, Map<Long, Long> acknowledged, AtomicReference<Throwable> failed) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", address));
        settings.put("max.block.ms", 120_000);
        try (KafkaProducer<String, Long> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new LongSerializer())) {
            for (long number = 0; !stop.get(); number++) {
                long sent = number;
                producer.send(
                        new ProducerRecord<>(TOPIC, (int) (number % PARTITIONS), null, number), (metadata, error) -> {
                            if (error == null) {
                                acknowledged.put(sent, metadata.offset());
                            } else {
                                failed.compareAndSet(null, error);
                            }
                        });
                TimeUnit.MICROSECONDS.sleep(500);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failed.compareAndSet(null, e);
        }
    }

    private static void consume(
            String address, AtomicBoolean stop, List<Long> consumed, AtomicReference<Throwable> failed) {
        try (KafkaConsumer<String, Long> consumer = consumer(address, "followers")) {
            consumer.subscribe(List.of(TOPIC));
            while (!stop.get()) {
                for (ConsumerRecord<String, Long> record : consumer.poll(Duration.ofMillis(200))) {
                    consumed.add(record.value());
                }
                consumer.commitAsync();
            }
        } catch (RuntimeException e) {
            failed.compareAndSet(null, e);
        }
    }

    private static Map<Integer, List<Long>> readAll(String address) {
        Map<Integer, List<Long>> stored = new TreeMap<>();
        List<TopicPartition> partitions = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            partitions.add(new TopicPartition(TOPIC, number));
        }
        try (KafkaConsumer<String, Long> consumer = consumer(address, "auditors")) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> stored.computeIfAbsent(record.partition(), number -> new ArrayList<>())
                                .add(record.value()));
            }
        }
        return stored;
    }

    private static KafkaConsumer<String, Long> consumer(String address, String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        address,
                        "group.id",
                        group,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false),
                new StringDeserializer(),
                new LongDeserializer());
    }

    private static void awaitMore(Map<Long, Long> acknowledged, int more) throws Exception {
        int wanted = acknowledged.size() + more;
        Eventually.await("records are acknowledged again", Duration.ofMinutes(2), () -> acknowledged.size() >= wanted);
    }
}
