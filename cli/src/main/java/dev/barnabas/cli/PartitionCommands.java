package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Done;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas partition}. {@link ReassignCommand} and {@link ThrottleCommand} belong to it. */
@Command(
        name = "partition",
        description = "Choose where partitions are and who leads them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class PartitionCommands {

    private final Streams streams;

    PartitionCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(
            name = "elect-leader",
            description = "Let the preferred replicas lead again, or somebody where nobody can.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "The preferred leader is the first replica. With --unclean a partition without leader gets one that"
                    + " misses acknowledged records: they are lost for good. barnabas why partition says whether that"
                    + " is needed."
            })
    int electLeader(
            @Mixin ClusterOptions cluster,
            @Parameters(
                            paramLabel = "TOPIC-PARTITION",
                            arity = "0..*",
                            description = "Which, such as logs-0; default: all that have another leader than the"
                                    + " preferred one.")
                    @Nullable
                    List<String> names,
            @Option(names = "--unclean", description = "Where nobody leads: even one that misses records.")
                    boolean unclean,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        List<TopicPartition> partitions = names == null || names.isEmpty()
                ? null
                : names.stream().map(Partitions::parse).toList();
        if (unclean && partitions == null) {
            throw Failure.usage("--unclean loses records: say in which partitions it may");
        }
        Replicas.Election election = unclean ? Replicas.Election.UNCLEAN : Replicas.Election.PREFERRED;
        try (Session session = cluster.open()) {
            Map<TopicPartition, Result<Done>> results =
                    session.get(() -> session.admin().electLeaders(election, partitions));
            List<Object> documents = new ArrayList<>();
            boolean failed = false;
            for (Map.Entry<TopicPartition, Result<Done>> each : results.entrySet()) {
                String state = state(each.getValue());
                failed |= state.equals("refused");
                if (json) {
                    documents.add(ordered(
                            "topic",
                            each.getKey().topic(),
                            "partition",
                            each.getKey().partition(),
                            "state",
                            state,
                            "error",
                            error(each.getValue())));
                } else if (state.equals("refused")) {
                    streams.err()
                            .println("barnabas: partition " + each.getKey() + ": " + error(each.getValue())
                                    + "\n  ./barnabas why partition " + each.getKey() + " says more.");
                } else {
                    streams.out()
                            .println(each.getKey()
                                    + (state.equals("elected")
                                            ? " has another leader"
                                            : " has the right leader already"));
                }
            }
            if (json) {
                Json.print(documents, streams.raw());
            } else if (results.isEmpty()) {
                streams.out().println("Every partition has its preferred leader.");
            }
            return failed ? ExitCode.FAILED : ExitCode.OK;
        }
    }

    private static String state(Result<Done> result) {
        return switch (result) {
            case Result.Success<Done> _ -> "elected";
            case Result.Failure<Done>(ClientError.Refused(ErrorCode code, String _))
            when code == ErrorCode.ELECTION_NOT_NEEDED -> "not-needed";
            case Result.Failure<Done> _ -> "refused";
        };
    }

    private static @Nullable String error(Result<Done> result) {
        return result instanceof Result.Failure<Done>(ClientError error) ? error.message() : null;
    }
}
