package dev.barnabas.conformance.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What the application is given, and what it must have made of it. */
final class Inputs implements AutoCloseable {
    private static final int PARTITIONS = 3;
    private static final int WORDS = 7;

    private final String address;
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<Throwable> failed = new AtomicReference<>();
    private final Thread producing;
    private final KafkaConsumer<byte[], byte[]> outputs;

    /** Of the first record: what is old is deleted. */
    private final long startMs = System.currentTimeMillis();

    private volatile long sent;
    private int found;

    Inputs(String address) {
        this.address = address;
        this.outputs = reader(address, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>(partitionsOf(Application.COUNTS));
        partitions.addAll(partitionsOf(Application.JOINED));
        outputs.assign(partitions);
        outputs.seekToBeginning(partitions);
        this.producing = Thread.ofPlatform().start(this::produce);
    }

    static void createTopics(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            List<NewTopic> topics = new ArrayList<>();
            for (String topic : List.of(
                    Application.LINES, Application.COUNTS, Application.LEFT, Application.RIGHT, Application.JOINED)) {
                topics.add(new NewTopic(topic, PARTITIONS, (short) 1));
            }
            admin.createTopics(topics).all().get(60, TimeUnit.SECONDS);
        }
    }

    private void produce() {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", address));
        settings.put("max.block.ms", 120_000);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            while (!stop.get()) {
                long number = sent;
                long at = startMs + number * 10;
                send(producer, Application.LINES, at, "k" + number, word(number) + " " + word(number / 2));
                send(producer, Application.LEFT, at, "k" + number, "l" + number);
                send(producer, Application.RIGHT, rightAt(number), "k" + number, "r" + number);
                sent = number + 1;
                TimeUnit.MICROSECONDS.sleep(1500);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failed.compareAndSet(null, e);
        }
    }

    private static String word(long number) {
        return "w" + number % WORDS;
    }

    private static boolean isWithin(long number) {
        return number % 3 != 0;
    }

    private long rightAt(long number) {
        return startMs + number * 10 + (isWithin(number) ? 1_000 : Application.WINDOW.toMillis() + 1);
    }

    private void send(KafkaProducer<String, String> producer, String topic, long atMs, String key, String value) {
        producer.send(new ProducerRecord<>(topic, null, atMs, key, value), (_, error) -> {
            if (error != null) {
                failed.compareAndSet(null, error);
            }
        });
    }

    void finish() throws InterruptedException {
        stop.set(true);
        assertThat(producing.join(Duration.ofMinutes(2))).isTrue();
        assertThat(failed.get()).isNull();
    }

    /** How many counts and pairs there are to be. */
    int outputs() {
        return (int)
                (2 * sent + LongStream.range(0, sent).filter(Inputs::isWithin).count());
    }

    /** How many there are so far; waits a little for more. */
    int found() {
        found += outputs.poll(Duration.ofMillis(100)).count();
        return found;
    }

    /** Each word is counted up by one each time it comes, and each pair is there once. */
    void assertOutputs() {
        Map<String, List<Long>> expectedCounts = new TreeMap<>();
        Map<String, List<String>> expectedPairs = new TreeMap<>();
        for (long number = 0; number < sent; number++) {
            for (String word : List.of(word(number), word(number / 2))) {
                List<Long> counts = expectedCounts.computeIfAbsent(word, _ -> new ArrayList<>());
                counts.add(counts.size() + 1L);
            }
            if (isWithin(number)) {
                expectedPairs.put("k" + number, List.of("l" + number + "+r" + number));
            }
        }
        assertThat(all(Application.COUNTS, new LongDeserializer())).isEqualTo(expectedCounts);
        assertThat(all(Application.JOINED, new StringDeserializer())).isEqualTo(expectedPairs);
    }

    /** What is committed, by key, in order. */
    private <V> Map<String, List<V>> all(String topic, Deserializer<V> values) {
        Map<String, List<V>> stored = new TreeMap<>();
        List<TopicPartition> partitions = partitionsOf(topic);
        try (KafkaConsumer<String, V> consumer = reader(address, new StringDeserializer(), values)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> stored.computeIfAbsent(record.key(), _ -> new ArrayList<>())
                                .add(record.value()));
            }
        }
        return stored;
    }

    private static <K, V> KafkaConsumer<K, V> reader(String address, Deserializer<K> keys, Deserializer<V> values) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "isolation.level", "read_committed", "enable.auto.commit", false),
                keys,
                values);
    }

    private static List<TopicPartition> partitionsOf(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    @Override
    public void close() {
        stop.set(true);
        try {
            producing.join(Duration.ofMinutes(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        outputs.close();
    }
}
