package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClusterView;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code barnabas cluster}. {@link ClusterStartCommand} belongs to it. */
@Command(
        name = "cluster",
        description = "Show the cluster, or start one on this machine.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ClusterCommands {

    private static final int MOST_NAMED = 10;

    private final Streams streams;

    ClusterCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(
            name = "describe",
            description = "Show the cluster's id, its brokers, and how its partitions are.",
            mixinStandardHelpOptions = true)
    int describe(
            @Mixin ClusterOptions cluster, @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            var found = session.get(() -> session.admin().describeCluster());
            ClusterView view = session.get(() -> session.admin().view());
            BrokerShares shares = BrokerShares.of(found, view);
            Map<PartitionHealth, Integer> health = health(view);
            int partitions =
                    health.values().stream().mapToInt(Integer::intValue).sum();
            int leaderless = health.getOrDefault(PartitionHealth.LEADERLESS, 0);
            int underReplicated = health.getOrDefault(PartitionHealth.UNDER_REPLICATED, 0);
            int usual = FactorChange.usual(session, view);
            Map<String, Integer> below = FactorChange.below(view, usual);
            if (json) {
                Json.print(
                        ordered(
                                "clusterId",
                                found.clusterId(),
                                "controller",
                                found.controllerId(),
                                "topics",
                                view.topics().size(),
                                "partitions",
                                partitions,
                                "leaderless",
                                leaderless,
                                "underReplicated",
                                underReplicated,
                                "defaultReplicationFactor",
                                usual == 0 ? null : usual,
                                "belowDefaultReplicationFactor",
                                below,
                                "brokers",
                                shares.documents()),
                        streams.raw());
                return ExitCode.OK;
            }
            streams.out().println("Cluster " + found.clusterId());
            shares.print(streams.out());
            streams.out()
                    .println(Partitions.count(partitions, "partition") + " of "
                            + Partitions.count(view.topics().size(), "topic") + ": " + leaderless + " without leader, "
                            + underReplicated + " under-replicated");
            if (leaderless + underReplicated > 0) {
                streams.out().println("./barnabas why partition says which, and why.");
            }
            tellBelow(below, usual);
            return ExitCode.OK;
        }
    }

    /** A cluster that has grown: what was there before has as few replicas as then. */
    private void tellBelow(Map<String, Integer> below, int usual) {
        if (!below.isEmpty()) {
            streams.out()
                    .println("Fewer replicas than default.replication.factor=" + usual + ": "
                            + below.entrySet().stream()
                                    .limit(MOST_NAMED)
                                    .map(topic -> topic.getKey() + " (" + topic.getValue() + ")")
                                    .collect(Collectors.joining(", "))
                            + (below.size() > MOST_NAMED ? " and " + (below.size() - MOST_NAMED) + " more" : ""));
            streams.out()
                    .println("./barnabas topic alter --all-below --replication-factor " + usual + " gives them more.");
        }
    }

    private static Map<PartitionHealth, Integer> health(ClusterView view) {
        Map<PartitionHealth, Integer> counts = new EnumMap<>(PartitionHealth.class);
        view.topics().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .forEach(partition -> counts.merge(
                        PartitionHealth.of(
                                partition.leader(),
                                partition.inSync().size(),
                                partition.replicas().size(),
                                0),
                        1,
                        Integer::sum));
        return counts;
    }
}
