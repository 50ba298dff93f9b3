package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.Groups;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How a share group stands: several of its members may read one partition. */
final class ShareGroupReport {

    private final Groups.Description group;
    private final List<Line> lines;

    /** How far the group is in a partition, and who reads it. */
    private record Line(
            TopicPartition partition,
            @Nullable Long start,
            @Nullable Long end,
            @Nullable Long lag,
            List<String> members) {}

    private ShareGroupReport(Groups.Description group, List<Line> lines) {
        this.group = group;
        this.lines = lines;
    }

    static ShareGroupReport of(Session session, Groups.Description group) {
        Map<TopicPartition, List<String>> members = new TreeMap<>();
        group.members()
                .forEach(member -> new TreeSet<>(member.assigned())
                        .forEach(partition -> members.computeIfAbsent(partition, absent -> new ArrayList<>())
                                .add(member.memberId())));
        Map<TopicPartition, Groups.SharePosition> positions = positions(session, group.id());
        TreeSet<TopicPartition> all = new TreeSet<>(members.keySet());
        all.addAll(positions.keySet());
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        all.forEach(partition -> specs.put(partition, new Offsets.Spec.Latest()));
        Map<TopicPartition, Result<Offsets.Found>> ends =
                session.get(() -> session.admin().listOffsets(specs));
        List<Line> lines = new ArrayList<>();
        for (TopicPartition partition : all) {
            Groups.SharePosition position = positions.get(partition);
            Long end = ends.get(partition) instanceof Result.Success<Offsets.Found>(Offsets.Found found)
                    ? found.offset()
                    : null;
            lines.add(new Line(
                    partition,
                    position == null ? null : known(position.startOffset()),
                    end,
                    position == null ? null : known(position.lag()),
                    members.getOrDefault(partition, List.of())));
        }
        return new ShareGroupReport(group, lines);
    }

    private static @Nullable Long known(long number) {
        return number < 0 ? null : number;
    }

    /** Whether there is a share group of that name. */
    static boolean isShareGroup(Session session, String group) {
        return session.get(() -> session.admin().describeGroups(List.of(group))).get(group)
                        instanceof Result.Success<Groups.Description>(Groups.Description found)
                && found.type().equals(Groups.SHARE);
    }

    /** Where a share group is in each partition that it has begun to read. */
    static Map<TopicPartition, Long> starts(Session session, String group) {
        Map<TopicPartition, Long> starts = new TreeMap<>();
        positions(session, group).forEach((partition, position) -> {
            if (position.startOffset() >= 0) {
                starts.put(partition, position.startOffset());
            }
        });
        return starts;
    }

    private static Map<TopicPartition, Groups.SharePosition> positions(Session session, String group) {
        Map<TopicPartition, Groups.SharePosition> positions = new TreeMap<>();
        session.get(() -> session.admin().shareGroupOffsets(group)).forEach((partition, result) -> {
            switch (result) {
                case Result.Success<Groups.SharePosition>(Groups.SharePosition position) ->
                    positions.put(partition, position);
                case Result.Failure<Groups.SharePosition>(var error) ->
                    throw Failure.failed(partition + ": " + Errors.describe(error));
            }
        });
        return positions;
    }

    void print(PrintStream out) {
        out.println(group.id() + "  " + group.state() + ", share group, "
                + group.members().size() + " members, coordinator "
                + group.coordinator().endpoint() + ", assignor " + group.assignor());
        Table table = new Table("TOPIC", "PARTITION", "START", "END", "LAG", "MEMBERS");
        for (Line line : lines) {
            table.row(
                    line.partition().topic(),
                    line.partition().partition(),
                    orDash(line.start()),
                    orDash(line.end()),
                    orDash(line.lag()),
                    line.members().isEmpty() ? "-" : String.join(" ", line.members()));
        }
        table.print(out);
        group.members().stream()
                .filter(member -> member.assigned().isEmpty())
                .forEach(member -> out.println("Without partitions: " + member.memberId() + " " + member.clientHost()));
    }

    private static Object orDash(@Nullable Long number) {
        return number == null ? "-" : number;
    }

    Map<String, @Nullable Object> document() {
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
                                "clientId",
                                member.clientId(),
                                "host",
                                member.clientHost(),
                                "partitions",
                                new TreeSet<>(member.assigned())))
                        .toList(),
                "partitions",
                lines.stream()
                        .map(line -> ordered(
                                "topic",
                                line.partition().topic(),
                                "partition",
                                line.partition().partition(),
                                "start",
                                line.start(),
                                "end",
                                line.end(),
                                "lag",
                                line.lag(),
                                "members",
                                line.members()))
                        .toList());
    }
}
