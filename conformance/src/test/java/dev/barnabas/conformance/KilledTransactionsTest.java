package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kill -9} of a node in the middle of transactions: what is consumed from one topic is in the other exactly
 * once.
 */
final class KilledTransactionsTest {

    private static final int KILLS = 3;
    private static final int PARTITIONS = 3;
    private static final String IN = "in";
    private static final String OUT = "out";

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void everyInputIsInTheOutputOnce(String protocol, @TempDir Path data) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        AtomicLong worked = new AtomicLong();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        try (NodeProcess node = NodeProcess.start(data, Map.of("num.partitions", String.valueOf(PARTITIONS)))) {
            String address = node.address();
            Thread producing = Thread.ofPlatform().start(() -> produce(address, stop, sent, failed));
            AtomicBoolean stopWorking = new AtomicBoolean();
            Thread working = Thread.ofPlatform().start(() -> work(address, protocol, stopWorking, worked, failed));
            for (int kill = 0; kill < KILLS; kill++) {
                awaitMore(worked, 300, failed);
                node.killAndStart();
            }
            awaitMore(worked, 300, failed);
            stop.set(true);
            assertThat(producing.join(Duration.ofMinutes(2))).isTrue();
            List<Long> inputs = readAll(address, IN);
            Eventually.await(
                    "everything is worked on",
                    Duration.ofMinutes(2),
                    () -> failed.get() != null || readAll(address, OUT).size() >= inputs.size());
            stopWorking.set(true);
            assertThat(working.join(Duration.ofMinutes(2))).isTrue();
            assertThat(failed.get()).isNull();

            assertThat(inputs).doesNotHaveDuplicates();
            assertThat(readAll(address, OUT)).containsExactlyInAnyOrderElementsOf(inputs);
        } finally {
            stop.set(true);
        }
    }

    private static void produce(
            String address, AtomicBoolean stop, AtomicLong sent, AtomicReference<Throwable> failed) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", address));
        settings.put("max.block.ms", 120_000);
        try (KafkaProducer<String, Long> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new LongSerializer())) {
            while (!stop.get()) {
                long number = sent.getAndIncrement();
                producer.send(
                        new ProducerRecord<>(IN, (int) (number % PARTITIONS), null, number), (metadata, error) -> {
                            if (error != null) {
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

    /** As the documentation of the producer has it: what cannot be aborted is begun anew with another producer. */
    private static void work(
            String address, String protocol, AtomicBoolean stop, AtomicLong worked, AtomicReference<Throwable> failed) {
        while (!stop.get() && failed.get() == null) {
            try (KafkaProducer<String, Long> producer = transactional(address);
                    KafkaConsumer<String, Long> consumer = consumer(address, "workers", protocol)) {
                consumer.subscribe(List.of(IN));
                producer.initTransactions();
                while (!stop.get()) {
                    ConsumerRecords<String, Long> some = consumer.poll(Duration.ofMillis(200));
                    if (!some.isEmpty()) {
                        workOn(producer, consumer, some);
                        worked.addAndGet(some.count());
                    }
                }
            } catch (KafkaException again) {
                // Whatever it was doing has not happened, or has happened as a whole: the next one goes on.
            } catch (RuntimeException e) {
                failed.compareAndSet(null, e);
            }
        }
    }

    private static void workOn(
            KafkaProducer<String, Long> producer,
            KafkaConsumer<String, Long> consumer,
            ConsumerRecords<String, Long> some) {
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (ConsumerRecord<String, Long> record : some) {
            producer.send(new ProducerRecord<>(OUT, record.partition(), null, record.value()));
            offsets.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
    }

    private static KafkaProducer<String, Long> transactional(String address) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", address));
        settings.put("max.block.ms", 60_000);
        settings.put("transactional.id", "worker");
        return new KafkaProducer<>(settings, new StringSerializer(), new LongSerializer());
    }

    private static List<Long> readAll(String address, String topic) {
        List<Long> stored = new ArrayList<>();
        List<TopicPartition> partitions = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            partitions.add(new TopicPartition(topic, number));
        }
        try (KafkaConsumer<String, Long> consumer = consumer(address, "auditors", "classic")) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> stored.add(record.value()));
            }
        }
        return stored;
    }

    private static KafkaConsumer<String, Long> consumer(String address, String group, String protocol) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        address,
                        "group.id",
                        group,
                        "group.protocol",
                        protocol,
                        "auto.offset.reset",
                        "earliest",
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false),
                new StringDeserializer(),
                new LongDeserializer());
    }

    private static void awaitMore(AtomicLong worked, long more, AtomicReference<Throwable> failed) throws Exception {
        long wanted = worked.get() + more;
        Eventually.await("records are worked on again", Duration.ofMinutes(2), () -> {
            assertThat(failed.get()).isNull();
            return worked.get() >= wanted;
        });
    }
}
