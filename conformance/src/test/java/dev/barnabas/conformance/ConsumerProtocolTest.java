package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.server.RunningNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java consumer with {@code group.protocol=consumer} (KIP-848), otherwise with its default settings. */
final class ConsumerProtocolTest {

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

    /** One consumer, polled by a thread of its own until it is closed. */
    private static final class Polled implements AutoCloseable {
        private final KafkaConsumer<String, String> consumer;
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final AtomicBoolean ends = new AtomicBoolean();
        private volatile Set<TopicPartition> assigned = Set.of();
        private final List<String> read = new ArrayList<>();

        private Polled(Map<String, Object> settings, Consumer<KafkaConsumer<String, String>> subscribe) {
            consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
            thread.execute(() -> {
                subscribe.accept(consumer);
                while (!ends.get()) {
                    consumer.poll(Duration.ofMillis(50)).forEach(record -> {
                        synchronized (read) {
                            read.add(record.value());
                        }
                    });
                    assigned = Set.copyOf(consumer.assignment());
                }
                consumer.close();
            });
        }

        private List<String> read() {
            synchronized (read) {
                return List.copyOf(read);
            }
        }

        @Override
        public void close() {
            ends.set(true);
            thread.shutdown();
            try {
                assertThat(thread.awaitTermination(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while a consumer ends", interrupted);
            }
        }
    }

    private static Map<String, Object> settings(String group, String... more) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "bootstrap.servers",
                node.address(),
                "group.id",
                group,
                "group.protocol",
                "consumer",
                "auto.offset.reset",
                "earliest"));
        for (String setting : more) {
            settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return settings;
    }

    private static Polled member(String group, String topic, String... more) {
        return new Polled(settings(group, more), consumer -> consumer.subscribe(List.of(topic)));
    }

    private static Polled classic(String group, String topic, String... more) {
        Map<String, Object> settings = settings(group, more);
        settings.put("group.protocol", "classic");
        return new Polled(settings, consumer -> consumer.subscribe(List.of(topic)));
    }

    private static void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get();
    }

    private static void produce(String topic, int records) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.address()), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, "key-" + i, topic + "-" + i));
            }
        }
    }

    private static void until(String what, Eventually.Condition condition) throws Exception {
        Eventually.await(what, TIMEOUT, condition);
    }

    /** All partitions are with one member each, and everybody has some. */
    private static boolean isShared(int partitions, Polled... members) {
        Set<TopicPartition> all = new HashSet<>();
        int sum = 0;
        for (Polled member : members) {
            all.addAll(member.assigned);
            sum += member.assigned.size();
            if (member.assigned.isEmpty()) {
                return false;
            }
        }
        return all.size() == partitions && sum == partitions;
    }

    private static ConsumerGroupDescription describe(String group) throws Exception {
        return Objects.requireNonNull(
                admin.describeConsumerGroups(List.of(group)).all().get().get(group));
    }

    @Test
    void membersShareATopicAndTakeOverFromWhoLeaves() throws Exception {
        create("shared", 6);
        produce("shared", 100);
        try (Polled first = member("sharing", "shared")) {
            until("the first has everything", () -> isShared(6, first));
            try (Polled second = member("sharing", "shared");
                    Polled third = member("sharing", "shared")) {
                until("three share", () -> isShared(6, first, second, third));
                until("stable", () -> describe("sharing").groupState() == GroupState.STABLE);
                ConsumerGroupDescription described = describe("sharing");
                assertThat(described.type()).isEqualTo(GroupType.CONSUMER);
                assertThat(described.members()).hasSize(3);
                assertThat(described.partitionAssignor()).isEqualTo("uniform");
                until(
                        "everything is read once",
                        () -> first.read().size()
                                        + second.read().size()
                                        + third.read().size()
                                == 100);
            }
            until("the first has everything again", () -> isShared(6, first));
        }
        Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets("sharing")
                .partitionsToOffsetAndMetadata()
                .get();
        assertThat(committed.values().stream()
                        .mapToLong(OffsetAndMetadata::offset)
                        .sum())
                .isEqualTo(100);
        assertThat(admin.listGroups().all().get().stream()
                        .filter(group -> group.groupId().equals("sharing")))
                .allMatch(group -> group.type().equals(Optional.of(GroupType.CONSUMER)))
                .extracting(GroupListing::protocol)
                .containsExactly("consumer");
        admin.deleteConsumerGroups(List.of("sharing")).all().get();
        assertThatThrownBy(() -> describe("sharing")).hasMessageContaining("sharing");
    }

    @Test
    void aPatternIsMatchedByTheBrokerAndFollowsTheTopics() throws Exception {
        create("logs-a", 1);
        create("other", 1);
        try (Polled member = new Polled(
                // The client would try for a minute to commit offsets of the deleted topic before it lets go of it.
                settings("by-pattern", "enable.auto.commit=false"),
                consumer -> consumer.subscribe(new SubscriptionPattern("logs-.*")))) {
            until("what matches", () -> member.assigned.equals(Set.of(new TopicPartition("logs-a", 0))));
            create("logs-b", 2);
            until("what matches now", () -> member.assigned.size() == 3);
            admin.deleteTopics(List.of("logs-a")).all().get();
            until("what still matches", () -> member.assigned.size() == 2);
        }
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings("bad-pattern"), new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(new SubscriptionPattern("("));
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            consumer.poll(Duration.ofMillis(100));
                        }
                    })
                    .hasMessageContaining("regular expression");
        }
    }

    @Test
    void newPartitionsAreAssigned() throws Exception {
        create("growing", 2);
        try (Polled member = member("growing-group", "growing")) {
            until("two", () -> isShared(2, member));
            admin.createPartitions(Map.of("growing", NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            until("five", () -> isShared(5, member));
        }
    }

    @Test
    void aStaticMemberComesBackToWhatItHad() throws Exception {
        create("fixed", 4);
        try (Polled stays = member("static", "fixed", "group.instance.id=stays")) {
            Set<TopicPartition> had;
            try (Polled returns = member("static", "fixed", "group.instance.id=returns")) {
                until("two share", () -> isShared(4, stays, returns));
                had = returns.assigned;
            }
            try (Polled returns = member("static", "fixed", "group.instance.id=returns")) {
                until("it is back", () -> isShared(4, stays, returns));
                assertThat(returns.assigned).isEqualTo(had);
            }
        }
    }

    @Test
    void aGroupIsMigratedMemberByMemberAndBack() throws Exception {
        create("moved", 6);
        produce("moved", 60);
        try (Polled old = classic("moving", "moved")) {
            until("the classic one has everything", () -> isShared(6, old));
            assertThat(describe("moving").type()).isEqualTo(GroupType.CLASSIC);
            try (Polled another = classic(
                            "moving",
                            "moved",
                            "partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor");
                    Polled modern = member("moving", "moved")) {
                until("all three share", () -> isShared(6, old, another, modern));
                ConsumerGroupDescription described = describe("moving");
                assertThat(described.type()).isEqualTo(GroupType.CONSUMER);
                assertThat(described.members()).hasSize(3);
            }
            until("the classic one has everything again", () -> isShared(6, old));
            assertThat(describe("moving").type()).isEqualTo(GroupType.CLASSIC);
            until("everything was read", () -> old.read().size() <= 60);
        }
    }

    @Test
    void aGroupSurvivesARestartOfTheNode(@TempDir Path data) throws Exception {
        try (RunningNode one = RunningNode.start(data)) {
            try (Admin there = Admin.create(Map.of("bootstrap.servers", one.address()))) {
                there.createTopics(List.of(new NewTopic("kept", 3, (short) 1)))
                        .all()
                        .get();
                Map<String, Object> settings = settings("kept-group");
                settings.put("bootstrap.servers", one.address());
                try (Polled member = new Polled(settings, consumer -> consumer.subscribe(List.of("kept")))) {
                    until("all three", () -> isShared(3, member));
                }
            }
        }
        try (RunningNode again = RunningNode.start(data);
                Admin there = Admin.create(Map.of("bootstrap.servers", again.address()))) {
            ConsumerGroupDescription described =
                    Objects.requireNonNull(there.describeConsumerGroups(List.of("kept-group"))
                            .all()
                            .get()
                            .get("kept-group"));
            assertThat(described.type()).isEqualTo(GroupType.CONSUMER);
            assertThat(described.groupState()).isEqualTo(GroupState.EMPTY);
        }
    }
}
