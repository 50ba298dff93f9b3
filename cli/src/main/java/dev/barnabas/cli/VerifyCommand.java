package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.log.LogDamage;
import dev.barnabas.log.SegmentVerification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas log verify}: checks everything that is stored, without the node. */
@Command(
        name = "verify",
        description = "Check all that is stored: that batches are complete and follow on each other, their checksums,"
                + " and their records. Nothing is changed.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The node may be running; what is appended meanwhile is checked as far as it is there. After a crash, let"
                    + " the node start first: it removes what was being written.",
            "Exit code 1: something is damaged, or could not be read."
        })
final class VerifyCommand implements Callable<Integer> {

    private static final Pattern FOLDER = Pattern.compile("([a-zA-Z0-9._-]+)-(\\d{1,9})-[A-Za-z0-9_-]{22}");
    private static final Pattern SEGMENT = Pattern.compile("0\\d{19}\\.log");

    /** What a folder has of the name of a topic. */
    private static final int MAX_NAME_IN_FOLDER = 200;

    private static final String METADATA = "metadata";

    private static final int STEP_BYTES = 16 << 20;
    private static final long REMARK_BYTES = 256 << 20;
    private static final int MAX_SHOWN = 1_000;

    /** How often a file is looked at again that has changed while it was read. */
    private static final int MAX_ATTEMPTS = 5;

    @Parameters(
            paramLabel = "TOPIC[-PARTITION]",
            arity = "0..*",
            description = "What to check, such as orders or orders-3. Default: everything.")
    private List<String> wanted = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "A directory with data of a node (log.dirs). May be repeated. Default: barnabas-data beside the"
                            + " launcher.")
    private List<Path> directories = new ArrayList<>();

    @Option(names = "--json", description = "A JSON document.")
    private boolean json;

    private final Streams streams;

    private final List<Found> found = new ArrayList<>();
    private long damages;
    private long batches;
    private long records;
    private long bytes;
    private long remarkedBytes;

    /** A partition's folder. */
    private record Folder(Path directory, String name, String topic, int partition) {

        boolean isMeantBy(String wanted) {
            return topic.equals(cut(wanted)) || wanted.equals(topic + "-" + partition);
        }

        private static String cut(String topic) {
            return topic.length() > MAX_NAME_IN_FOLDER ? topic.substring(0, MAX_NAME_IN_FOLDER) : topic;
        }
    }

    private record Segment(Folder folder, Path path, long baseOffset) {
        String name() {
            return folder.directory
                    .resolve(folder.name)
                    .resolve(path.getFileName())
                    .toString();
        }
    }

    private record Found(Folder folder, LogDamage damage) {}

    /** What tells a file from another one of the same name, and from itself at another time. */
    private record Identity(@Nullable Object key, long size) {
        static Identity of(Path path) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Identity(attributes.fileKey(), attributes.size());
        }
    }

    VerifyCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        List<Path> where = directories.isEmpty() ? List.of(atHome()) : directories;
        List<Folder> folders = folders(where);
        List<List<Segment>> logs = new ArrayList<>();
        long total = 0;
        for (Folder folder : folders) {
            List<Segment> segments = segments(folder);
            for (Segment segment : segments) {
                total += size(segment);
            }
            logs.add(segments);
        }
        for (List<Segment> segments : logs) {
            for (int i = 0; i < segments.size(); i++) {
                Optional<Segment> next = i + 1 < segments.size() ? Optional.of(segments.get(i + 1)) : Optional.empty();
                verify(segments.get(i), next, total);
            }
        }
        report(folders.size());
        return damages == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Where a node has its data to which nobody has said where. */
    private static Path atHome() {
        return Path.of(System.getProperty("barnabas.home", "")).resolve("barnabas-data");
    }

    private List<Folder> folders(List<Path> where) throws IOException {
        List<Folder> all = new ArrayList<>();
        boolean isOfNode = false;
        for (Path directory : where) {
            if (!Files.isDirectory(directory)) {
                throw Failure.failed("there is no directory " + directory + "; name the node's with --data DIR");
            }
            try (Stream<Path> entries = Files.list(directory)) {
                for (Path entry : entries.sorted().toList()) {
                    String name = String.valueOf(entry.getFileName());
                    isOfNode |= name.equals(METADATA);
                    Matcher folder = FOLDER.matcher(name);
                    if (folder.matches() && Files.isDirectory(entry)) {
                        all.add(new Folder(directory, name, folder.group(1), Integer.parseInt(folder.group(2))));
                    }
                }
            }
        }
        if (all.isEmpty() && !isOfNode) {
            throw Failure.failed("there is no partition in " + where.getFirst() + "; name a directory of log.dirs with"
                    + " --data DIR");
        }
        for (String each : wanted) {
            if (all.stream().noneMatch(folder -> folder.isMeantBy(each))) {
                throw Failure.failed("there is no topic or partition " + each + " in " + where.getFirst());
            }
        }
        return wanted.isEmpty()
                ? all
                : all.stream()
                        .filter(folder -> wanted.stream().anyMatch(folder::isMeantBy))
                        .toList();
    }

    private static List<Segment> segments(Folder folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.directory.resolve(folder.name))) {
            return files.filter(file ->
                            SEGMENT.matcher(String.valueOf(file.getFileName())).matches())
                    .sorted()
                    .map(file ->
                            new Segment(folder, file, Long.parseLong(String.valueOf(file.getFileName()), 0, 20, 10)))
                    .toList();
        } catch (NoSuchFileException deleted) {
            return List.of();
        }
    }

    private static long size(Segment segment) throws IOException {
        try {
            return Files.size(segment.path);
        } catch (NoSuchFileException deleted) {
            return 0;
        }
    }

    /** A running node appends to files, deletes them, and puts others in their place: then it is looked at again. */
    private void verify(Segment segment, Optional<Segment> next, long total) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Identity before = Identity.of(segment.path);
                Outcome outcome = read(segment, before, next, total);
                boolean mayBeOfTheNode =
                        !outcome.damages.isEmpty() && !Objects.equals(before, Identity.of(segment.path));
                if (!mayBeOfTheNode || attempt == MAX_ATTEMPTS) {
                    count(segment, outcome);
                    return;
                }
            } catch (NoSuchFileException deleted) {
                return;
            }
        }
    }

    private record Outcome(List<LogDamage> damages, long count, long batches, long records, long bytes) {}

    private Outcome read(Segment segment, Identity identity, Optional<Segment> next, long total) throws IOException {
        SegmentFile file = SegmentFile.open(segment.path, segment.name());
        List<LogDamage> shown = new ArrayList<>();
        long count = 0;
        int size = (int) Math.min(identity.size, Integer.MAX_VALUE);
        try (SegmentVerification verification = new SegmentVerification(file, segment.baseOffset, size)) {
            boolean more = true;
            while (more) {
                more = run(verification, segment, size, shown);
                for (LogDamage damage : verification.takeDamages()) {
                    count++;
                    if (shown.size() < MAX_SHOWN) {
                        shown.add(damage);
                    }
                }
                remark(bytes + verification.position(), total);
            }
            if (shown.isEmpty()
                    && next.isPresent()
                    && verification.nextOffset() > next.get().baseOffset
                    && Files.exists(next.get().path)) {
                shown.add(new LogDamage(
                        segment.name(),
                        size,
                        next.get().baseOffset,
                        "its offsets reach to " + verification.nextOffset() + ", into the next segment",
                        0));
            }
            return new Outcome(
                    shown, Math.max(count, shown.size()), verification.batches(), verification.records(), size);
        } finally {
            file.close();
        }
    }

    private static boolean run(SegmentVerification verification, Segment segment, int size, List<LogDamage> shown) {
        try {
            return verification.run(STEP_BYTES);
        } catch (IOException fault) {
            int at = verification.position();
            shown.add(new LogDamage(
                    segment.name(),
                    at,
                    verification.nextOffset(),
                    "it cannot be read: " + fault.getMessage(),
                    size - at));
            return false;
        }
    }

    private void count(Segment segment, Outcome outcome) {
        batches += outcome.batches;
        records += outcome.records;
        bytes += outcome.bytes;
        damages += outcome.count;
        for (LogDamage damage : outcome.damages) {
            if (found.size() < MAX_SHOWN) {
                found.add(new Found(segment.folder, damage));
            }
        }
    }

    private void remark(long done, long total) {
        if (done - remarkedBytes >= REMARK_BYTES) {
            remarkedBytes = done;
            streams.remark("checked " + (done >> 20) + " of " + (total >> 20) + " MB, " + damages + " damaged");
        }
    }

    private void report(int partitions) {
        if (json) {
            List<Object> documents = new ArrayList<>();
            for (Found each : found) {
                documents.add(ordered(
                        "topic",
                        each.folder.topic,
                        "partition",
                        each.folder.partition,
                        "offset",
                        each.damage.offset(),
                        "file",
                        each.damage.path(),
                        "position",
                        each.damage.position(),
                        "uncheckedBytes",
                        each.damage.uncheckedBytes(),
                        "what",
                        each.damage.what()));
            }
            Json.print(
                    ordered(
                            "partitions",
                            partitions,
                            "batches",
                            batches,
                            "records",
                            records,
                            "bytes",
                            bytes,
                            "damaged",
                            damages,
                            "damages",
                            documents),
                    streams.raw());
            return;
        }
        if (!found.isEmpty()) {
            Table table = new Table("TOPIC", "PARTITION", "OFFSET", "POSITION", "UNCHECKED", "FILE", "WHAT");
            for (Found each : found) {
                table.row(
                        each.folder.topic,
                        each.folder.partition,
                        each.damage.offset(),
                        each.damage.position(),
                        each.damage.uncheckedBytes(),
                        each.damage.path(),
                        each.damage.what());
            }
            table.print(streams.out());
        }
        if (damages > found.size()) {
            streams.out().println("and " + (damages - found.size()) + " more");
        }
        streams.out()
                .println("Checked " + partitions + " partitions, " + batches + " batches, " + records + " records, "
                        + bytes + " bytes: " + (damages == 0 ? "nothing is damaged" : damages + " damaged"));
        if (damages > 0) {
            streams.out()
                    .println("A running node replaces what is damaged by itself where another replica in sync has it;"
                            + " for the rest see docs/disks.md.");
        }
    }
}
