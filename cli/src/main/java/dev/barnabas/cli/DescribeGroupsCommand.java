package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.Groups;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas group describe}. */
@Command(
        name = "describe",
        description = "Show how far groups are, and who their members are.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "LAG: records that were not read yet. BEHIND: how long the oldest of them has waited, by its timestamp."
                    + " ./barnabas why group GROUP says why."
        })
final class DescribeGroupsCommand implements Callable<Integer> {

    private final Streams streams;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "Their names.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    DescribeGroupsCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        try (Session session = cluster.open()) {
            Map<String, Groups.Description> found =
                    Session.succeeded(session.get(() -> session.admin().describeGroups(names)), "group", streams);
            List<Object> documents = new ArrayList<>();
            for (Groups.Description group : found.values()) {
                if (group.type().equals(Groups.SHARE)) {
                    ShareGroupReport report = ShareGroupReport.of(session, group);
                    if (json) {
                        documents.add(report.document());
                    } else {
                        report.print(streams.out());
                    }
                    continue;
                }
                List<GroupPosition> positions = GroupPosition.of(session, group);
                long nowMs = Instant.now().toEpochMilli();
                if (json) {
                    documents.add(document(group, positions, nowMs));
                } else {
                    print(group, positions, nowMs);
                }
            }
            if (json) {
                Json.print(documents, streams.raw());
            }
            return found.size() == names.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private void print(Groups.Description group, List<GroupPosition> positions, long nowMs) {
        streams.out()
                .println(group.id() + "  " + group.state() + ", "
                        + Partitions.count(group.members().size(), "member") + ", coordinator "
                        + group.coordinator().endpoint()
                        + (group.assignor().isEmpty() ? "" : ", assignor " + group.assignor()));
        if (!group.remark().isEmpty()) {
            streams.out().println("  " + group.remark());
        }
        Table table = new Table("TOPIC", "PARTITION", "COMMITTED", "END", "LAG", "BEHIND", "MEMBER", "HOST");
        for (GroupPosition position : positions) {
            Groups.Member member = position.member();
            Long waitedMs = position.waitedMs(nowMs);
            table.row(
                    position.partition().topic(),
                    position.partition().partition(),
                    orDash(position.committed()),
                    orDash(position.end()),
                    orDash(position.lag()),
                    waitedMs == null ? "-" : Times.words(Duration.ofMillis(waitedMs)),
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

    private static Map<String, @Nullable Object> document(
            Groups.Description group, List<GroupPosition> positions, long nowMs) {
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
                "remark",
                group.remark().isEmpty() ? null : group.remark(),
                "members",
                group.members().stream().map(DescribeGroupsCommand::document).toList(),
                "partitions",
                positions.stream().map(position -> document(position, nowMs)).toList());
    }

    private static Map<String, @Nullable Object> document(Groups.Member member) {
        return ordered(
                "memberId",
                member.memberId(),
                "instanceId",
                member.instanceId(),
                "clientId",
                member.clientId(),
                "host",
                member.clientHost(),
                "partitions",
                new TreeSet<>(member.assigned()));
    }

    static Map<String, @Nullable Object> document(GroupPosition position, long nowMs) {
        Groups.Member member = position.member();
        return ordered(
                "topic",
                position.partition().topic(),
                "partition",
                position.partition().partition(),
                "committed",
                position.committed(),
                "end",
                position.end(),
                "lag",
                position.lag(),
                "lagMs",
                position.waitedMs(nowMs),
                "member",
                member == null ? null : member.memberId());
    }
}
