package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code barnabas cluster}. */
@Command(
        name = "cluster",
        description = "Show the cluster.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ClusterCommands {

    private final Streams streams;

    ClusterCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(name = "describe", description = "Show the cluster's id and its brokers.", mixinStandardHelpOptions = true)
    int describe(
            @Mixin ClusterOptions cluster, @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            Admin.ClusterDescription found = session.get(() -> session.admin().describeCluster());
            if (json) {
                Json.print(
                        ordered(
                                "clusterId",
                                found.clusterId(),
                                "controller",
                                found.controllerId(),
                                "brokers",
                                found.brokers().stream()
                                        .map(each -> ordered(
                                                "id",
                                                each.broker().id(),
                                                "host",
                                                each.broker().endpoint().host(),
                                                "port",
                                                each.broker().endpoint().port(),
                                                "rack",
                                                each.broker().rack(),
                                                "fenced",
                                                each.fenced()))
                                        .toList()),
                        streams.raw());
                return ExitCode.OK;
            }
            streams.out().println("Cluster " + found.clusterId());
            Table table = new Table("BROKER", "ADDRESS", "RACK", "ROLE");
            found.brokers()
                    .forEach(each -> table.row(
                            each.broker().id(),
                            each.broker().endpoint(),
                            each.broker().rack() == null ? "-" : each.broker().rack(),
                            (each.broker().id() == found.controllerId() ? "controller" : "broker")
                                    + (each.fenced() ? ", fenced" : "")));
            table.print(streams.out());
            return ExitCode.OK;
        }
    }
}
