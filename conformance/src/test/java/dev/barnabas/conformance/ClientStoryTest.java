package dev.barnabas.conformance;

import static dev.barnabas.conformance.Story.each;
import static dev.barnabas.conformance.Story.get;
import static dev.barnabas.conformance.Story.sorted;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java producer and consumer, told the same by Barnabas as by Apache Kafka. */
final class ClientStoryTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);

    private static StoryNode node;
    private static Admin admin;

    private final Story story = new Story();

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        node = StoryNode.start(data);
        admin = Admin.create(Map.of("bootstrap.servers", node.address()));
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        node.close();
    }

    @Test
    void recordsOfEveryShapeAreProduced() throws Exception {
        create("shapes", 1, Map.of());
        create("large", 1, Map.of("max.message.bytes", "4000000"));
        story.step("nothing in it", () -> send("shapes", Map.of(), new ProducerRecord<>("shapes", null, null)));
        story.step("a key alone", () -> send("shapes", Map.of(), new ProducerRecord<>("shapes", "k", null)));
        story.step("of no length", () -> send("shapes", Map.of(), new ProducerRecord<>("shapes", "", "")));
        story.step("headers", () -> {
            RecordHeaders headers = new RecordHeaders();
            headers.add("null", null)
                    .add("twice", bytes("1"))
                    .add("twice", bytes("2"))
                    .add("", new byte[0]);
            return send("shapes", Map.of(), new ProducerRecord<>("shapes", 0, 1_234L, "k", "v", headers));
        });
        for (String acks : List.of("0", "1", "all")) {
            story.step(
                    "acks=" + acks,
                    () -> send(
                            "shapes",
                            Map.of("acks", acks, "enable.idempotence", false),
                            new ProducerRecord<>("shapes", "acks", acks)));
        }
        story.step("what is read", () -> read("shapes", 7));
        for (String codec : List.of("none", "gzip", "lz4")) {
            story.step(
                    "3 MB, " + codec,
                    () -> send(
                            "large",
                            Map.of("max.request.size", 5_000_000, "compression.type", codec),
                            new ProducerRecord<>("large", "x".repeat(3_000_000))));
        }
        story.step("3 MB are read with default settings", () -> read("large", 3));
        story.step(
                "more than the topic takes",
                () -> send(
                        "large",
                        Map.of("max.request.size", 9_000_000),
                        new ProducerRecord<>("large", "x".repeat(5_000_000))));
        story.step(
                "far in the future",
                () -> send(
                        "shapes",
                        Map.of(),
                        new ProducerRecord<>("shapes", 0, System.currentTimeMillis() + 7_200_000, "k", "v")));
        story.step(
                "to a partition that is not there",
                () -> send("shapes", Map.of("max.block.ms", 1_000), new ProducerRecord<>("shapes", 7, "k", "v")));
        story.step("to a topic with a wrong name", () -> send("a b", Map.of(), new ProducerRecord<>("a b", "k", "v")));
        story.step(
                "to a topic that is created by it",
                () -> send("made-by-producer", Map.of(), new ProducerRecord<>("made-by-producer", "k", "v")));
        new Transcript("client-produce").compareWith(story, Map.of());
    }

    @Test
    void topicSettingsTakeEffect() throws Exception {
        create("append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        story.step("append time", () -> {
            long before = System.currentTimeMillis() - 60_000;
            send(
                    "append-time",
                    Map.of("compression.type", "lz4"),
                    new ProducerRecord<>("append-time", 0, 5L, "k", "v"));
            ConsumerRecord<String, String> record = records("append-time", 1).getFirst();
            return record.timestampType() + " " + (record.timestamp() > before);
        });
        for (String ofTopic : List.of("producer", "uncompressed", "gzip", "lz4", "snappy", "zstd")) {
            for (String ofProducer : List.of("none", "gzip", "zstd")) {
                String topic = ofTopic + "-of-" + ofProducer;
                create(topic, 1, Map.of("compression.type", ofTopic));
                story.step(topic, () -> {
                    produceMany(topic, ofProducer);
                    List<ConsumerRecord<String, String>> records = records(topic, 50);
                    return records.size() + " " + told(records.get(7)) + " " + told(records.get(49)) + " "
                            + (sizeOf(topic) < 3_000 ? "small" : "large");
                });
            }
        }
        create("limited", 1, Map.of());
        story.step(
                "within max.message.bytes",
                () -> send("limited", Map.of(), new ProducerRecord<>("limited", "x".repeat(5_000))));
        set("limited", "max.message.bytes", "1000");
        story.step(
                "beyond max.message.bytes",
                () -> send("limited", Map.of(), new ProducerRecord<>("limited", "x".repeat(5_000))));
        create("two-wanted", 1, Map.of("min.insync.replicas", "2"));
        story.step(
                "more in-sync replicas wanted than there are",
                () -> send(
                        "two-wanted",
                        Map.of("delivery.timeout.ms", 5_000, "request.timeout.ms", 2_000),
                        new ProducerRecord<>("two-wanted", "k", "v")));
        create("near", 1, Map.of("message.timestamp.before.max.ms", "10000"));
        story.step(
                "older than message.timestamp.before.max.ms",
                () -> send(
                        "near",
                        Map.of(),
                        new ProducerRecord<>("near", 0, System.currentTimeMillis() - 60_000, "k", "v")));
        create("keyed", 1, Map.of("cleanup.policy", "compact"));
        story.step(
                "no key in a compacted topic", () -> send("keyed", Map.of(), new ProducerRecord<>("keyed", null, "v")));
        new Transcript("client-topic-settings").compareWith(story, Map.of());
    }

    @Test
    void aConsumerGoesWhereItIsTold() throws Exception {
        create("placed", 3, Map.of());
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 90; i++) {
                producer.send(new ProducerRecord<>("placed", i % 3, 1_000L * i, "k" + i, "v" + i));
            }
        }
        TopicPartition first = new TopicPartition("placed", 0);
        TopicPartition second = new TopicPartition("placed", 1);
        story.step("beginnings, ends, times", () -> {
            try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
                return sorted(consumer.beginningOffsets(List.of(first, second)))
                        + sorted(consumer.endOffsets(List.of(first, second)))
                        + sorted(consumer.offsetsForTimes(Map.of(first, 0L, second, 45_000L)))
                        + consumer.offsetsForTimes(Map.of(first, 1_000_000L));
            }
        });
        story.step(
                "seek",
                () -> placed(Map.of(), consumer -> {
                    consumer.seek(first, 20);
                    List<ConsumerRecord<String, String>> records = poll(consumer, 10);
                    return told(records.getFirst()) + " " + consumer.position(first) + " " + consumer.currentLag(first);
                }));
        story.step(
                "seek with an epoch",
                () -> placed(Map.of(), consumer -> {
                    consumer.seek(first, new OffsetAndMetadata(5, Optional.of(0), ""));
                    return told(poll(consumer, 1).getFirst());
                }));
        story.step(
                "seek to the end",
                () -> placed(Map.of(), consumer -> {
                    consumer.seekToEnd(List.of(first));
                    return consumer.position(first);
                }));
        story.step("pause and resume", () -> {
            try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
                consumer.assign(List.of(first, second));
                consumer.pause(List.of(first));
                boolean onlySecond = poll(consumer, 30).stream().allMatch(record -> record.partition() == 1);
                consumer.resume(List.of(first));
                return onlySecond + " " + poll(consumer, 30).stream().allMatch(record -> record.partition() == 0);
            }
        });
        story.step("small fetches", () -> {
            try (KafkaConsumer<String, String> consumer =
                    consumer(Map.of("max.partition.fetch.bytes", 100, "fetch.max.bytes", 150))) {
                consumer.assign(List.of(first, second));
                return poll(consumer, 60).size();
            }
        });
        story.step(
                "out of range, no reset",
                () -> placed(Map.of("auto.offset.reset", "none"), consumer -> {
                    consumer.seek(first, 1_000);
                    return consumer.poll(TIMEOUT).count();
                }));
        story.step(
                "nothing committed, no reset",
                () -> placed(
                        Map.of("auto.offset.reset", "none", "group.id", "without"),
                        consumer -> consumer.poll(TIMEOUT).count()));
        story.step(
                "out of range, latest",
                () -> placed(Map.of("auto.offset.reset", "latest"), consumer -> {
                    consumer.seek(first, 1_000);
                    consumer.poll(Duration.ofSeconds(1));
                    return consumer.position(first);
                }));
        story.step(
                "read committed",
                () -> placed(
                        Map.of("isolation.level", "read_committed"),
                        consumer -> poll(consumer, 30).size()));
        get(admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(10))).all());
        story.step(
                "before the first",
                () -> placed(Map.of(), consumer -> {
                    consumer.seek(first, 3);
                    return told(poll(consumer, 20).getFirst());
                }));
        story.step("partitions of nothing", () -> {
            try (KafkaConsumer<String, String> consumer = consumer(Map.of("allow.auto.create.topics", false))) {
                return consumer.partitionsFor("nowhere");
            }
        });
        new Transcript("client-consume").compareWith(story, Map.of());
    }

    @Test
    void groupsAreJoinedDescribedAndAdministered() throws Exception {
        create("shared-a", 4, Map.of());
        create("shared-b", 2, Map.of());
        story.name(get(admin.describeCluster().nodes()).iterator().next().port(), "port");
        TopicPartition zero = new TopicPartition("shared-a", 0);
        story.step("by pattern, with a topic that comes and one that grows", () -> {
            try (KafkaConsumer<String, String> consumer =
                    consumer(Map.of("group.id", "pattern", "metadata.max.age.ms", 300))) {
                consumer.subscribe(Pattern.compile("shared-.*"));
                pollUntil(consumer, () -> consumer.assignment().size() == 6);
                create("shared-c", 1, Map.of());
                get(admin.createPartitions(Map.of("shared-b", NewPartitions.increaseTo(3)))
                        .all());
                pollUntil(consumer, () -> consumer.assignment().size() == 8);
                return sorted(consumer.assignment());
            }
        });
        try (KafkaConsumer<String, String> member =
                consumer(Map.of("group.id", "live", "group.instance.id", "one", "client.id", "me"))) {
            member.subscribe(List.of("shared-a"));
            pollUntil(member, () -> member.assignment().size() == 4);
            member.commitSync(Map.of(zero, new OffsetAndMetadata(5, "note")));
            story.step(
                    "described",
                    () -> told(get(
                            admin.describeConsumerGroups(
                                            List.of("live"),
                                            new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                                    .all(),
                            "live")));
            story.step(
                    "listed as stable",
                    () ->
                            get(admin.listGroups(new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)))
                                            .all())
                                    .stream()
                                    .filter(group -> group.groupId().equals("live"))
                                    .map(GroupListing::toString)
                                    .toList());
            story.step("offsets altered while live", () -> alterOffset("live", zero));
            story.step("offsets deleted while live", () -> deleteOffset("live", zero));
            story.step(
                    "deleted while live",
                    () -> each(admin.deleteConsumerGroups(List.of("live", "nowhere"))
                            .deletedGroups()));
            story.step("nobody removed", () -> remove("live", "two"));
            story.step("removed", () -> remove("live", "one"));
        }
        story.step(
                "described empty",
                () -> told(get(admin.describeConsumerGroups(List.of("live")).all(), "live")));
        story.step("offsets altered", () -> alterOffset("live", zero));
        story.step("offset of no partition altered", () -> alterOffset("live", new TopicPartition("shared-a", 50)));
        story.step("offset of no topic altered", () -> alterOffset("live", new TopicPartition("nowhere", 0)));
        story.step(
                "offsets",
                () -> sorted(get(admin.listConsumerGroupOffsets("live").partitionsToOffsetAndMetadata())));
        story.step(
                "offsets of nobody",
                () -> sorted(get(admin.listConsumerGroupOffsets("nowhere").partitionsToOffsetAndMetadata())));
        story.step("offset deleted", () -> deleteOffset("live", zero));
        story.step(
                "described, unknown",
                () -> each(admin.describeConsumerGroups(List.of("nowhere")).describedGroups()));
        story.step(
                "deleted",
                () -> each(admin.deleteConsumerGroups(List.of("live")).deletedGroups()));
        story.step("fenced by its double", () -> {
            Map<String, Object> twin =
                    Map.of("group.id", "twins", "group.instance.id", "one", "heartbeat.interval.ms", 200);
            try (KafkaConsumer<String, String> before = consumer(twin);
                    KafkaConsumer<String, String> after = consumer(twin)) {
                before.subscribe(List.of("shared-a"));
                pollUntil(before, () -> before.assignment().size() == 4);
                after.subscribe(List.of("shared-a"));
                pollUntil(after, () -> after.assignment().size() == 4);
                pollUntil(before, () -> false);
                return "not fenced";
            }
        });
        story.step("no protocol in common", () -> {
            try (KafkaConsumer<String, String> one = consumer(strategy("RangeAssignor"));
                    KafkaConsumer<String, String> other = consumer(strategy("RoundRobinAssignor"))) {
                one.subscribe(List.of("shared-a"));
                pollUntil(one, () -> one.assignment().size() == 4);
                other.subscribe(List.of("shared-a"));
                return other.poll(TIMEOUT).count();
            }
        });
        story.step("session timeout too short", () -> {
            try (KafkaConsumer<String, String> consumer =
                    consumer(Map.of("group.id", "hasty", "session.timeout.ms", 10, "heartbeat.interval.ms", 1))) {
                consumer.subscribe(List.of("shared-a"));
                return consumer.poll(TIMEOUT).count();
            }
        });
        new Transcript("client-groups").compareWith(story, Map.of());
    }

    @Test
    void transactionsAndShareGroupsBegin() throws Exception {
        create("beside-groups", 1, Map.of());
        story.step("transactions", () -> {
            try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "mine"))) {
                producer.initTransactions();
                return "initialised";
            }
        });
        story.step("share group", () -> {
            try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(
                    Map.of("bootstrap.servers", node.address(), "group.id", "sharing"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                consumer.subscribe(List.of("beside-groups"));
                int count = 0;
                for (int i = 0; i < 5; i++) {
                    count += consumer.poll(SHORT).count();
                }
                return count;
            }
        });
        new Transcript("client-beside-groups").compareWith(story, Map.of());
    }

    private interface Consuming {
        Object with(KafkaConsumer<String, String> consumer) throws Exception;
    }

    /** With the first partition of "placed". */
    private static Object placed(Map<String, Object> settings, Consuming consuming) throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer(settings)) {
            consumer.assign(List.of(new TopicPartition("placed", 0)));
            return consuming.with(consumer);
        }
    }

    private static void create(String topic, int partitions, Map<String, String> settings) throws Exception {
        get(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(settings)))
                .all());
    }

    private static void set(String topic, String name, String value) throws Exception {
        get(admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all());
    }

    private static String send(String topic, Map<String, Object> settings, ProducerRecord<String, String> record)
            throws Exception {
        try (KafkaProducer<String, String> producer = producer(settings)) {
            var sent = producer.send(record).get();
            return topic + "-" + sent.partition() + "@" + sent.offset() + " " + sent.serializedKeySize() + " "
                    + sent.serializedValueSize();
        }
    }

    /** One batch of 50 records: most with a value, all with a header. */
    private static void produceMany(String topic, String codec) {
        try (KafkaProducer<String, String> producer = producer(Map.of("compression.type", codec, "linger.ms", 1_000))) {
            for (int i = 0; i < 50; i++) {
                producer.send(new ProducerRecord<>(
                        topic,
                        0,
                        1_000L + i,
                        "k" + i,
                        i % 7 == 0 ? null : "v".repeat(100),
                        List.of(new RecordHeader("h", bytes("x")))));
            }
            producer.flush();
        }
    }

    private static long sizeOf(String topic) throws Exception {
        int broker = get(admin.describeCluster().nodes()).iterator().next().id();
        return get(admin.describeLogDirs(List.of(broker)).allDescriptions(), broker).values().stream()
                .map(directory -> directory.replicaInfos().get(new TopicPartition(topic, 0)))
                .mapToLong(replica -> replica.size())
                .sum();
    }

    private static List<String> read(String topic, int count) {
        return records(topic, count).stream().map(ClientStoryTest::told).toList();
    }

    private static List<ConsumerRecord<String, String>> records(String topic, int count) {
        try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            return poll(consumer, count);
        }
    }

    private static List<ConsumerRecord<String, String>> poll(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (records.size() < count && System.nanoTime() < deadline) {
            consumer.poll(SHORT).forEach(records::add);
        }
        return records;
    }

    private static void pollUntil(KafkaConsumer<String, String> consumer, BooleanSupplier done) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!done.getAsBoolean() && System.nanoTime() < deadline) {
            consumer.poll(SHORT);
        }
    }

    private static String told(ConsumerRecord<String, String> record) {
        String value = record.value();
        return record.partition() + "@" + record.offset() + " " + record.timestampType() + " " + record.leaderEpoch()
                + " " + record.key() + "=" + (value != null && value.length() > 9 ? value.length() + " chars" : value)
                + " "
                + Arrays.stream(record.headers().toArray())
                        .map(header -> header.key() + "="
                                + (header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8)))
                        .toList();
    }

    private static String told(ConsumerGroupDescription group) {
        return group.groupState() + " " + group.type() + " " + group.partitionAssignor() + " "
                + group.isSimpleConsumerGroup() + " " + group.coordinator() + " "
                + (group.authorizedOperations() == null ? null : sorted(group.authorizedOperations())) + " "
                + group.members().stream()
                        .map(member -> member.clientId() + " " + member.groupInstanceId() + " "
                                + sorted(member.assignment().topicPartitions()))
                        .toList();
    }

    private static String alterOffset(String group, TopicPartition partition) {
        return each(Map.of(
                partition,
                admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1, "altered")))
                        .partitionResult(partition)));
    }

    private static String deleteOffset(String group, TopicPartition partition) {
        return each(Map.of(
                partition,
                admin.deleteConsumerGroupOffsets(group, Set.of(partition)).partitionResult(partition)));
    }

    private static String remove(String group, String instance) {
        MemberToRemove member = new MemberToRemove(instance);
        KafkaFuture<Void> removed = admin.removeMembersFromConsumerGroup(
                        group, new RemoveMembersFromConsumerGroupOptions(Set.of(member)))
                .memberResult(member);
        return each(Map.of(instance, removed));
    }

    private static Map<String, Object> strategy(String assignor) {
        return Map.of(
                "group.id", "apart", "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor);
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", node.address());
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", node.address());
        all.putIfAbsent("auto.offset.reset", "earliest");
        all.put("enable.auto.commit", false);
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
