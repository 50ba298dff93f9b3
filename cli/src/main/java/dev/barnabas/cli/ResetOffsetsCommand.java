package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.TopicPartition;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas group reset-offsets}: moves a group that has no members. */
@Command(
        name = "reset-offsets",
        description = "Move a group to another place in its topics. It must have no members.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without --topic it moves in everything that the group has committed. Offsets beyond the ends of a"
                    + " partition are moved to the end.",
            "Example: barnabas group reset-offsets viewers --topic logs --to-earliest --dry-run"
        })
final class ResetOffsetsCommand implements Callable<Integer> {

    private final Streams streams;

    @Parameters(paramLabel = "GROUP", description = "The group.")
    private String group = "";

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = {"-t", "--topic"},
            paramLabel = "TOPIC[:P,P]",
            description = "Where: a topic, or partitions of it such as logs:0,2. May be repeated.")
    private List<String> topics = new ArrayList<>();

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Where where = new Where();

    @Option(names = "--share", description = "It is a share group; it is made if it does not exist.")
    private boolean share;

    @Option(names = "--dry-run", description = "Only show what would be done.")
    private boolean dryRun;

    @Option(names = "--execute", description = "Do it, which is the default.")
    private boolean execute;

    @Option(
            names = "--export",
            description = "Change nothing, and print what would be done in the form that --from-file reads.")
    private boolean export;

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    /** One of these. */
    static final class Where {
        @Option(names = "--to-earliest", description = "To the first record there is.")
        private boolean earliest;

        @Option(names = "--to-latest", description = "Behind the last record.")
        private boolean latest;

        @Option(names = "--to-offset", paramLabel = "N", description = "To this offset.")
        private @Nullable Long offset;

        @Option(
                names = "--to-datetime",
                paramLabel = "TIME",
                description = "To the first record that is not older, such as 2026-05-01T12:00.")
        private @Nullable String time;

        @Option(names = "--by-duration", paramLabel = "AGE", description = "The same, such as 1h or P1D before now.")
        private @Nullable String age;

        @Option(
                names = "--shift-by",
                paramLabel = "N",
                description = "From where it is by N records, back if N is negative.")
        private @Nullable Long shift;

        @Option(names = "--to-current", description = "Where it is; at the end where it has committed nothing.")
        private boolean current;

        @Option(
                names = "--from-file",
                paramLabel = "FILE",
                description = "As a file says, in lines TOPIC,PARTITION,OFFSET or GROUP,TOPIC,PARTITION,OFFSET, as"
                        + " --export and kafka-consumer-groups write them.")
        private @Nullable Path file;
    }

    ResetOffsetsCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (dryRun && execute) {
            throw Failure.usage("--dry-run and --execute exclude each other");
        }
        Offsets.Spec spec = spec();
        Map<TopicPartition, Long> fromFile = where.file == null ? Map.of() : OffsetsFile.read(where.file, group);
        try (Session session = cluster.open()) {
            boolean exists = ShareGroupReport.isShareGroup(session, group);
            boolean shares = share || exists;
            Map<TopicPartition, Long> committed = exists
                    ? ShareGroupReport.starts(session, group)
                    : shares ? Map.of() : GroupPosition.committed(session, group);
            List<TopicPartition> partitions = !topics.isEmpty()
                    ? named(session)
                    : List.copyOf(where.file == null ? committed.keySet() : fromFile.keySet());
            if (partitions.isEmpty()) {
                throw Failure.failed("group " + group + " has committed nothing; name its topics with --topic");
            }
            Map<TopicPartition, Long> starts = find(session, partitions, new Offsets.Spec.Earliest());
            Map<TopicPartition, Long> ends = find(session, partitions, new Offsets.Spec.Latest());
            Map<TopicPartition, Long> found = find(session, partitions, spec);
            Map<TopicPartition, Long> targets = new TreeMap<>();
            for (TopicPartition partition : partitions) {
                long start = starts.getOrDefault(partition, 0L);
                long end = ends.getOrDefault(partition, 0L);
                Long wanted = wanted(partition, committed, fromFile, found);
                if (wanted != null) {
                    targets.put(partition, Math.clamp(wanted < 0 ? end : wanted, start, end));
                }
            }
            return move(session, shares, committed, targets);
        }
    }

    /** Negative: the end; null: it stays where it is. */
    private @Nullable Long wanted(
            TopicPartition partition,
            Map<TopicPartition, Long> committed,
            Map<TopicPartition, Long> fromFile,
            Map<TopicPartition, Long> found) {
        if (where.file != null) {
            return fromFile.get(partition);
        }
        if (where.offset != null) {
            return Math.max(0, where.offset);
        }
        Long now = committed.get(partition);
        if (where.current) {
            return now == null ? -1L : now;
        }
        if (where.shift != null) {
            if (now == null) {
                throw Failure.failed("group " + group + " has committed nothing in " + partition
                        + ", so --shift-by has nothing to start from");
            }
            return Math.max(0, now + where.shift);
        }
        return found.getOrDefault(partition, -1L);
    }

    private Offsets.Spec spec() {
        if (where.time != null) {
            return new Offsets.Spec.AtTime(Times.timestampMs(where.time, Instant.now()));
        }
        if (where.latest) {
            return new Offsets.Spec.Latest();
        }
        if (where.age != null) {
            return new Offsets.Spec.AtTime(
                    Math.max(0, Instant.now().minus(Times.duration(where.age)).toEpochMilli()));
        }
        // A given offset and a shift do not need what is found.
        return where.earliest ? new Offsets.Spec.Earliest() : new Offsets.Spec.Latest();
    }

    private List<TopicPartition> named(Session session) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            int colon = topic.indexOf(':');
            String name = colon < 0 ? topic : topic.substring(0, colon);
            if (colon < 0) {
                ClusterView.Topic found = Session.required(
                        "topic " + name,
                        session.get(() -> session.admin().describeTopics(List.of(name)))
                                .values()
                                .iterator()
                                .next());
                found.partitions().forEach(each -> partitions.add(new TopicPartition(name, each.index())));
            } else {
                for (String index : topic.substring(colon + 1).split(",")) {
                    if (!index.matches("[0-9]{1,9}")) {
                        throw Failure.usage("--topic: not a partition: \"" + index + "\" in \"" + topic + "\"");
                    }
                    partitions.add(new TopicPartition(name, Integer.parseInt(index)));
                }
            }
        }
        return partitions;
    }

    private static Map<TopicPartition, Long> find(Session session, List<TopicPartition> partitions, Offsets.Spec spec) {
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        partitions.forEach(partition -> specs.put(partition, spec));
        Map<TopicPartition, Long> found = new TreeMap<>();
        session.get(() -> session.admin().listOffsets(specs))
                .forEach((partition, result) -> found.put(
                        partition,
                        Session.required("partition " + partition, result).offset()));
        return found;
    }

    private int move(
            Session session, boolean shares, Map<TopicPartition, Long> committed, Map<TopicPartition, Long> targets) {
        Map<TopicPartition, Offsets.Committed> offsets = new TreeMap<>();
        targets.forEach((partition, offset) -> offsets.put(partition, Offsets.Committed.at(offset)));
        if (export) {
            targets.forEach((partition, offset) -> streams.out().println(OffsetsFile.line(partition, offset)));
            return ExitCode.OK;
        }
        var moved = dryRun
                ? targets
                : Session.succeeded(
                        session.get(() -> shares
                                ? session.admin().alterShareGroupOffsets(group, targets)
                                : session.admin().alterGroupOffsets(group, offsets)),
                        "partition",
                        streams);
        List<Object> documents = new ArrayList<>();
        Table table = new Table("TOPIC", "PARTITION", "FROM", "TO");
        moved.keySet().forEach(partition -> {
            Long from = committed.get(partition);
            Long to = targets.get(partition);
            documents.add(
                    ordered("topic", partition.topic(), "partition", partition.partition(), "from", from, "to", to));
            table.row(partition.topic(), partition.partition(), from == null ? "-" : from, String.valueOf(to));
        });
        if (json) {
            Json.print(documents, streams.raw());
        } else if (!moved.isEmpty()) {
            table.print(streams.out());
            streams.out().println(dryRun ? "Nothing was changed (--dry-run)." : "Moved group " + group + ".");
        }
        return moved.size() == targets.size() ? ExitCode.OK : ExitCode.FAILED;
    }
}
