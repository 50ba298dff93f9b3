package dev.barnabas.cli;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.LogDirs;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.client.Topics;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topic}. */
@Command(
        name = "topic",
        description = "Create, list, describe, alter and delete topics.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class TopicCommands {

    private final Streams streams;

    TopicCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(name = "create", description = "Create topics.", mixinStandardHelpOptions = true)
    int create(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.") List<String> names,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            defaultValue = "-1",
                            description = "How many partitions; default: what the broker's num.partitions says.")
                    int partitions,
            @Option(
                            names = {"-r", "--replication-factor"},
                            paramLabel = "N",
                            defaultValue = "-1",
                            description = "How many replicas; default: what default.replication.factor says.")
                    int replicas,
            @Option(
                            names = {"-c", "--config"},
                            paramLabel = "NAME=VALUE",
                            description = "A setting of the topics. May be repeated.")
                    @Nullable
                    List<String> configs,
            @Option(names = "--if-not-exists", description = "A topic that exists already is left alone.")
                    boolean ifNotExists,
            @Option(names = "--dry-run", description = "Only check whether it could be done.") boolean dryRun,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        if (partitions == 0 || partitions < -1 || replicas == 0 || replicas < -1) {
            throw Failure.usage("--partitions and --replication-factor must be at least 1");
        }
        Map<String, String> settings = Assignments.parse(configs == null ? List.of() : configs);
        List<Topics.New> wanted = names.stream()
                .map(name -> Topics.New.of(name, partitions, replicas).withConfigs(settings))
                .toList();
        try (Session session = cluster.open()) {
            Map<String, Result<Topics.Created>> results =
                    session.get(() -> session.admin().createTopics(wanted, dryRun));
            int all = results.size();
            if (ifNotExists) {
                results.values().removeIf(TopicCommands::existed);
                all = results.size();
            }
            Map<String, Topics.Created> created = Session.succeeded(results, "topic", streams);
            if (json) {
                List<Object> documents = new ArrayList<>();
                created.forEach((name, topic) -> documents.add(ordered(
                        "name",
                        name,
                        "id",
                        topic.id(),
                        "partitions",
                        topic.partitions(),
                        "replicationFactor",
                        topic.replicationFactor())));
                Json.print(documents, streams.raw());
            } else {
                created.forEach((name, topic) -> streams.out()
                        .println((dryRun ? "Could create " : "Created ")
                                + name
                                + (topic.partitions() < 0
                                        ? ""
                                        : ": partitions " + topic.partitions() + ", replicas "
                                                + topic.replicationFactor())));
            }
            return created.size() == all ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static boolean existed(Result<Topics.Created> result) {
        return result instanceof Result.Failure<Topics.Created>(ClientError.Refused(ErrorCode code, String _))
                && code == ErrorCode.TOPIC_ALREADY_EXISTS;
    }

    /** A map in the order of the arguments: key, value, key, value. */
    static Map<String, @Nullable Object> ordered(@Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return map;
    }

    @Command(name = "list", description = "List the topics.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ClusterOptions cluster,
            @Option(names = "--internal", description = "Also those that the brokers keep for themselves.")
                    boolean internal,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            List<ClusterView.Topic> topics = session.get(() -> session.admin().listTopics()).stream()
                    .filter(topic -> internal || !topic.internal())
                    .toList();
            if (json) {
                Json.print(
                        topics.stream()
                                .map(topic -> ordered(
                                        "name",
                                        topic.name(),
                                        "id",
                                        topic.id(),
                                        "partitions",
                                        topic.partitions().size(),
                                        "replicationFactor",
                                        replicas(topic),
                                        "internal",
                                        topic.internal()))
                                .toList(),
                        streams.raw());
            } else if (topics.isEmpty()) {
                streams.out().println("There are no topics; barnabas topic create NAME creates one.");
            } else {
                Table table = new Table("TOPIC", "PARTITIONS", "REPLICAS");
                topics.forEach(
                        topic -> table.row(topic.name(), topic.partitions().size(), replicas(topic)));
                table.print(streams.out());
            }
            return ExitCode.OK;
        }
    }

    private static int replicas(ClusterView.Topic topic) {
        return topic.partitions().isEmpty()
                ? 0
                : topic.partitions().getFirst().replicas().size();
    }

    @Command(
            name = "describe",
            description = "Show partitions, offsets and settings of topics.",
            mixinStandardHelpOptions = true)
    int describe(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.") List<String> names,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            Map<String, ClusterView.Topic> topics =
                    Session.succeeded(session.get(() -> session.admin().describeTopics(names)), "topic", streams);
            Map<TopicPartition, Long> starts = offsets(session, topics, new Offsets.Spec.Earliest());
            Map<TopicPartition, Long> ends = offsets(session, topics, new Offsets.Spec.Latest());
            Map<Configs.Resource, Result<List<Configs.Entry>>> configs = session.get(() -> session.admin()
                    .describeConfigs(topics.keySet().stream()
                            .map(Configs.Resource::topic)
                            .toList()));
            Map<TopicPartition, Long> sizes = sizes(session, topics);
            List<Object> documents = new ArrayList<>();
            topics.forEach((name, topic) -> {
                Map<String, @Nullable Object> settings = ownSettings(configs.get(Configs.Resource.topic(name)));
                if (json) {
                    documents.add(document(topic, settings, starts, ends, sizes));
                } else {
                    print(topic, settings, starts, ends, sizes);
                }
            });
            if (json) {
                Json.print(documents, streams.raw());
            }
            return topics.size() == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** Those that were set for the topic; none if the broker does not tell. */
    private static Map<String, @Nullable Object> ownSettings(@Nullable Result<List<Configs.Entry>> result) {
        Map<String, @Nullable Object> settings = new TreeMap<>();
        if (result instanceof Result.Success<List<Configs.Entry>>(List<Configs.Entry> entries)) {
            entries.stream()
                    .filter(entry -> entry.source() == Configs.Source.TOPIC)
                    .forEach(entry -> settings.put(entry.name(), entry.value()));
        }
        return settings;
    }

    private static Map<TopicPartition, Long> offsets(
            Session session, Map<String, ClusterView.Topic> topics, Offsets.Spec spec) {
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        topics.values()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> partition.leader() >= 0)
                        .forEach(partition -> specs.put(new TopicPartition(topic.name(), partition.index()), spec)));
        Map<TopicPartition, Long> offsets = new TreeMap<>();
        session.get(() -> session.admin().listOffsets(specs)).forEach((partition, result) -> {
            if (result instanceof Result.Success<Offsets.Found>(Offsets.Found found)) {
                offsets.put(partition, found.offset());
            }
        });
        return offsets;
    }

    /** How large the leaders' segments are, of the partitions whose leaders tell. */
    private static Map<TopicPartition, Long> sizes(Session session, Map<String, ClusterView.Topic> topics) {
        Map<TopicPartition, Integer> leaders = new TreeMap<>();
        topics.values()
                .forEach(topic -> topic.partitions().stream()
                        .filter(partition -> partition.leader() >= 0)
                        .forEach(partition ->
                                leaders.put(new TopicPartition(topic.name(), partition.index()), partition.leader())));
        Map<TopicPartition, Long> sizes = new TreeMap<>();
        session.get(() -> session.admin().describeLogDirs(Set.copyOf(leaders.values()), leaders.keySet()))
                .forEach((broker, result) -> {
                    if (result instanceof Result.Success<List<LogDirs.Directory>>(List<LogDirs.Directory> found)) {
                        found.forEach(directory -> directory.replicas().forEach((partition, replica) -> {
                            if (!replica.future() && broker.equals(leaders.get(partition))) {
                                sizes.put(partition, replica.sizeBytes());
                            }
                        }));
                    }
                });
        return sizes;
    }

    private static Map<String, @Nullable Object> document(
            ClusterView.Topic topic,
            Map<String, @Nullable Object> settings,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> sizes) {
        List<Object> partitions = new ArrayList<>();
        for (ClusterView.Partition partition : topic.partitions()) {
            TopicPartition id = new TopicPartition(topic.name(), partition.index());
            partitions.add(ordered(
                    "partition",
                    partition.index(),
                    "leader",
                    partition.leader(),
                    "leaderEpoch",
                    partition.leaderEpoch(),
                    "replicas",
                    partition.replicas(),
                    "inSync",
                    partition.inSync(),
                    "startOffset",
                    starts.get(id),
                    "endOffset",
                    ends.get(id),
                    "sizeBytes",
                    sizes.get(id)));
        }
        return ordered(
                "name",
                topic.name(),
                "id",
                topic.id(),
                "internal",
                topic.internal(),
                "configs",
                settings,
                "partitions",
                partitions);
    }

    private void print(
            ClusterView.Topic topic,
            Map<String, @Nullable Object> settings,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> sizes) {
        streams.out().println(topic.name() + "  id " + topic.id() + (topic.internal() ? "  internal" : ""));
        settings.forEach((name, value) -> streams.out().println("  " + name + "=" + value));
        Table table = new Table("PARTITION", "LEADER", "REPLICAS", "IN SYNC", "START", "END", "BYTES");
        for (ClusterView.Partition partition : topic.partitions()) {
            TopicPartition id = new TopicPartition(topic.name(), partition.index());
            table.row(
                    partition.index(),
                    partition.leader() < 0 ? "-" : partition.leader(),
                    joined(partition.replicas()),
                    joined(partition.inSync()),
                    starts.containsKey(id) ? starts.get(id) : "-",
                    ends.containsKey(id) ? ends.get(id) : "-",
                    sizes.containsKey(id) ? sizes.get(id) : "-");
        }
        table.print(streams.out());
    }

    private static String joined(List<Integer> brokers) {
        return brokers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    @Command(
            name = "alter",
            description = "Give a topic more partitions, or change its settings.",
            mixinStandardHelpOptions = true)
    int alter(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
            @Option(
                            names = {"-p", "--partitions"},
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "How many it shall have; never fewer than now. Keys may move to others.")
                    int partitions,
            @Option(
                            names = {"-c", "--config", "--set"},
                            paramLabel = "NAME=VALUE",
                            description = "A setting to change. May be repeated.")
                    @Nullable
                    List<String> set,
            @Option(
                            names = "--unset",
                            paramLabel = "NAME",
                            description = "A setting to take back to its default. May be repeated.")
                    @Nullable
                    List<String> unset,
            @Option(names = "--dry-run", description = "Only check whether it could be done.") boolean dryRun) {
        List<Configs.Change> changes =
                Assignments.changes(set == null ? List.of() : set, unset == null ? List.of() : unset);
        if (partitions < 1 && changes.isEmpty()) {
            throw Failure.usage("say what to alter: --partitions N, --config NAME=VALUE or --unset NAME");
        }
        try (Session session = cluster.open()) {
            boolean done = true;
            if (partitions > 0) {
                done = !Session.succeeded(
                                session.get(() -> session.admin()
                                        .createPartitions(Map.of(name, Topics.NewPartitions.upTo(partitions)), dryRun)),
                                "topic",
                                streams)
                        .isEmpty();
            }
            if (done && !changes.isEmpty()) {
                done = !Session.succeeded(
                                session.get(() -> session.admin()
                                        .alterConfigs(Map.of(Configs.Resource.topic(name), changes), dryRun)),
                                "settings of",
                                streams)
                        .isEmpty();
            }
            if (done) {
                streams.out().println((dryRun ? "Could alter " : "Altered ") + name);
            }
            return done ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "delete",
            description = "Delete topics with all their records, for good.",
            mixinStandardHelpOptions = true)
    int delete(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.") List<String> names) {
        try (Session session = cluster.open()) {
            var deleted = Session.succeeded(session.get(() -> session.admin().deleteTopics(names)), "topic", streams);
            deleted.keySet().forEach(name -> streams.out().println("Deleted " + name));
            return deleted.size() == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
