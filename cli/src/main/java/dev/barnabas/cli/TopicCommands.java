package dev.barnabas.cli;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.FactorPlan;
import dev.barnabas.client.Result;
import dev.barnabas.client.Topics;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topic}. {@link DescribeTopicsCommand} belongs to it. */
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
            name = "alter",
            description = "Give topics more partitions, another number of replicas, or other settings.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "With --replication-factor the command waits until all replicas are in sync, and may be ended at any"
                        + " time: moves that have begun go on, and the same command takes up the rest.",
                "Exit code 1: something could not be altered."
            })
    int alter(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "TOPIC", arity = "0..*", description = "Their names.") @Nullable
                    List<String> named,
            @Option(
                            names = {"-r", "--replication-factor"},
                            paramLabel = "N",
                            defaultValue = "0",
                            description = "How many replicas each partition shall have; racks are taken into account.")
                    int factor,
            @Option(
                            names = "--all-below",
                            description = "Besides: all topics with fewer replicas than that, internal ones included.")
                    boolean allBelow,
            @Option(
                            names = "--max-moves",
                            paramLabel = "K",
                            defaultValue = "20",
                            description = "How many partitions get other replicas at once (default ${DEFAULT-VALUE}).")
                    int maxMoves,
            @Option(
                            names = "--throttle",
                            paramLabel = "BYTES/S",
                            converter = MoveThrottle.Rate.class,
                            description = "How many bytes per second each broker sends and gets at most for that; 20M"
                                    + " is 20 MB.")
                    @Nullable
                    Long throttle,
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
            @Option(names = "--dry-run", description = "Only check whether it could be done.") boolean dryRun)
            throws InterruptedException {
        List<Configs.Change> changes =
                Assignments.changes(set == null ? List.of() : set, unset == null ? List.of() : unset);
        List<String> names = named == null ? List.of() : named;
        if (partitions < 1 && factor < 1 && changes.isEmpty()) {
            throw Failure.usage("say what to alter: --partitions N, --replication-factor N, --config NAME=VALUE or"
                    + " --unset NAME");
        }
        if (allBelow ? factor < 1 || partitions > 0 || !changes.isEmpty() : names.isEmpty()) {
            throw Failure.usage(
                    allBelow ? "--all-below goes with --replication-factor N" : "say which topics are to be altered");
        }
        if (maxMoves < 1) {
            throw Failure.usage("--max-moves must be at least 1");
        }
        try (Session session = cluster.open()) {
            boolean done = true;
            for (String name : names) {
                done &= alter(session, name, partitions, changes, dryRun);
            }
            return done && (factor < 1 || replicate(session, names, factor, allBelow, maxMoves, throttle, dryRun))
                    ? ExitCode.OK
                    : ExitCode.FAILED;
        }
    }

    private boolean replicate(
            Session session,
            List<String> names,
            int factor,
            boolean allBelow,
            int maxMoves,
            @Nullable Long throttle,
            boolean dryRun)
            throws InterruptedException {
        ClusterView view = session.get(() -> session.admin().view());
        Set<String> topics = new TreeSet<>(names);
        if (allBelow) {
            topics.addAll(FactorChange.below(view, factor).keySet());
        }
        for (String topic : topics) {
            if (view.topic(topic).isEmpty()) {
                throw Failure.failed("there is no topic " + topic);
            }
        }
        if (dryRun) {
            FactorPlan plan = FactorPlan.next(view, topics, factor, Set.of(), Integer.MAX_VALUE);
            plan.moves()
                    .forEach(move -> streams.out()
                            .println("Would put " + move.partition() + " on " + Partitions.named(move.replicas())));
            return plan.stuck().isEmpty();
        }
        boolean done = new FactorChange(session, streams, factor, maxMoves, throttle).run(topics);
        if (done) {
            streams.out()
                    .println(
                            topics.isEmpty()
                                    ? "No topic has fewer replicas."
                                    : String.join(", ", topics) + ": " + Partitions.count(factor, "replica"));
        }
        return done;
    }

    private boolean alter(Session session, String name, int partitions, List<Configs.Change> changes, boolean dryRun) {
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
        if (done && (partitions > 0 || !changes.isEmpty())) {
            streams.out().println((dryRun ? "Could alter " : "Altered ") + name);
        }
        return done;
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
