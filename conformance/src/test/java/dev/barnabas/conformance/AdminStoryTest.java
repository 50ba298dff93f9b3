package dev.barnabas.conformance;

import static dev.barnabas.conformance.Story.each;
import static dev.barnabas.conformance.Story.get;
import static dev.barnabas.conformance.Story.sorted;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DeletedRecords;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Java Admin client, with much that is wrong, told the same by Barnabas as by Apache Kafka. */
final class AdminStoryTest {

    private static final CreateTopicsOptions VALIDATE = new CreateTopicsOptions().validateOnly(true);

    private static StoryNode node;
    private static Admin admin;
    private static int brokerId;

    private final Story story = new Story();

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        node = StoryNode.start(data);
        admin = Admin.create(Map.of("bootstrap.servers", node.address()));
        brokerId = get(admin.describeCluster().nodes()).iterator().next().id();
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        node.close();
    }

    @Test
    void topicsAreCreated() throws Exception {
        create("plain", new NewTopic("plain", 3, (short) 1));
        create("defaults", new NewTopic("defaults", Optional.empty(), Optional.empty()));
        create("existing", new NewTopic("plain", 3, (short) 1));
        create("one that exists, one that does not", new NewTopic("plain", 3, (short) 1), one("beside"));
        story.step("validated only", () -> created(List.of(one("validated")), VALIDATE));
        story.step("validated only, existing", () -> created(List.of(one("plain")), VALIDATE));
        create("three replicas", new NewTopic("replicas", 1, (short) 3));
        create("no replicas", new NewTopic("replicas", 1, (short) 0));
        create("no partitions", new NewTopic("partitions", 0, (short) 1));
        create("too many partitions", new NewTopic("partitions", 10_001, (short) 1));
        create("assigned", new NewTopic("assigned", Map.of(0, List.of(brokerId), 1, List.of(brokerId))));
        create("assigned to nobody known", new NewTopic("assigned-2", Map.of(0, List.of(99))));
        create("assigned twice to one", new NewTopic("assigned-2", Map.of(0, List.of(brokerId, brokerId))));
        create("assigned with a gap", new NewTopic("assigned-2", Map.of(0, List.of(brokerId), 2, List.of(brokerId))));
        create("assigned to none", new NewTopic("assigned-2", Map.of(0, List.of())));
        for (String name : List.of("", ".", "..", "a b", "a/b", "a:b", "ü", "x".repeat(250), "A.b_c-1", "__internal")) {
            create("name '" + name + "'", one(name));
        }
        create("with a dot", one("alike.name"));
        create("with an underscore", one("alike_name"));
        for (String setting : List.of(
                "retention.ms=1000",
                "retention.ms=many",
                "retention.ms=",
                "retention.ms=-2",
                "no.such=1",
                "cleanup.policy=compact,delete",
                "cleanup.policy=nonsense",
                "compression.type=uncompressed",
                "compression.type=rar",
                "segment.bytes=10",
                "min.insync.replicas=0",
                "min.insync.replicas=2",
                "message.timestamp.type=LogAppendTime",
                "message.timestamp.type=Whenever",
                "preallocate=maybe",
                "min.cleanable.dirty.ratio=1.5",
                "leader.replication.throttled.replicas=x",
                "remote.storage.enable=true",
                "compression.gzip.level=10",
                "compression.zstd.level=30",
                "message.format.version=2.8")) {
            String[] parts = setting.split("=", 2);
            create(
                    "setting " + setting,
                    one("setting-" + Integer.toHexString(setting.hashCode())).configs(Map.of(parts[0], parts[1])));
        }
        new Transcript("admin-create-topics").compareWith(story, Map.of());
    }

    @Test
    void topicsAreDescribedExtendedAndDeleted() throws Exception {
        get(admin.createTopics(List.of(new NewTopic("described", 2, (short) 1), one("deleted")))
                .all());
        Uuid id = get(admin.describeTopics(List.of("described")).allTopicNames(), "described")
                .topicId();
        Uuid deletedId = get(admin.describeTopics(List.of("deleted")).allTopicNames(), "deleted")
                .topicId();
        Uuid unknown = new Uuid(1, 2);
        List.of(id, deletedId).forEach(known -> story.name(known, "id"));
        story.name(get(admin.describeCluster().nodes()).iterator().next().port(), "port");
        DescribeTopicsOptions operations = new DescribeTopicsOptions().includeAuthorizedOperations(true);

        story.step(
                "authorized operations",
                () -> sorted(get(
                                admin.describeTopics(List.of("described"), operations)
                                        .allTopicNames(),
                                "described")
                        .authorizedOperations()));
        story.step(
                "unknown id",
                () -> each(admin.describeTopics(TopicCollection.ofTopicIds(List.of(unknown)))
                        .topicIdValues()));
        story.step(
                "unknown and wrong names",
                () -> each(admin.describeTopics(List.of("nowhere", "", "a b")).topicNameValues()));
        story.step(
                "no names", () -> each(admin.describeTopics(List.<String>of()).topicNameValues()));
        story.step(
                "in pages of one partition",
                () -> get(
                                admin.describeTopics(
                                                List.of("described"),
                                                new DescribeTopicsOptions().partitionSizeLimitPerResponse(1))
                                        .allTopicNames(),
                                "described")
                        .partitions()
                        .size());

        extend("to 3", NewPartitions.increaseTo(3));
        extend("to 3 again", NewPartitions.increaseTo(3));
        extend("to fewer", NewPartitions.increaseTo(1));
        extend("assigned", NewPartitions.increaseTo(4, List.of(List.of(brokerId))));
        extend("assigned too few", NewPartitions.increaseTo(7, List.of(List.of(brokerId))));
        extend("assigned to nobody known", NewPartitions.increaseTo(5, List.of(List.of(99))));
        story.step(
                "validated only",
                () -> each(admin.createPartitions(
                                Map.of("described", NewPartitions.increaseTo(9)),
                                new CreatePartitionsOptions().validateOnly(true))
                        .values()));
        story.step(
                "extended unknown",
                () -> each(admin.createPartitions(Map.of("nowhere", NewPartitions.increaseTo(2)))
                        .values()));

        story.step(
                "deleted by name",
                () -> each(admin.deleteTopics(List.of("nowhere", "", "a b")).topicNameValues()));
        story.step(
                "deleted by id",
                () -> each(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(deletedId)))
                        .topicIdValues()));
        story.step(
                "deleted by id again",
                () -> each(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(deletedId)))
                        .topicIdValues()));
        new Transcript("admin-topics").compareWith(story, Map.of());
    }

    @Test
    void settingsAreDescribedAndAltered() throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "altered");
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(brokerId));
        ConfigResource brokers = new ConfigResource(ConfigResource.Type.BROKER, "");
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "altered");
        ConfigResource metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "altered");
        get(admin.createTopics(List.of(one("altered").configs(Map.of("cleanup.policy", "compact"))))
                .all());

        alter("set", topic, op("retention.ms", "7000", OpType.SET), op("segment.bytes", "2000000", OpType.SET));
        alter("delete", topic, op("segment.bytes", "", OpType.DELETE));
        alter("delete what is not set", topic, op("flush.ms", "", OpType.DELETE));
        alter("append", topic, op("cleanup.policy", "delete", OpType.APPEND));
        alter("subtract", topic, op("cleanup.policy", "compact", OpType.SUBTRACT));
        alter("append to a number", topic, op("retention.ms", "1", OpType.APPEND));
        alter("append nonsense", topic, op("cleanup.policy", "nonsense", OpType.APPEND));
        alter("unknown setting", topic, op("no.such", "1", OpType.SET));
        alter("wrong value", topic, op("retention.ms", "many", OpType.SET));
        alter("no value", topic, op("retention.ms", null, OpType.SET));
        alter("one setting twice", topic, op("retention.ms", "1", OpType.SET), op("retention.ms", "2", OpType.SET));
        alter(
                "unknown topic",
                new ConfigResource(ConfigResource.Type.TOPIC, "nowhere"),
                op("retention.ms", "1", OpType.SET));
        alter(
                "wrong topic name",
                new ConfigResource(ConfigResource.Type.TOPIC, "a b"),
                op("retention.ms", "1", OpType.SET));
        story.step(
                "alter validated only",
                () -> each(admin.incrementalAlterConfigs(
                                Map.of(topic, List.of(op("retention.ms", "1", OpType.SET))),
                                new AlterConfigsOptions().validateOnly(true))
                        .values()));
        story.step("what is set for the topic", () -> described(topic, Set.of("retention.ms", "cleanup.policy")));

        alter("all brokers", brokers, op("message.max.bytes", "1600000", OpType.SET));
        alter("one broker", broker, op("message.max.bytes", "1500000", OpType.SET));
        alter("one broker back", broker, op("message.max.bytes", "", OpType.DELETE));
        alter("all brokers back", brokers, op("message.max.bytes", "", OpType.DELETE));
        alter("read-only", broker, op("broker.id", "7", OpType.SET));
        alter("wrong value of a broker", broker, op("message.max.bytes", "many", OpType.SET));
        alter("group", group, op("consumer.session.timeout.ms", "50000", OpType.SET));
        alter("group out of range", group, op("consumer.session.timeout.ms", "1", OpType.SET));
        alter("metrics", metrics, op("interval.ms", "50000", OpType.SET));
        alter("metrics out of range", metrics, op("interval.ms", "5", OpType.SET));
        story.step(
                "resources",
                () -> sorted(get(admin.listConfigResources(
                                Set.of(ConfigResource.Type.GROUP, ConfigResource.Type.CLIENT_METRICS),
                                new org.apache.kafka.clients.admin.ListConfigResourcesOptions())
                        .all())));
        for (ConfigResource wrong : List.of(
                new ConfigResource(ConfigResource.Type.TOPIC, "nowhere"),
                new ConfigResource(ConfigResource.Type.TOPIC, "a b"),
                new ConfigResource(ConfigResource.Type.TOPIC, ""),
                new ConfigResource(ConfigResource.Type.GROUP, ""),
                new ConfigResource(ConfigResource.Type.CLIENT_METRICS, ""))) {
            story.step(
                    "describe " + wrong,
                    () -> each(admin.describeConfigs(List.of(wrong)).values()));
        }
        new Transcript("admin-settings").compareWith(story, Map.of());
    }

    @Test
    void offsetsAreListedAndRecordsDeleted() throws Exception {
        TopicPartition full = new TopicPartition("offsets", 0);
        TopicPartition empty = new TopicPartition("offsets", 1);
        TopicPartition unknown = new TopicPartition("offsets", 9);
        get(admin.createTopics(List.of(
                        new NewTopic("offsets", 2, (short) 1),
                        one("compacted").configs(Map.of("cleanup.policy", "compact"))))
                .all());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.address(), "compression.type", "gzip", "linger.ms", 20),
                new StringSerializer(),
                new StringSerializer())) {
            for (int i = 0; i < 50; i++) {
                // The newest is not the last.
                producer.send(new ProducerRecord<>("offsets", 0, 1_700_000_000_000L + 1_000L * (i % 40), "k", "v"));
            }
        }
        list("earliest", OffsetSpec.earliest(), full, empty);
        list("latest", OffsetSpec.latest(), full, empty);
        list("newest", OffsetSpec.maxTimestamp(), full, empty);
        list("by time", OffsetSpec.forTimestamp(1_700_000_000_500L), full, empty);
        list("by time, too late", OffsetSpec.forTimestamp(1_800_000_000_000L), full, empty);
        list("earliest local", OffsetSpec.earliestLocal(), full, empty);
        list("latest tiered", OffsetSpec.latestTiered(), full, empty);
        list("earliest pending upload", OffsetSpec.earliestPendingUpload(), full, empty);
        story.step(
                "latest committed",
                () -> each(Map.of(
                        full,
                        admin.listOffsets(
                                        Map.of(full, OffsetSpec.latest()),
                                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                                .partitionResult(full)
                                .thenApply(found -> found.offset()))));

        deleteRecords("delete up to 10", full, 10);
        deleteRecords("delete less", full, 5);
        deleteRecords("delete too much", full, 500);
        deleteRecords("delete a negative offset", full, -2);
        deleteRecords("delete of an empty partition", empty, -1);
        deleteRecords("delete of a compacted topic", new TopicPartition("compacted", 0), 0);
        list("earliest then", OffsetSpec.earliest(), full);
        list("by time then", OffsetSpec.forTimestamp(0), full);
        story.step(
                "producers",
                () -> get(admin.describeProducers(List.of(full)).all(), full).activeProducers().stream()
                        .map(state -> state.producerEpoch() + " " + state.lastSequence() + " " + state.lastTimestamp()
                                + " " + state.currentTransactionStartOffset())
                        .toList());
        story.step(
                "producers of an empty partition",
                () -> get(admin.describeProducers(List.of(empty)).all(), empty).activeProducers());
        story.step(
                "log directories",
                () -> get(admin.describeLogDirs(List.of(brokerId)).allDescriptions(), brokerId).values().stream()
                        .map(directory -> directory.error() + " "
                                + directory.totalBytes().isPresent() + " "
                                + directory.usableBytes().isPresent() + " "
                                + directory.replicaInfos().containsKey(full) + " "
                                + directory.replicaInfos().containsKey(unknown))
                        .toList());
        new Transcript("admin-offsets").compareWith(story, Map.of());
    }

    @Test
    void theClusterIsDescribedAndWhatIsNotOfferedIsRefusedAtOnce() throws Exception {
        story.name(get(admin.describeCluster().nodes()).iterator().next().port(), "port");
        DescribeClusterOptions operations = new DescribeClusterOptions().includeAuthorizedOperations(true);
        story.step("nodes", () -> get(admin.describeCluster().nodes()));
        story.step("controller", () -> get(admin.describeCluster().controller()).id());
        story.step(
                "operations", () -> sorted(get(admin.describeCluster(operations).authorizedOperations())));
        story.step(
                "operations, not asked for", () -> get(admin.describeCluster().authorizedOperations()));
        update("unknown feature", "no.such.version", 1);
        update("feature out of range", "metadata.version", 999);
        story.step("ACLs", () -> get(admin.describeAcls(AclBindingFilter.ANY).values()));
        story.step(
                "ACLs deleted",
                () -> each(admin.deleteAcls(List.of(AclBindingFilter.ANY)).values()));
        story.step(
                "quotas",
                () -> get(admin.describeClientQuotas(org.apache.kafka.common.quota.ClientQuotaFilter.all())
                        .entities()));
        story.step("SCRAM", () -> get(admin.describeUserScramCredentials().all()));
        story.step(
                "delegation tokens", () -> get(admin.describeDelegationToken().delegationTokens()));
        story.step("reassignments", () -> get(admin.listPartitionReassignments().reassignments()));
        story.step(
                "quorum",
                () -> get(admin.describeMetadataQuorum().quorumInfo()).voters().size());
        story.step("transactions", () -> get(admin.listTransactions().all()));
        story.step(
                "a transaction",
                () -> get(admin.describeTransactions(List.of("tx")).all()));
        story.step(
                "fence producers", () -> get(admin.fenceProducers(List.of("tx")).all()));
        story.step(
                "share group",
                () -> each(admin.describeShareGroups(List.of("s")).describedGroups()));
        story.step(
                "streams group",
                () -> each(admin.describeStreamsGroups(List.of("s")).describedGroups()));

        new Transcript("admin-cluster").compareWith(story, Map.of());
    }

    private void create(String what, NewTopic... topics) {
        story.step("create " + what, () -> created(List.of(topics), new CreateTopicsOptions()));
    }

    private static String created(Collection<NewTopic> topics, CreateTopicsOptions options) {
        var result = admin.createTopics(topics, options);
        return each(topics.stream()
                .collect(Collectors.toMap(
                        NewTopic::name,
                        topic -> result.numPartitions(topic.name()).thenApply(count -> count + " partitions"))));
    }

    private void extend(String what, NewPartitions partitions) {
        story.step(
                "extend " + what,
                () -> each(
                        admin.createPartitions(Map.of("described", partitions)).values()));
    }

    private void alter(String what, ConfigResource resource, AlterConfigOp... operations) {
        story.step(
                "alter " + what,
                () -> each(admin.incrementalAlterConfigs(Map.of(resource, List.of(operations)))
                        .values()));
    }

    private static String described(ConfigResource resource, Set<String> names) throws Exception {
        DescribeConfigsOptions options =
                new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        Map<String, String> described = new TreeMap<>();
        for (ConfigEntry entry : get(
                        admin.describeConfigs(List.of(resource), options).all(), resource)
                .entries()) {
            if (names.contains(entry.name())) {
                described.put(
                        entry.name(),
                        entry.value() + " " + entry.source() + " " + entry.type() + " "
                                + entry.synonyms().getFirst().source() + " "
                                + !entry.documentation().isBlank());
            }
        }
        return described.toString();
    }

    private void list(String what, OffsetSpec spec, TopicPartition... partitions) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (TopicPartition partition : partitions) {
            asked.put(partition, spec);
        }
        story.step(what, () -> {
            var result = admin.listOffsets(asked);
            Map<TopicPartition, KafkaFuture<String>> found = new HashMap<>();
            for (TopicPartition partition : partitions) {
                found.put(
                        partition,
                        result.partitionResult(partition)
                                .thenApply(at -> at.offset() + " " + at.timestamp() + " " + at.leaderEpoch()));
            }
            return each(found);
        });
    }

    private void deleteRecords(String what, TopicPartition partition, long before) {
        story.step(
                what,
                () -> each(Map.of(
                        partition,
                        Objects.requireNonNull(
                                        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                                                .lowWatermarks()
                                                .get(partition))
                                .thenApply(DeletedRecords::lowWatermark))));
    }

    private void update(String what, String feature, int level) {
        FeatureUpdate update = new FeatureUpdate((short) level, FeatureUpdate.UpgradeType.UPGRADE);
        story.step(
                what,
                () -> each(admin.updateFeatures(Map.of(feature, update), new UpdateFeaturesOptions())
                        .values()));
    }

    private static NewTopic one(String name) {
        return new NewTopic(name, 1, (short) 1);
    }

    private static AlterConfigOp op(String name, @Nullable String value, OpType type) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }
}
