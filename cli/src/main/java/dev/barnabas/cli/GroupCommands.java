package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.Groups;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas group}; moving a group is {@link ResetOffsetsCommand}. */
@Command(
        name = "group",
        description = "List, describe, delete and move groups of consumers.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class GroupCommands {

    private final Streams streams;

    GroupCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(name = "list", description = "List the groups.", mixinStandardHelpOptions = true)
    int list(
            @Mixin ClusterOptions cluster,
            @Option(
                            names = "--state",
                            split = ",",
                            paramLabel = "STATE",
                            description = "Only those that are, for example, Stable or Empty.")
                    @Nullable
                    Set<String> states,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            Groups.Listings found =
                    session.get(() -> session.admin().listGroups(states == null ? Set.of() : states, Set.of()));
            if (json) {
                Json.print(
                        found.groups().stream()
                                .map(group -> ordered(
                                        "group",
                                        group.id(),
                                        "state",
                                        group.state(),
                                        "type",
                                        group.type(),
                                        "protocolType",
                                        group.protocolType()))
                                .toList(),
                        streams.raw());
            } else if (found.groups().isEmpty()) {
                streams.out().println("There are no groups; barnabas consume TOPIC --group NAME makes one.");
            } else {
                Table table = new Table("GROUP", "STATE", "TYPE");
                found.groups().forEach(group -> table.row(group.id(), group.state(), group.type()));
                table.print(streams.out());
            }
            found.failed()
                    .forEach((broker, error) -> streams.err()
                            .println("barnabas: broker " + broker + " could not be asked: " + Errors.describe(error)));
            return found.failed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    /** How far a group is in a partition, and who reads it. */
    private record Line(
            TopicPartition partition,
            @Nullable Long committed,
            @Nullable Long end,
            Groups.@Nullable Member member) {

        @Nullable
        Long lag() {
            return committed == null || end == null ? null : Math.max(0, end - committed);
        }
    }

    @Command(
            name = "describe",
            description = "Show how far groups are, and who their members are.",
            mixinStandardHelpOptions = true)
    int describe(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Their names.") List<String> names,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            Map<String, Groups.Description> found =
                    Session.succeeded(session.get(() -> session.admin().describeGroups(names)), "group", streams);
            List<Object> documents = new ArrayList<>();
            int dead = 0;
            for (Groups.Description group : found.values()) {
                if (group.state().equals("Dead")) {
                    dead++;
                    streams.err()
                            .println("barnabas: there is no group " + group.id()
                                    + "\n  ./barnabas group list shows what there is.");
                    continue;
                }
                if (group.type().equals(Groups.SHARE)) {
                    ShareGroupReport report = ShareGroupReport.of(session, group);
                    if (json) {
                        documents.add(report.document());
                    } else {
                        report.print(streams.out());
                    }
                    continue;
                }
                List<Line> lines = lines(session, group);
                if (json) {
                    documents.add(document(group, lines));
                } else {
                    print(group, lines);
                }
            }
            if (json) {
                Json.print(documents, streams.raw());
            }
            return found.size() - dead == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static List<Line> lines(Session session, Groups.Description group) {
        Map<TopicPartition, Groups.Member> owners = new HashMap<>();
        group.members().forEach(member -> member.assigned().forEach(partition -> owners.put(partition, member)));
        Map<TopicPartition, Long> committed = committed(session, group.id());
        Set<TopicPartition> all = new TreeSet<>(owners.keySet());
        all.addAll(committed.keySet());
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        all.forEach(partition -> specs.put(partition, new Offsets.Spec.Latest()));
        Map<TopicPartition, Result<Offsets.Found>> ends =
                session.get(() -> session.admin().listOffsets(specs));
        List<Line> lines = new ArrayList<>();
        for (TopicPartition partition : all) {
            Long end = ends.get(partition) instanceof Result.Success<Offsets.Found>(Offsets.Found found)
                    ? found.offset()
                    : null;
            lines.add(new Line(partition, committed.get(partition), end, owners.get(partition)));
        }
        return lines;
    }

    static Map<TopicPartition, Long> committed(Session session, String group) {
        Map<TopicPartition, Long> committed = new TreeMap<>();
        session.get(() -> session.admin().groupOffsets(group, null)).forEach((partition, result) -> {
            switch (result) {
                case Result.Success<Offsets.Committed>(Offsets.Committed offset) ->
                    committed.put(partition, offset.offset());
                case Result.Failure<Offsets.Committed>(ClientError.NoOffset _) -> {
                    // Nothing is committed there, which is what the missing entry says.
                }
                case Result.Failure<Offsets.Committed>(ClientError error) ->
                    throw Failure.failed(partition + ": " + Errors.describe(error));
            }
        });
        return committed;
    }

    private void print(Groups.Description group, List<Line> lines) {
        streams.out()
                .println(group.id() + "  " + group.state() + ", "
                        + group.members().size() + " members, coordinator "
                        + group.coordinator().endpoint()
                        + (group.assignor().isEmpty() ? "" : ", assignor " + group.assignor()));
        Table table = new Table("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "MEMBER", "HOST");
        for (Line line : lines) {
            Groups.Member member = line.member();
            table.row(
                    line.partition().topic(),
                    line.partition().partition(),
                    orDash(line.committed()),
                    orDash(line.end()),
                    orDash(line.lag()),
                    member == null ? "-" : member.memberId(),
                    member == null ? "-" : member.clientHost());
        }
        table.print(streams.out());
        group.members().stream()
                .filter(member -> member.assigned().isEmpty())
                .forEach(member ->
                        streams.out().println("Without partitions: " + member.memberId() + " " + member.clientHost()));
    }

    private static Object orDash(@Nullable Long number) {
        return number == null ? "-" : number;
    }

    private static Map<String, @Nullable Object> document(Groups.Description group, List<Line> lines) {
        List<Object> partitions = new ArrayList<>();
        for (Line line : lines) {
            Groups.Member member = line.member();
            partitions.add(ordered(
                    "topic",
                    line.partition().topic(),
                    "partition",
                    line.partition().partition(),
                    "committed",
                    line.committed(),
                    "end",
                    line.end(),
                    "lag",
                    line.lag(),
                    "member",
                    member == null ? null : member.memberId()));
        }
        return ordered(
                "group",
                group.id(),
                "state",
                group.state(),
                "type",
                group.type(),
                "protocolType",
                group.protocolType(),
                "assignor",
                group.assignor(),
                "coordinator",
                group.coordinator().id(),
                "members",
                group.members().stream()
                        .map(member -> ordered(
                                "memberId",
                                member.memberId(),
                                "instanceId",
                                member.instanceId(),
                                "clientId",
                                member.clientId(),
                                "host",
                                member.clientHost(),
                                "partitions",
                                new TreeSet<>(member.assigned())))
                        .toList(),
                "partitions",
                partitions);
    }

    @Command(
            name = "delete",
            description = "Delete groups and what they have committed. They must have no members.",
            mixinStandardHelpOptions = true)
    int delete(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Their names.") List<String> names) {
        try (Session session = cluster.open()) {
            var deleted = Session.succeeded(session.get(() -> session.admin().deleteGroups(names)), "group", streams);
            deleted.keySet().forEach(name -> streams.out().println("Deleted " + name));
            return deleted.size() == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
