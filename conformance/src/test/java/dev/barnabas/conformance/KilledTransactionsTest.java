package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
        int port = freePort();
        Process process = start(data, port);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        AtomicLong worked = new AtomicLong();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        try {
            Thread producing = Thread.ofPlatform().start(() -> produce(port, stop, sent, failed));
            AtomicBoolean stopWorking = new AtomicBoolean();
            Thread working = Thread.ofPlatform().start(() -> work(port, protocol, stopWorking, worked, failed));
            for (int kill = 0; kill < KILLS; kill++) {
                awaitMore(worked, 300, failed);
                process.destroyForcibly().waitFor();
                process = start(data, port);
            }
            awaitMore(worked, 300, failed);
            stop.set(true);
            assertThat(producing.join(Duration.ofMinutes(2))).isTrue();
            List<Long> inputs = readAll(port, IN);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (readAll(port, OUT).size() < inputs.size() && failed.get() == null) {
                assertThat(System.nanoTime()).as("everything is worked on").isLessThan(deadline);
                TimeUnit.MILLISECONDS.sleep(200);
            }
            stopWorking.set(true);
            assertThat(working.join(Duration.ofMinutes(2))).isTrue();
            assertThat(failed.get()).isNull();

            assertThat(inputs).doesNotHaveDuplicates();
            assertThat(readAll(port, OUT)).containsExactlyInAnyOrderElementsOf(inputs);
        } finally {
            stop.set(true);
            process.destroyForcibly().waitFor();
        }
    }

    private static void produce(int port, AtomicBoolean stop, AtomicLong sent, AtomicReference<Throwable> failed) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", "localhost:" + port));
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
            int port, String protocol, AtomicBoolean stop, AtomicLong worked, AtomicReference<Throwable> failed) {
        while (!stop.get() && failed.get() == null) {
            try (KafkaProducer<String, Long> producer = transactional(port);
                    KafkaConsumer<String, Long> consumer = consumer(port, "workers", protocol)) {
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

    private static KafkaProducer<String, Long> transactional(int port) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", "localhost:" + port));
        settings.put("max.block.ms", 60_000);
        settings.put("transactional.id", "worker");
        return new KafkaProducer<>(settings, new StringSerializer(), new LongSerializer());
    }

    private static List<Long> readAll(int port, String topic) {
        List<Long> stored = new ArrayList<>();
        List<TopicPartition> partitions = new ArrayList<>();
        for (int number = 0; number < PARTITIONS; number++) {
            partitions.add(new TopicPartition(topic, number));
        }
        try (KafkaConsumer<String, Long> consumer = consumer(port, "auditors", "classic")) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> stored.add(record.value()));
            }
        }
        return stored;
    }

    private static KafkaConsumer<String, Long> consumer(int port, String group, String protocol) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        "localhost:" + port,
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

    private static void awaitMore(AtomicLong worked, long more, AtomicReference<Throwable> failed)
            throws InterruptedException {
        long wanted = worked.get() + more;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (worked.get() < wanted) {
            assertThat(failed.get()).isNull();
            assertThat(System.nanoTime()).as("records are worked on again").isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private static Process start(Path data, int port) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-Xmx192m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.barnabas.cli.Main",
                        "start",
                        "--set",
                        "listeners=PLAINTEXT://localhost:" + port,
                        "--set",
                        "log.dirs=" + data,
                        "--set",
                        "num.partitions=" + PARTITIONS,
                        "--set",
                        "barnabas.http.listener=")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
