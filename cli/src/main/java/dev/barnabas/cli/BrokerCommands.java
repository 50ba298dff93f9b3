package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas broker}. {@link BrokerDrainCommand} belongs to it. */
@Command(
        name = "broker",
        description = "List, drain and unregister brokers.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class BrokerCommands {

    private final Streams streams;

    BrokerCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(name = "list", description = "List the brokers and what they hold.", mixinStandardHelpOptions = true)
    int list(@Mixin ClusterOptions cluster, @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            BrokerShares shares = BrokerShares.of(session);
            if (json) {
                Json.print(shares.documents(), streams.raw());
            } else {
                shares.print(streams.out());
            }
            return ExitCode.OK;
        }
    }

    @Command(
            name = "unregister",
            description = "Forget a broker that is gone for good.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Refused while the broker runs or is a replica of partitions, unless --force is given: one that runs"
                        + " stops then, and partitions of which it has the only replica stay without leader.",
                "If it votes in the metadata quorum, take its vote away first: barnabas quorum remove-voter."
            })
    int unregister(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "BROKER", description = "Its id.") int id,
            @Option(names = "--force", description = "Even if it runs, or is a replica.") boolean force,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            BrokerShares.Share share = BrokerShares.of(session).all().get(id);
            if (share != null && share.isRegistered() && !force) {
                if (!share.isFenced()) {
                    throw Failure.failed(
                            "broker " + id + " is running.\n  Stop it first: as long as it runs it belongs to"
                                    + " the cluster. --force stops it.");
                }
                if (share.replicas() > 0) {
                    throw Failure.failed("broker " + id + " is a replica of "
                            + Partitions.count(share.replicas(), "partition")
                            + ".\n  ./barnabas broker drain " + id
                            + " gives them to others. --force leaves them as they are.");
                }
            }
            session.get(() -> session.admin().unregisterBroker(id));
            if (json) {
                Json.print(ordered("unregistered", id), streams.raw());
            } else {
                streams.out().println("Broker " + id + " does not belong to the cluster any more.");
            }
            return ExitCode.OK;
        }
    }
}
