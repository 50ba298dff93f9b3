package dev.barnabas.cli;

import dev.barnabas.client.ClientError;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Consumer;
import dev.barnabas.client.ConsumerSettings;
import dev.barnabas.client.Done;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.FetchedRecords;
import dev.barnabas.client.OffsetReset;
import dev.barnabas.client.Offsets;
import dev.barnabas.client.RebalanceListener;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.Record;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code barnabas consume}. The main thread polls and prints; what has been printed, and nothing else, is committed:
 * now and then, when partitions go to somebody else, and at the end.
 */
@Command(
        name = "consume",
        description = "Print the records of topics as they come.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Without --group it reads all partitions, from now on unless told otherwise, and commits nothing. With"
                + " --group it shares the partitions with the other members and goes on where the group has stopped.",
            "Ctrl-C ends it; a member of a group commits and leaves.",
            "",
            "Examples:",
            "  barnabas consume logs                              what comes from now on",
            "  barnabas consume logs --from-beginning --until-end all there is",
            "  barnabas consume logs --group viewers              in several terminals: each gets a share",
            "  barnabas consume logs --since 1h --json            the last hour, for programs",
            "",
            "Exit codes: 0 ended, 1 failed, 2 wrong command line, 69 no broker answers, 130 ended by Ctrl-C."
        })
final class ConsumeCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(2);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Streams streams;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "What to read.")
    private List<String> topics = new ArrayList<>();

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = {"-g", "--group"},
            paramLabel = "G",
            description = "Read as a member of this group.")
    private @Nullable String group;

    @Option(
            names = "--from-beginning",
            description =
                    "Start at the first record there is; with --group only where the group has committed nothing.")
    private boolean fromBeginning;

    @Option(names = "--offset", paramLabel = "N", description = "Start at this offset; -N: N before the end.")
    private @Nullable Long offset;

    @Option(names = "--partition", paramLabel = "P", description = "Read this partition only. May be repeated.")
    private List<Integer> partitions = new ArrayList<>();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Start at the first record that is not older: 1h, 30m, 2d ago, or 2026-05-01T12:00.")
    private @Nullable String since;

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            description = "End after so many records.")
    private long max = Long.MAX_VALUE;

    @Option(names = "--until-end", description = "End when all there is has been read.")
    private boolean untilEnd;

    @Option(
            names = "--json",
            description = "A JSON object for each record: topic, partition, offset, timestamp, key, value, headers.")
    private boolean json;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "Print the key too, and this between key and value; \\t is a tab.")
    private @Nullable String keySeparator;

    private volatile boolean stopped;

    /** Behind what has been printed. Written by the main thread, read by the loop while the main thread polls. */
    private final Map<TopicPartition, Offsets.Committed> printed = new ConcurrentHashMap<>();

    private volatile boolean assigned;

    /** Why the output could not be written any more. Of the main thread. */
    private @Nullable IOException unwritable;

    ConsumeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        checkOptions();
        try (Session session = cluster.open()) {
            OnStop hook = OnStop.signal(() -> stopped = true);
            try {
                Map<String, ClusterView.Topic> found = awaitTopics(session);
                if (!stopped && max > 0) {
                    consume(session, found);
                }
                IOException fault = unwritable;
                return fault == null ? ExitCode.OK : Errors.output(streams, fault);
            } finally {
                hook.finished();
            }
        }
    }

    private void checkOptions() {
        int starts = (fromBeginning ? 1 : 0) + (offset == null ? 0 : 1) + (since == null ? 0 : 1);
        if (starts > 1) {
            throw Failure.usage("--from-beginning, --offset and --since exclude each other");
        }
        if (group != null && (offset != null || since != null || !partitions.isEmpty())) {
            throw Failure.usage(
                    "--offset, --since and --partition do not go with --group: its partitions are shared out"
                            + " and it goes on where it has stopped.\n  To move a group: barnabas group reset-offsets "
                            + group
                            + " --help");
        }
        if (json && keySeparator != null) {
            throw Failure.usage("--json and --key-separator exclude each other: in JSON the key has its own field");
        }
        if (max < 0) {
            throw Failure.usage("--max must not be negative");
        }
        if (since != null) {
            Times.timestampMs(since, Instant.now());
        }
    }

    /** The topics; waits for those that do not exist yet, unless only what is there now was asked for. */
    private Map<String, ClusterView.Topic> awaitTopics(Session session) {
        Map<String, ClusterView.Topic> found = new TreeMap<>();
        boolean told = false;
        while (!stopped) {
            Map<String, Result<ClusterView.Topic>> answers =
                    session.get(() -> session.admin().describeTopics(topics));
            List<String> missing = new ArrayList<>();
            answers.forEach((name, answer) -> {
                if (!untilEnd
                        && answer
                                instanceof Result.Failure<ClusterView.Topic>(ClientError.Refused(ErrorCode code, var _))
                        && code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
                    missing.add(name);
                } else {
                    found.put(name, Session.required("topic " + name, answer));
                }
            });
            if (missing.isEmpty()) {
                break;
            }
            if (!told) {
                told = true;
                streams.err()
                        .println("barnabas: waiting for topic " + String.join(", ", missing)
                                + ", which does not exist yet; produce creates it, and so does topic create.");
            }
            pause();
        }
        return found;
    }

    private void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }

    private void consume(Session session, Map<String, ClusterView.Topic> found) {
        Consumer consumer = session.get(() -> Eventual.of(new Consumer(session.cluster(), settings())));
        try {
            Map<TopicPartition, Long> ends = new HashMap<>();
            if (group == null) {
                ends.putAll(assign(session, consumer, found));
            } else {
                session.blocking().run(() -> consumer.subscribe(topics, new CommitWhenRevoked(consumer)));
            }
            poll(session, consumer, ends);
            if (group != null && !printed.isEmpty()) {
                Session.succeeded(session.get(() -> consumer.commit(Map.copyOf(printed))), "commit of", streams);
            }
        } finally {
            session.get(() -> consumer.close(CLOSE));
        }
    }

    private ConsumerSettings settings() {
        OffsetReset reset = fromBeginning ? OffsetReset.earliest() : OffsetReset.latest();
        ConsumerSettings some = group == null ? ConsumerSettings.alone() : ConsumerSettings.group(group);
        return new ConsumerSettings(some.group(), reset, null, some.isolation(), some.fetch(), false);
    }

    /** Assigns the partitions and goes to where they start; returns where they end now. */
    private Map<TopicPartition, Long> assign(Session session, Consumer consumer, Map<String, ClusterView.Topic> found) {
        Map<TopicPartition, Offsets.Spec> latest = new TreeMap<>();
        found.values()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (partitions.isEmpty() || partitions.contains(partition.index())) {
                        latest.put(new TopicPartition(topic.name(), partition.index()), new Offsets.Spec.Latest());
                    }
                }));
        for (int wanted : partitions) {
            if (latest.keySet().stream().noneMatch(each -> each.partition() == wanted)) {
                throw Failure.failed("there is no partition " + wanted + "; barnabas topic describe "
                        + String.join(" ", topics) + " shows them");
            }
        }
        Map<TopicPartition, Long> ends = offsets(session, latest);
        Map<TopicPartition, Long> starts = starts(session, latest.keySet(), ends);
        session.blocking().run(() -> {
            consumer.assign(starts.keySet());
            starts.forEach(consumer::seek);
        });
        return ends;
    }

    private Map<TopicPartition, Long> starts(Session session, Set<TopicPartition> all, Map<TopicPartition, Long> ends) {
        if (!fromBeginning && since == null && offset == null) {
            return ends;
        }
        Map<TopicPartition, Offsets.Spec> specs = new TreeMap<>();
        Offsets.Spec spec = since == null
                ? new Offsets.Spec.Earliest()
                : new Offsets.Spec.AtTime(Times.timestampMs(since, Instant.now()));
        all.forEach(partition -> specs.put(partition, spec));
        Map<TopicPartition, Long> found = offsets(session, specs);
        Map<TopicPartition, Long> starts = new TreeMap<>();
        found.forEach((partition, first) -> {
            long end = ends.getOrDefault(partition, 0L);
            if (offset == null) {
                starts.put(partition, first < 0 ? end : first);
            } else {
                starts.put(partition, offset < 0 ? Math.max(first, end + offset) : Math.max(first, offset));
            }
        });
        return starts;
    }

    private static Map<TopicPartition, Long> offsets(Session session, Map<TopicPartition, Offsets.Spec> specs) {
        Map<TopicPartition, Long> offsets = new TreeMap<>();
        session.get(() -> session.admin().listOffsets(specs))
                .forEach((partition, found) ->
                        offsets.put(partition, found.orThrow().offset()));
        return offsets;
    }

    private void poll(Session session, Consumer consumer, Map<TopicPartition, Long> ends) {
        RecordPrinter printer = new RecordPrinter(streams.raw(), json, keySeparator);
        long left = max;
        long lastCommit = System.nanoTime();
        try {
            while (!stopped && left > 0) {
                List<FetchedRecords> polled =
                        session.get(() -> consumer.poll(POLL)).partitions();
                Map<TopicPartition, Offsets.Committed> written = new HashMap<>();
                for (FetchedRecords records : polled) {
                    left -= print(printer, records, left, written);
                }
                printer.flush();
                printed.putAll(written);
                if (group != null && System.nanoTime() - lastCommit > COMMIT_INTERVAL.toNanos() && !printed.isEmpty()) {
                    lastCommit = System.nanoTime();
                    Map<TopicPartition, Offsets.Committed> now = Map.copyOf(printed);
                    session.get(() -> consumer.commit(now));
                }
                if (untilEnd && atEnd(session, consumer, ends, polled.isEmpty())) {
                    return;
                }
            }
        } catch (IOException e) {
            // What was not written is not committed.
            unwritable = e;
        }
    }

    private static long print(
            RecordPrinter printer, FetchedRecords records, long atMost, Map<TopicPartition, Offsets.Committed> behind)
            throws IOException {
        long count = 0;
        TopicPartition partition = records.partition();
        for (Record record : records) {
            if (count == atMost) {
                return count;
            }
            printer.print(partition, record);
            behind.put(partition, Offsets.Committed.at(record.offset() + 1));
            count++;
        }
        behind.put(partition, Offsets.Committed.at(records.nextOffset()));
        return count;
    }

    private boolean atEnd(Session session, Consumer consumer, Map<TopicPartition, Long> ends, boolean nothingCame) {
        return session.get(() -> Eventual.of(
                group == null
                        ? ends.entrySet().stream()
                                .allMatch(end -> consumer.position(end.getKey()).orElse(-1) >= end.getValue())
                        : assigned
                                && nothingCame
                                && consumer.assignment().stream()
                                        .allMatch(each -> consumer.lag(each).orElse(-1) == 0)));
    }

    /** What goes to another member is committed before, so that it starts behind what was printed here. */
    private final class CommitWhenRevoked implements RebalanceListener {

        private final Consumer consumer;

        CommitWhenRevoked(Consumer consumer) {
            this.consumer = consumer;
        }

        @Override
        public Eventual<Done> assigned(Set<TopicPartition> gained) {
            assigned = true;
            streams.remark("Partitions of this member: "
                    + (gained.isEmpty() ? "none; there are more members than partitions" : gained));
            return Eventual.done();
        }

        @Override
        public Eventual<Done> revoked(Set<TopicPartition> gone) {
            Map<TopicPartition, Offsets.Committed> theirs = new HashMap<>(printed);
            theirs.keySet().retainAll(gone);
            printed.keySet().removeAll(gone);
            return theirs.isEmpty() ? Eventual.done() : consumer.commit(theirs).map(results -> Done.DONE);
        }

        @Override
        public Eventual<Done> lost(Set<TopicPartition> gone) {
            printed.keySet().removeAll(gone);
            return Eventual.done();
        }
    }
}
