package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.LogDirs;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas topic describe}. */
@Command(
        name = "describe",
        description = "Show partitions, their replicas, offsets and settings of topics.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "ELIGIBLE: not in sync, but with every acknowledged record, so that they may lead if nobody else can"
                + " (KIP-966). STATE: ok, under-replicated, below minimum (of min.insync.replicas), no leader; with *"
                + " where another replica than the preferred one, the first, leads."
        })
final class DescribeTopicsCommand implements Callable<Integer> {

    private final Streams streams;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    DescribeTopicsCommand(Streams streams) {
        this.streams = streams;
    }

    /** A topic and what brokers tell about it. */
    private record Described(
            ClusterView.Topic topic,
            List<Replicas.State> states,
            int minInSync,
            Map<String, @Nullable Object> settings,
            Map<TopicPartition, Long> starts,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> sizes) {}

    @Override
    public Integer call() {
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
                Result<List<Configs.Entry>> settings = configs.get(Configs.Resource.topic(name));
                Described described = new Described(
                        topic, states(session, topic), minInSync(settings), ownSettings(settings), starts, ends, sizes);
                if (json) {
                    documents.add(document(described));
                } else {
                    print(described);
                }
            });
            if (json) {
                Json.print(documents, streams.raw());
            }
            return topics.size() == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** As brokers that are too old to tell who is eligible describe them, if that is so. */
    static List<Replicas.State> states(Session session, ClusterView.Topic topic) {
        return switch (session.blocking().result(() -> session.admin().describeReplicas(topic.name()))) {
            case Result.Success<List<Replicas.State>>(List<Replicas.State> states) -> states;
            case Result.Failure<List<Replicas.State>>(ClientError.Unsupported _) ->
                topic.partitions().stream()
                        .map(partition -> new Replicas.State(
                                partition.index(),
                                partition.leader(),
                                partition.leaderEpoch(),
                                partition.replicas(),
                                partition.inSync(),
                                List.of(),
                                List.of(),
                                partition.offline()))
                        .toList();
            case Result.Failure<List<Replicas.State>> failure -> Session.required("topic " + topic.name(), failure);
        };
    }

    /** What {@code min.insync.replicas} is for a topic; 0 if the broker does not tell. */
    static int minInSync(@Nullable Result<List<Configs.Entry>> settings) {
        if (settings instanceof Result.Success<List<Configs.Entry>>(List<Configs.Entry> entries)) {
            for (Configs.Entry entry : entries) {
                String value = entry.value();
                if (entry.name().equals("min.insync.replicas") && value != null && value.matches("[0-9]{1,9}")) {
                    return Integer.parseInt(value);
                }
            }
        }
        return 0;
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

    private static Map<String, @Nullable Object> document(Described described) {
        ClusterView.Topic topic = described.topic;
        List<Object> partitions = new ArrayList<>();
        for (Replicas.State state : described.states) {
            TopicPartition id = new TopicPartition(topic.name(), state.partition());
            partitions.add(ordered(
                    "partition",
                    state.partition(),
                    "leader",
                    state.leader(),
                    "leaderEpoch",
                    state.leaderEpoch(),
                    "replicas",
                    state.replicas(),
                    "inSync",
                    state.inSync(),
                    "eligible",
                    state.eligible(),
                    "lastKnownEligible",
                    state.lastKnown(),
                    "offline",
                    state.offline(),
                    "state",
                    PartitionHealth.of(state, described.minInSync).code(),
                    "startOffset",
                    described.starts.get(id),
                    "endOffset",
                    described.ends.get(id),
                    "sizeBytes",
                    described.sizes.get(id)));
        }
        return ordered(
                "name",
                topic.name(),
                "id",
                topic.id(),
                "internal",
                topic.internal(),
                "configs",
                described.settings,
                "partitions",
                partitions);
    }

    private void print(Described described) {
        ClusterView.Topic topic = described.topic;
        streams.out().println(topic.name() + "  id " + topic.id() + (topic.internal() ? "  internal" : ""));
        described.settings.forEach((name, value) -> streams.out().println("  " + name + "=" + value));
        Table table =
                new Table("PARTITION", "LEADER", "REPLICAS", "IN SYNC", "ELIGIBLE", "START", "END", "BYTES", "STATE");
        boolean unwell = false;
        for (Replicas.State state : described.states) {
            TopicPartition id = new TopicPartition(topic.name(), state.partition());
            PartitionHealth health = PartitionHealth.of(state, described.minInSync);
            unwell |= health != PartitionHealth.WELL;
            boolean moved = state.leader() >= 0
                    && !state.replicas().isEmpty()
                    && state.leader() != state.replicas().getFirst();
            table.row(
                    state.partition(),
                    state.leader() < 0 ? "-" : state.leader(),
                    Partitions.joined(state.replicas()),
                    Partitions.joined(state.inSync()),
                    Partitions.joined(state.eligible()),
                    number(described.starts.get(id)),
                    number(described.ends.get(id)),
                    number(described.sizes.get(id)),
                    health + (moved ? " *" : ""));
        }
        table.print(streams.out());
        if (unwell) {
            streams.out().println("./barnabas why partition " + topic.name() + "-N says why, and what would help.");
        }
    }

    private static String number(@Nullable Long value) {
        return value == null ? "-" : String.valueOf(value);
    }
}
