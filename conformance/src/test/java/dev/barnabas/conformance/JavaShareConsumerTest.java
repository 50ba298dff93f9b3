package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official share consumer, unmodified. */
final class JavaShareConsumerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(200);

    private static NodeProcess node;

    @BeforeAll
    static void startNode(@TempDir Path data) throws Exception {
        node = NodeProcess.start(data, Map.of("group.share.min.record.lock.duration.ms", "1000"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    private static Map<String, Object> settings() {
        return new HashMap<>(Map.of("bootstrap.servers", node.address()));
    }

    private static void topic(String topic, int partitions) throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static void group(String group, Map<String, String> set) throws Exception {
        Map<String, String> all = new HashMap<>(Map.of("share.auto.offset.reset", "earliest"));
        all.putAll(set);
        try (Admin admin = Admin.create(settings())) {
            List<AlterConfigOp> changes = all.entrySet().stream()
                    .map(each -> new AlterConfigOp(
                            new ConfigEntry(each.getKey(), each.getValue()), AlterConfigOp.OpType.SET))
                    .toList();
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, group), changes))
                    .all()
                    .get();
        }
    }

    private static void produce(String topic, int count) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings(), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, "key-" + i % 7, Integer.toString(i)));
            }
        }
    }

    private static KafkaShareConsumer<String, String> consumer(String group, String topic, boolean explicit) {
        Map<String, Object> settings = settings();
        settings.put("group.id", group);
        settings.put("share.acknowledgement.mode", explicit ? "explicit" : "implicit");
        KafkaShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static long deadline() {
        return System.nanoTime() + TIMEOUT.toNanos();
    }

    @Test
    void implicitlyAcknowledgedRecordsAreSharedByMembersOfOnePartition() throws Exception {
        topic("implicit", 1);
        group("implicit", Map.of());
        produce("implicit", 2000);

        List<String> seen = new ArrayList<>();
        try (KafkaShareConsumer<String, String> first = consumer("implicit", "implicit", false);
                KafkaShareConsumer<String, String> second = consumer("implicit", "implicit", false)) {
            for (long end = deadline(); seen.size() < 2000 && System.nanoTime() < end; ) {
                first.poll(POLL).forEach(record -> seen.add(record.value()));
                second.poll(POLL).forEach(record -> seen.add(record.value()));
            }
            first.commitSync().values().forEach(error -> assertThat(error).isEmpty());
            second.commitSync().values().forEach(error -> assertThat(error).isEmpty());
        }

        assertThat(seen).hasSize(2000).doesNotHaveDuplicates();
        try (KafkaShareConsumer<String, String> third = consumer("implicit", "implicit", false)) {
            produce("implicit", 1);
            List<String> rest = new ArrayList<>();
            for (long end = deadline(); rest.isEmpty() && System.nanoTime() < end; ) {
                third.poll(POLL).forEach(record -> rest.add(record.value()));
            }
            assertThat(rest).containsExactly("0");
        }
    }

    @Test
    void explicitlyRecordsAreAcceptedReleasedRejectedAndRenewed() throws Exception {
        topic("explicit", 2);
        group("explicit", Map.of());
        produce("explicit", 300);

        Map<String, Integer> deliveries = new TreeMap<>();
        Set<String> accepted = new HashSet<>();
        Set<String> rejected = new HashSet<>();
        try (KafkaShareConsumer<String, String> consumer = consumer("explicit", "explicit", true)) {
            for (long end = deadline(); accepted.size() + rejected.size() < 300 && System.nanoTime() < end; ) {
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    int number = Integer.parseInt(record.value());
                    int times = deliveries.merge(record.value(), 1, Integer::sum);
                    if (number % 10 == 1 && times == 1) {
                        consumer.acknowledge(record, AcknowledgeType.RELEASE);
                    } else if (number % 10 == 2) {
                        consumer.acknowledge(record, AcknowledgeType.REJECT);
                        rejected.add(record.value());
                    } else if (number % 50 == 3 && times == 1) {
                        consumer.acknowledge(record, AcknowledgeType.RENEW);
                    } else {
                        consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                        accepted.add(record.value());
                    }
                }
                consumer.commitSync()
                        .values()
                        .forEach(error -> assertThat(error).isEmpty());
            }
        }

        assertThat(accepted).hasSize(270);
        assertThat(rejected).hasSize(30);
        deliveries.forEach((value, times) -> assertThat(times)
                .as("deliveries of " + value)
                .isEqualTo(Integer.parseInt(value) % 10 == 1 || Integer.parseInt(value) % 50 == 3 ? 2 : 1));
    }

    @Test
    void whatAMemberDoesNotFinishComesBackWhenItsLockIsOverAndAfterAKill() throws Exception {
        topic("killed", 1);
        group("killed", Map.of("share.record.lock.duration.ms", "2000"));
        produce("killed", 100);

        Set<String> finished = new HashSet<>();
        try (KafkaShareConsumer<String, String> consumer = consumer("killed", "killed", true)) {
            int polls = 0;
            for (long end = deadline(); finished.size() < 100 && System.nanoTime() < end; polls++) {
                List<String> now = new ArrayList<>();
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    boolean accepts = Integer.parseInt(record.value()) % 3 != polls % 3;
                    consumer.acknowledge(record, accepts ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                    if (accepts) {
                        now.add(record.value());
                    }
                }
                if (polls == 3) {
                    node.killAndStart();
                }
                if (consumer.commitSync(TIMEOUT).values().stream().allMatch(Optional::isEmpty)) {
                    now.forEach(value -> assertThat(finished).doesNotContain(value));
                    finished.addAll(now);
                }
            }
        }

        assertThat(finished).hasSize(100);
    }

    @Test
    void whatIsRejectedIsInTheTopicForDeadLetters() throws Exception {
        topic("letters", 1);
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic("dlq.letters", 1, (short) 1)
                            .configs(Map.of("errors.deadletterqueue.group.enable", "true"))))
                    .all()
                    .get();
        }
        group(
                "letters",
                Map.of(
                        "errors.deadletterqueue.topic.name",
                        "dlq.letters",
                        "errors.deadletterqueue.copy.record.enable",
                        "true"));
        produce("letters", 20);

        Set<String> seen = new HashSet<>();
        try (KafkaShareConsumer<String, String> consumer = consumer("letters", "letters", true)) {
            for (long end = deadline(); seen.size() < 20 && System.nanoTime() < end; ) {
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    seen.add(record.value());
                    consumer.acknowledge(
                            record,
                            Integer.parseInt(record.value()) % 4 == 0
                                    ? AcknowledgeType.REJECT
                                    : AcknowledgeType.ACCEPT);
                }
                consumer.commitSync();
            }
        }

        List<ConsumerRecord<String, String>> letters = new ArrayList<>();
        Map<String, Object> reading = settings();
        reading.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition("dlq.letters", 0)));
            for (long end = deadline(); letters.size() < 5 && System.nanoTime() < end; ) {
                consumer.poll(POLL).forEach(letters::add);
            }
        }
        assertThat(letters).extracting(ConsumerRecord::value).containsExactlyInAnyOrder("0", "4", "8", "12", "16");
        assertThat(letters.getFirst().headers().toArray())
                .extracting(header ->
                        header.key() + "=" + new String(header.value(), java.nio.charset.StandardCharsets.UTF_8))
                .contains(
                        "__dlq.errors.topic=letters",
                        "__dlq.errors.partition=0",
                        "__dlq.errors.offset=0",
                        "__dlq.errors.group=letters",
                        "__dlq.errors.delivery.count=1",
                        "__dlq.errors.message=Offset rejected by client.");
    }

    @Test
    void recordsOfAKeyStayInOrderAmongMembers() throws Exception {
        topic("ordered", 1);
        group("ordered", Map.of("barnabas.share.order", "strict_key"));
        produce("ordered", 210);

        Map<String, List<Integer>> byKey = new HashMap<>();
        int seen = 0;
        try (KafkaShareConsumer<String, String> first = consumer("ordered", "ordered", true);
                KafkaShareConsumer<String, String> second = consumer("ordered", "ordered", true)) {
            List<KafkaShareConsumer<String, String>> members = List.of(first, second);
            for (long end = deadline(); seen < 210 && System.nanoTime() < end; ) {
                for (KafkaShareConsumer<String, String> member : members) {
                    for (ConsumerRecord<String, String> record : member.poll(Duration.ofMillis(20))) {
                        byKey.computeIfAbsent(record.key(), key -> new ArrayList<>())
                                .add(Integer.parseInt(record.value()));
                        member.acknowledge(record);
                        seen++;
                    }
                    member.commitSync();
                }
            }
        }

        assertThat(byKey).hasSize(7);
        byKey.forEach((key, numbers) -> assertThat(numbers).hasSize(30).isSorted());
    }
}
