package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.Assignor;
import dev.barnabas.client.Blocking;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.ClusterSettings;
import dev.barnabas.client.Consumer;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.OffsetReset;
import dev.barnabas.client.RebalanceListener;
import dev.barnabas.host.live.LiveHost;
import dev.barnabas.server.RunningNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our consumer and the official one in one group: whichever leads it, each gets its share. */
final class MixedGroupTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final int RECORDS = 200;

    private static RunningNode node;
    private static LiveHost host;
    private static Cluster cluster;
    private static Blocking blocking;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        node = RunningNode.start(data);
        host = LiveHost.builder().loops(1).build();
        cluster = new Cluster(host, host.loops().getFirst(), ClusterSettings.of(node.address()));
        blocking = new Blocking(cluster.loop());
    }

    @AfterAll
    static void stop() throws Exception {
        blocking.run(cluster::close);
        host.close();
        node.close();
    }

    enum First {
        OURS,
        OFFICIAL
    }

    @ParameterizedTest
    @EnumSource
    void shareWithTheRangeAssignor(First first) throws Exception {
        share("range-" + first, first, Assignor.RANGE, "RangeAssignor");
    }

    @ParameterizedTest
    @EnumSource
    void shareWithTheCooperativeStickyAssignor(First first) throws Exception {
        share("sticky-" + first, first, Assignor.COOPERATIVE_STICKY, "CooperativeStickyAssignor");
    }

    /** The first to join leads the group, and assigns. */
    private static void share(String topic, First first, Assignor assignor, String officialAssignor) throws Exception {
        produce(topic);
        ConsumerSettings.Group group = ConsumerSettings.Group.of(topic)
                .withAssignors(assignor)
                .withTimes(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofMinutes(1));
        Consumer ours = blocking.get(() -> Eventual.of(new Consumer(
                cluster,
                ConsumerSettings.group(topic)
                        .withGroup(group)
                        .withReset(OffsetReset.earliest())
                        .withoutAutoCommit())));
        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<String, String> official = official(topic, officialAssignor)) {
            Runnable ourTurn = () -> blocking.get(() -> ours.poll(SHORT))
                    .forEach((_, record) -> seen.add(StandardCharsets.UTF_8
                            .decode(Objects.requireNonNull(record.value()))
                            .toString()));
            Runnable theirTurn = () -> official.poll(SHORT).forEach(record -> seen.add(record.value()));
            if (first == First.OURS) {
                blocking.run(() -> ours.subscribe(List.of(topic), RebalanceListener.NONE));
                repeat(ourTurn, () -> assignment(ours).size() == 4);
                official.subscribe(List.of(topic));
            } else {
                official.subscribe(List.of(topic));
                repeat(theirTurn, () -> official.assignment().size() == 4);
                blocking.run(() -> ours.subscribe(List.of(topic), RebalanceListener.NONE));
            }
            Runnable bothTurns = () -> {
                ourTurn.run();
                theirTurn.run();
            };
            repeat(
                    bothTurns,
                    () -> seen.size() == RECORDS
                            && assignment(ours).size() == 2
                            && official.assignment().size() == 2);

            assertThat(seen).hasSize(RECORDS);
            assertThat(assignment(ours)).hasSize(2);
            assertThat(official.assignment())
                    .extracting(partition -> partition.partition())
                    .hasSize(2)
                    .doesNotContainAnyElementsOf(assignment(ours));
        }
        blocking.get(() -> ours.close(TIMEOUT));
    }

    private static Set<Integer> assignment(Consumer consumer) {
        return blocking.get(() -> Eventual.of(consumer.assignment().stream()
                .map(partition -> partition.partition())
                .collect(Collectors.toSet())));
    }

    private static void repeat(Runnable action, BooleanSupplier done) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!done.getAsBoolean() && System.nanoTime() < deadline) {
            action.run();
        }
        assertThat(done.getAsBoolean()).as("done in time").isTrue();
    }

    private static void produce(String topic) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", node.address());
        try (Admin admin = Admin.create(settings);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all().get();
            IntStream.range(0, RECORDS)
                    .forEach(i -> producer.send(new ProducerRecord<>(topic, i % 4, "key", "value-" + i)));
        }
    }

    private static KafkaConsumer<String, String> official(String group, String assignor) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", node.address());
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("heartbeat.interval.ms", 200);
        settings.put("session.timeout.ms", 10_000);
        settings.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }
}
