package dev.barnabas.conformance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.server.RunningNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java clients in transactions, with their default settings. */
final class JavaTransactionsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static RunningNode node;
    private static Admin admin;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        node = RunningNode.start(data);
        admin = Admin.create(Map.of("bootstrap.servers", node.address()));
    }

    @AfterAll
    static void stop() {
        admin.close();
        node.close();
    }

    private static void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get();
    }

    private static KafkaProducer<String, String> producer(String transactionalId) {
        KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.address(), "transactional.id", transactionalId),
                new StringSerializer(),
                new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private static KafkaConsumer<String, String> consumer(String group, String protocol, boolean committed) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers",
                node.address(),
                "group.id",
                group,
                "group.protocol",
                protocol,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "max.poll.records",
                7));
        settings.put("isolation.level", committed ? "read_committed" : "read_uncommitted");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** Everything up to the end, of one partition; a commit is answered before its markers are everywhere. */
    private static List<String> read(String topic, int partition, boolean committed) throws Exception {
        List<String> values = new ArrayList<>();
        TopicPartition one = new TopicPartition(topic, partition);
        Eventually.await(
                "no transaction is open",
                TIMEOUT,
                () -> latest(one, IsolationLevel.READ_COMMITTED) >= latest(one, IsolationLevel.READ_UNCOMMITTED));
        try (KafkaConsumer<String, String> consumer = consumer("nobody", "classic", committed)) {
            consumer.assign(List.of(one));
            consumer.seekToBeginning(List.of(one));
            long end = requireNonNull(consumer.endOffsets(List.of(one)).get(one));
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.position(one) < end) {
                assertThat(System.nanoTime()).as("read to the end").isLessThan(deadline);
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }

    @Test
    void whatIsAbortedIsSkippedByWhoeverReadsWhatIsCommitted() throws Exception {
        create("outcomes", 2);
        try (KafkaProducer<String, String> producer = producer("outcomes")) {
            for (int i = 0; i < 30; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("outcomes", i % 2, null, "a" + i));
                producer.send(new ProducerRecord<>("outcomes", i % 2, null, "b" + i));
                if (i % 3 == 0) {
                    // What is not sent yet is dropped.
                    producer.flush();
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        List<String> committed = new ArrayList<>(read("outcomes", 0, true));
        committed.addAll(read("outcomes", 1, true));
        assertThat(committed).hasSize(40).doesNotHaveDuplicates().doesNotContain("a0", "b3", "a27");
        assertThat(read("outcomes", 0, false)).hasSize(30);
    }

    @Test
    void readersOfCommittedRecordsWaitForTheTransactionThatIsOpen() throws Exception {
        create("waiting", 1);
        TopicPartition partition = new TopicPartition("waiting", 0);
        try (KafkaProducer<String, String> producer = producer("waiting")) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("waiting", 0, null, "a")).get();
            assertThat(latest(partition, IsolationLevel.READ_COMMITTED)).isZero();
            assertThat(latest(partition, IsolationLevel.READ_UNCOMMITTED)).isEqualTo(1);
            producer.commitTransaction();
            assertThat(read("waiting", 0, true)).containsExactly("a");
        }
    }

    private static long latest(TopicPartition partition, IsolationLevel isolation) throws Exception {
        return admin.listOffsets(Map.of(partition, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void whatIsConsumedIsInTheOutputOnce(String protocol) throws Exception {
        String in = "in-" + protocol;
        String out = "out-" + protocol;
        create(in, 2);
        create(out, 1);
        int records = 60;
        try (KafkaProducer<String, String> source = producer("source-" + protocol)) {
            source.beginTransaction();
            for (int i = 0; i < records; i++) {
                source.send(new ProducerRecord<>(in, i % 2, null, "v" + i));
            }
            source.commitTransaction();
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            expected.add("did v" + i);
        }

        String group = "workers-" + protocol;
        try (KafkaProducer<String, String> worker = producer("worker-" + protocol);
                KafkaConsumer<String, String> consumer = consumer(group, protocol, true)) {
            consumer.subscribe(List.of(in));
            int done = 0;
            int attempts = 0;
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (done < records) {
                assertThat(System.nanoTime()).as("everything is worked on").isLessThan(deadline);
                ConsumerRecords<String, String> some = consumer.poll(Duration.ofMillis(200));
                if (some.isEmpty()) {
                    continue;
                }
                worker.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (ConsumerRecord<String, String> record : some) {
                    worker.send(new ProducerRecord<>(out, "did " + record.value()));
                    offsets.put(
                            new TopicPartition(record.topic(), record.partition()),
                            new OffsetAndMetadata(record.offset() + 1));
                }
                worker.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                if (++attempts % 3 == 0) {
                    // What is not sent yet the producer only throws away.
                    worker.flush();
                    worker.abortTransaction();
                    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
                    committed.forEach(
                            (partition, offset) -> consumer.seek(partition, offset == null ? 0 : offset.offset()));
                } else {
                    worker.commitTransaction();
                    done += some.count();
                }
            }
            assertThat(done).isEqualTo(records);
        }
        assertThat(read(out, 0, true)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(read(out, 0, false)).hasSizeGreaterThan(records);
    }

    @Test
    void offsetsOfAMemberOfThePastAreRefused() throws Exception {
        create("fenced-in", 1);
        try (KafkaProducer<String, String> worker = producer("fenced-worker");
                KafkaConsumer<String, String> consumer = consumer("fenced-workers", "classic", true)) {
            consumer.subscribe(List.of("fenced-in"));
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.assignment().isEmpty()) {
                assertThat(System.nanoTime()).as("assigned").isLessThan(deadline);
                consumer.poll(Duration.ofMillis(100));
            }
            var past = consumer.groupMetadata();
            consumer.unsubscribe();
            worker.beginTransaction();
            assertThatThrownBy(() -> {
                        worker.sendOffsetsToTransaction(
                                Map.of(new TopicPartition("fenced-in", 0), new OffsetAndMetadata(1)), past);
                        worker.commitTransaction();
                    })
                    .isInstanceOf(CommitFailedException.class);
            worker.abortTransaction();
        }
    }

    @Test
    void aProducerThatTakesThePlaceOfAnotherFencesIt() throws Exception {
        create("fencing", 1);
        try (KafkaProducer<String, String> zombie = producer("fencing")) {
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>("fencing", "zombie")).get();
            try (KafkaProducer<String, String> successor = producer("fencing")) {
                assertThatThrownBy(zombie::commitTransaction).isInstanceOf(ApiException.class);
                successor.beginTransaction();
                successor.send(new ProducerRecord<>("fencing", "successor"));
                successor.commitTransaction();
            }
        }
        assertThat(read("fencing", 0, true)).containsExactly("successor");
    }

    @Test
    void administratorsSeeFenceAndAbort() throws Exception {
        create("watched", 1);
        TopicPartition partition = new TopicPartition("watched", 0);
        try (KafkaProducer<String, String> producer = producer("watched")) {
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("watched", "a")).get();

            assertThat(admin.listTransactions().all().get())
                    .anyMatch(each ->
                            each.transactionalId().equals("watched") && each.state() == TransactionState.ONGOING);
            TransactionDescription described = requireNonNull(
                    admin.describeTransactions(List.of("watched")).all().get().get("watched"));
            assertThat(described.topicPartitions()).containsExactly(partition);
            ProducerState state =
                    admin
                            .describeProducers(List.of(partition))
                            .partitionResult(partition)
                            .get()
                            .activeProducers()
                            .stream()
                            .filter(each -> each.producerId() == described.producerId())
                            .findFirst()
                            .orElseThrow();
            assertThat(state.currentTransactionStartOffset()).hasValue(0);

            admin.abortTransaction(new AbortTransactionSpec(
                            partition,
                            state.producerId(),
                            (short) state.producerEpoch(),
                            Math.max(0, state.coordinatorEpoch().orElse(0))))
                    .all()
                    .get();
            assertThat(latest(partition, IsolationLevel.READ_COMMITTED)).isEqualTo(2);

            admin.fenceProducers(List.of("watched")).all().get();
            assertThatThrownBy(() -> {
                        producer.send(new ProducerRecord<>("watched", "b")).get(60, TimeUnit.SECONDS);
                        producer.commitTransaction();
                    })
                    .isInstanceOf(Exception.class);
        }
        assertThat(read("watched", 0, true)).isEmpty();
    }
}
