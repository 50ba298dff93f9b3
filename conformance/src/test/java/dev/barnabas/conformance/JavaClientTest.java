package dev.barnabas.conformance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.server.RunningNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official Java client, unmodified, with its default settings unless a test says otherwise. */
final class JavaClientTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static RunningNode node;

    @BeforeAll
    static void startNode(@TempDir Path data) throws Exception {
        node = RunningNode.start(data);
    }

    @AfterAll
    static void stopNode() throws Exception {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void whatIsProducedIsConsumedWithKeysHeadersAndTimestamps(String codec) throws Exception {
        String topic = "java-" + codec;
        long start = System.currentTimeMillis();

        try (KafkaProducer<String, String> producer = producer(Map.of("compression.type", codec))) {
            for (int i = 0; i < 500; i++) {
                producer.send(new ProducerRecord<>(
                        topic,
                        0,
                        start + i,
                        "key-" + i,
                        i % 10 == 0 ? null : "value-" + i,
                        List.of(new RecordHeader("n", Integer.toString(i).getBytes(StandardCharsets.UTF_8)))));
            }
        }

        List<ConsumerRecord<String, String>> records = readFromBeginning(topic, 500);
        for (int i = 0; i < 500; i++) {
            ConsumerRecord<String, String> record = records.get(i);
            assertThat(record.offset()).isEqualTo(i);
            assertThat(record.key()).isEqualTo("key-" + i);
            assertThat(record.value()).isEqualTo(i % 10 == 0 ? null : "value-" + i);
            assertThat(record.timestamp()).isEqualTo(start + i);
            assertThat(new String(record.headers().lastHeader("n").value(), StandardCharsets.UTF_8))
                    .isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void membersOfAGroupShareThePartitionsAndAnotherTakesOverWhatTheyCommitted() throws Exception {
        createTopic("java-group", 4);
        produce("java-group", 400);
        Map<String, Object> cooperative =
                Map.of("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());

        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<String, String> first = consumer("java-readers", cooperative);
                KafkaConsumer<String, String> second = consumer("java-readers", cooperative)) {
            first.subscribe(List.of("java-group"));
            second.subscribe(List.of("java-group"));
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while ((seen.size() < 400
                            || first.assignment().size() != 2
                            || second.assignment().size() != 2)
                    && System.nanoTime() < deadline) {
                first.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.value()));
                second.poll(Duration.ofMillis(100)).forEach(record -> seen.add(record.value()));
            }
            assertThat(seen).hasSize(400);
            assertThat(first.assignment()).hasSize(2).doesNotContainAnyElementsOf(second.assignment());
            first.commitSync();
            second.commitSync();
        }
        produce("java-group", 10);
        try (KafkaConsumer<String, String> third = consumer("java-readers", Map.of())) {
            third.subscribe(List.of("java-group"));
            assertThat(poll(third, 10)).hasSize(10);
        }
    }

    @Test
    void aStaticMemberComesBackToItsPartitionsWithoutARebalance() throws Exception {
        createTopic("java-static", 2);
        Map<String, Object> instance = Map.of("group.instance.id", "the-one");
        int generation;
        try (KafkaConsumer<String, String> before = consumer("java-static-readers", instance)) {
            before.subscribe(List.of("java-static"));
            awaitAssignment(before, 2);
            generation = before.groupMetadata().generationId();
        }
        try (KafkaConsumer<String, String> after = consumer("java-static-readers", instance)) {
            after.subscribe(List.of("java-static"));
            awaitAssignment(after, 2);
            assertThat(after.groupMetadata().generationId()).isEqualTo(generation);
        }
    }

    @Test
    void offsetsAreFoundByTimeAndRecordsAreDeletedUpToAnOffset() throws Exception {
        TopicPartition partition = new TopicPartition("java-offsets", 0);
        createTopic("java-offsets", 1);
        long start = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>("java-offsets", 0, start + 10L * i, null, "v" + i));
            }
        }
        try (Admin admin = admin()) {
            assertThat(offset(admin, partition, OffsetSpec.earliest())).isZero();
            assertThat(offset(admin, partition, OffsetSpec.latest())).isEqualTo(100);
            assertThat(offset(admin, partition, OffsetSpec.forTimestamp(start + 495)))
                    .isEqualTo(50);
            assertThat(offset(admin, partition, OffsetSpec.maxTimestamp())).isEqualTo(99);

            assertThat(in(
                                    admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(40)))
                                            .lowWatermarks(),
                                    partition)
                            .get()
                            .lowWatermark())
                    .isEqualTo(40);
            assertThat(offset(admin, partition, OffsetSpec.earliest())).isEqualTo(40);
            assertThat(readFromBeginning("java-offsets", 60).getFirst().offset())
                    .isEqualTo(40);
        }
    }

    @Test
    void topicsAreCreatedDescribedExtendedAndDeleted() throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(
                            List.of(new NewTopic("java-admin", 3, (short) 1).configs(Map.of("retention.ms", "12345"))))
                    .all()
                    .get();
            TopicDescription described = in(
                    admin.describeTopics(List.of("java-admin")).allTopicNames().get(), "java-admin");
            assertThat(described.partitions()).hasSize(3);
            assertThat(described.topicId().toString()).isNotBlank();
            assertThatThrownBy(() -> admin.createTopics(List.of(new NewTopic("java-admin", 1, (short) 1)))
                            .all()
                            .get())
                    .cause()
                    .isInstanceOf(TopicExistsException.class);

            admin.createPartitions(Map.of("java-admin", NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            assertThat(in(
                                    admin.describeTopics(List.of("java-admin"))
                                            .allTopicNames()
                                            .get(),
                                    "java-admin")
                            .partitions())
                    .hasSize(5);
            assertThat(admin.listTopics().names().get()).contains("java-admin");

            admin.deleteTopics(List.of("java-admin")).all().get();
            assertThat(admin.listTopics().names().get()).doesNotContain("java-admin");
            assertThatThrownBy(() -> admin.describeTopics(List.of("java-admin"))
                            .allTopicNames()
                            .get())
                    .cause()
                    .isInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void aTopicThatIsCreatedAgainIsEmpty() throws Exception {
        createTopic("java-again", 1);
        produce("java-again", 10);
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of("java-again")).all().get();
        }
        createTopic("java-again", 1);
        produce("java-again", 3);
        assertThat(readFromBeginning("java-again", 3)).hasSize(3);
    }

    @Test
    void settingsAreAlteredAndTakeEffect() throws Exception {
        createTopic("java-settings", 1);
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "java-settings");
        try (Admin admin = admin()) {
            assertThat(setting(admin, topic, "max.message.bytes").isDefault()).isTrue();
            admin.incrementalAlterConfigs(Map.of(topic, List.of(set("max.message.bytes", "2000"))))
                    .all()
                    .get();
            assertThat(setting(admin, topic, "max.message.bytes").value()).isEqualTo("2000");
            assertThat(setting(admin, topic, "max.message.bytes").source())
                    .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThatThrownBy(() -> admin.incrementalAlterConfigs(
                                    Map.of(topic, List.of(set("max.message.bytes", "many"))))
                            .all()
                            .get())
                    .cause()
                    .isInstanceOf(InvalidConfigurationException.class);
        }
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("java-settings", "x".repeat(5_000)))
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(org.apache.kafka.common.errors.RecordTooLargeException.class);
            assertThat(producer.send(new ProducerRecord<>("java-settings", "x".repeat(500)))
                            .get()
                            .offset())
                    .isZero();
        }
    }

    @Test
    void groupsAreListedDescribedResetAndDeleted() throws Exception {
        createTopic("java-groups", 1);
        produce("java-groups", 20);
        TopicPartition partition = new TopicPartition("java-groups", 0);
        try (KafkaConsumer<String, String> consumer = consumer("java-listed", Map.of());
                Admin admin = admin()) {
            consumer.subscribe(List.of("java-groups"));
            poll(consumer, 20);
            consumer.commitSync();
            assertThat(admin.listGroups().all().get().stream().map(GroupListing::groupId))
                    .contains("java-listed");
            assertThat(in(
                                    admin.describeConsumerGroups(List.of("java-listed"))
                                            .all()
                                            .get(),
                                    "java-listed")
                            .members())
                    .hasSize(1);
        }
        try (Admin admin = admin()) {
            assertThat(committed(admin, "java-listed", partition)).isEqualTo(20);
            admin.alterConsumerGroupOffsets("java-listed", Map.of(partition, new OffsetAndMetadata(5)))
                    .all()
                    .get();
            assertThat(committed(admin, "java-listed", partition)).isEqualTo(5);
            admin.deleteConsumerGroups(List.of("java-listed")).all().get();
            assertThat(admin.listGroups().all().get().stream().map(GroupListing::groupId))
                    .doesNotContain("java-listed");
        }
    }

    @Test
    void theClusterAndItsDiskAreDescribed() throws Exception {
        createTopic("java-disk", 1);
        produce("java-disk", 100);
        try (Admin admin = admin()) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            assertThat(admin.describeCluster().clusterId().get())
                    .isEqualTo(node.broker().clusterId());
            Map<TopicPartition, ReplicaInfo> replicas = in(
                            admin.describeLogDirs(List.of(1)).allDescriptions().get(), 1)
                    .values()
                    .iterator()
                    .next()
                    .replicaInfos();
            assertThat(in(replicas, new TopicPartition("java-disk", 0)).size()).isPositive();
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private static ConfigEntry setting(Admin admin, ConfigResource resource, String name) throws Exception {
        return in(admin.describeConfigs(List.of(resource)).all().get(), resource)
                .get(name);
    }

    private static long committed(Admin admin, String group, TopicPartition partition) throws Exception {
        return in(
                        admin.listConsumerGroupOffsets(group)
                                .partitionsToOffsetAndMetadata()
                                .get(),
                        partition)
                .offset();
    }

    /** What the answer has to have for the key. */
    private static <K, V> V in(Map<K, V> answer, K key) {
        return requireNonNull(answer.get(key), () -> "there is nothing for " + key);
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private static void createTopic(String name, int partitions) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static void produce(String topic, int count) {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, "key-" + i, "value-" + i));
            }
        }
    }

    private static List<ConsumerRecord<String, String>> readFromBeginning(String topic, int count) {
        try (KafkaConsumer<String, String> consumer = consumer(null, Map.of())) {
            Collection<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return poll(consumer, count);
        }
    }

    private static List<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (records.size() < count && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        assertThat(records).hasSize(count);
        return records;
    }

    private static void awaitAssignment(KafkaConsumer<String, String> consumer, int partitions) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (consumer.assignment().size() < partitions && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofMillis(100));
        }
        assertThat(consumer.assignment()).hasSize(partitions);
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", node.address()));
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", node.address());
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(@Nullable String group, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", node.address());
        all.put("auto.offset.reset", "earliest");
        all.put("enable.auto.commit", false);
        if (group != null) {
            all.put("group.id", group);
        }
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }
}
