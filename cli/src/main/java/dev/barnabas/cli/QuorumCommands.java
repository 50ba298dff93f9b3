package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClusterSettings;
import dev.barnabas.client.MetadataQuorum;
import dev.barnabas.client.MetadataQuorum.Member;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas quorum}. */
@Command(
        name = "quorum",
        description = "Show who keeps the cluster's metadata, and change who votes on it.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class QuorumCommands {

    private final Streams streams;

    QuorumCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(name = "describe", description = "Show the leader, voters and observers.", mixinStandardHelpOptions = true)
    int describe(
            @Mixin ClusterOptions cluster, @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            MetadataQuorum quorum = session.get(() -> session.admin().describeQuorum());
            if (json) {
                Json.print(document(quorum), streams.raw());
            } else {
                print(quorum);
            }
            return ExitCode.OK;
        }
    }

    private static Object document(MetadataQuorum quorum) {
        return ordered(
                "leader",
                quorum.leader(),
                "leaderEpoch",
                quorum.leaderEpoch(),
                "highWatermark",
                quorum.highWatermark(),
                "voters",
                quorum.voters().stream().map(QuorumCommands::document).toList(),
                "observers",
                quorum.observers().stream().map(QuorumCommands::document).toList());
    }

    private static Object document(Member member) {
        return ordered(
                "node",
                member.nodeId(),
                "directoryId",
                member.directoryId(),
                "address",
                member.address().map(Endpoint::toString).orElse(null),
                "logEndOffset",
                member.logEndOffset(),
                "lastFetchMs",
                member.lastFetchMs(),
                "lastCaughtUpMs",
                member.lastCaughtUpMs());
    }

    private void print(MetadataQuorum quorum) {
        int majority = quorum.voters().size() / 2 + 1;
        streams.out()
                .println("Leader: node " + quorum.leader() + " in term " + quorum.leaderEpoch()
                        + ", committed up to offset " + (quorum.highWatermark() - 1));
        streams.out()
                .println(Partitions.count(quorum.voters().size(), "voter") + ", of whom " + majority + " must agree: "
                        + (quorum.voters().size() - majority) + " may fail");
        Table table = new Table("NODE", "ROLE", "ADDRESS", "END OFFSET", "BEHIND", "LAST HEARD OF", "DIRECTORY");
        List<Member> all = new ArrayList<>(quorum.voters());
        all.addAll(quorum.observers());
        Instant now = Instant.now();
        for (Member member : all) {
            boolean leads = member.nodeId() == quorum.leader();
            table.row(
                    member.nodeId(),
                    leads ? "leader" : quorum.voters().contains(member) ? "voter" : "observer",
                    member.address().map(Endpoint::toString).orElse("-"),
                    member.logEndOffset() < 0 ? "-" : member.logEndOffset(),
                    member.logEndOffset() < 0 ? "-" : Math.max(0, quorum.highWatermark() - member.logEndOffset()),
                    leads ? "now" : ago(member.lastFetchMs(), now),
                    member.directoryId());
        }
        table.print(streams.out());
    }

    /** {@code 3s ago}; {@code -} for a time that is not known. */
    static String ago(long timeMs, Instant now) {
        if (timeMs < 0) {
            return "-";
        }
        Duration past = Duration.between(Instant.ofEpochMilli(timeMs), now);
        long seconds = Math.max(0, past.toSeconds());
        if (seconds < 120) {
            return seconds + "s ago";
        }
        return past.toMinutes() < 120
                ? past.toMinutes() + "m ago"
                : past.toHours() < 48 ? past.toHours() + "h ago" : past.toDays() + "d ago";
    }

    @Command(
            name = "add-voter",
            description = "Give a node a vote on the metadata.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "A node that follows already (an observer of barnabas quorum describe) needs no more than its id. Have"
                        + " an odd number of voters: 3 survive the loss of one, 5 of two."
            })
    int addVoter(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "NODE", description = "Its id.") int node,
            @Option(
                            names = "--address",
                            paramLabel = "HOST:PORT",
                            description = "Its controller listener; default: what the quorum knows of it.")
                    @Nullable
                    String address,
            @Option(
                            names = "--directory-id",
                            paramLabel = "ID",
                            description = "The id of its metadata directory; default: what the quorum knows of it.")
                    @Nullable
                    String directory,
            @Option(
                            names = "--listener",
                            paramLabel = "NAME",
                            defaultValue = "CONTROLLER",
                            description = "The name of the controller listeners (default ${DEFAULT-VALUE}).")
                    String listener,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            MetadataQuorum quorum = session.get(() -> session.admin().describeQuorum());
            Optional<Member> known = quorum.observers().stream()
                    .filter(member -> member.nodeId() == node)
                    .findFirst();
            Uuid id = directory != null
                    ? uuid(directory)
                    : known.map(Member::directoryId)
                            .filter(each -> !each.equals(Uuid.ZERO))
                            .orElseThrow(() -> Failure.failed("node " + node
                                    + " does not follow the metadata log.\n  Start it first, with"
                                    + " controller.quorum.bootstrap.servers, or give --directory-id and --address."));
            Endpoint endpoint = address != null
                    ? endpoint(address)
                    : known.flatMap(Member::address)
                            .orElseThrow(() -> Failure.failed("it is not known where node " + node
                                    + " is.\n  Give the address of its controller listener: --address HOST:PORT."));
            session.get(() -> session.admin().addVoter(new MetadataQuorum.NewVoter(node, id, listener, endpoint)));
            tell("voter", node, json, "Node " + node + " votes now.");
            return ExitCode.OK;
        }
    }

    @Command(
            name = "remove-voter",
            description = "Take a node's vote on the metadata away.",
            mixinStandardHelpOptions = true)
    int removeVoter(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "NODE", description = "Its id.") int node,
            @Option(
                            names = "--directory-id",
                            paramLabel = "ID",
                            description = "Which of several voters with this id, when a node has lost its disk.")
                    @Nullable
                    String directory,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            MetadataQuorum quorum = session.get(() -> session.admin().describeQuorum());
            List<Uuid> directories = quorum.voters().stream()
                    .filter(member -> member.nodeId() == node)
                    .map(Member::directoryId)
                    .toList();
            if (directory == null && directories.size() != 1) {
                throw Failure.failed(
                        directories.isEmpty()
                                ? "node " + node + " has no vote.\n  ./barnabas quorum describe shows who has."
                                : "node " + node + " has several votes; say which with --directory-id: " + directories);
            }
            Uuid id = directory == null ? directories.getFirst() : uuid(directory);
            session.get(() -> session.admin().removeVoter(node, id));
            tell("observer", node, json, "Node " + node + " votes no more.");
            return ExitCode.OK;
        }
    }

    private void tell(String role, int node, boolean json, String words) {
        if (json) {
            Json.print(ordered("node", node, "role", role), streams.raw());
        } else {
            streams.out().println(words);
        }
    }

    private static Uuid uuid(String text) {
        try {
            return Uuid.parse(text);
        } catch (IllegalArgumentException e) {
            throw Failure.usage("not a directory id: \"" + text + "\"; ./barnabas quorum describe shows them");
        }
    }

    private static Endpoint endpoint(String text) {
        try {
            return ClusterSettings.of(text).bootstrap().getFirst();
        } catch (IllegalArgumentException e) {
            throw Failure.usage("--address: " + e.getMessage());
        }
    }
}
