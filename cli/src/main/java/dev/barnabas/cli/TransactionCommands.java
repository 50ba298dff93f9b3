package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.client.Transactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas txn}. */
@Command(
        name = "txn",
        description = "List, describe and abort transactions, and find those that hang.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class TransactionCommands {

    private final Streams streams;

    TransactionCommands(Streams streams) {
        this.streams = streams;
    }

    @Command(
            name = "list",
            description = "List the transactional ids that the cluster knows.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin ClusterOptions cluster,
            @Option(
                            names = "--state",
                            split = ",",
                            paramLabel = "STATE",
                            description = "Only those that are, for example, Ongoing or CompleteCommit.")
                    @Nullable
                    Set<String> states,
            @Option(
                            names = "--longer-than",
                            paramLabel = "TIME",
                            description = "Only transactions that are open for longer, such as 30s or 5m.")
                    @Nullable
                    String longerThan,
            @Option(
                            names = "--pattern",
                            paramLabel = "REGEX",
                            description = "Only transactional ids that match it as a whole.")
                    @Nullable
                    String pattern,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        Transactions.Filter filter = new Transactions.Filter(
                states == null ? Set.of() : states,
                Set.of(),
                longerThan == null ? -1 : Times.duration(longerThan).toMillis(),
                pattern);
        try (Session session = cluster.open()) {
            Transactions.Listings found = session.get(() -> session.admin().listTransactions(filter));
            if (json) {
                Json.print(
                        found.transactions().stream()
                                .map(each -> ordered(
                                        "transactionalId",
                                        each.transactionalId(),
                                        "coordinator",
                                        each.coordinator(),
                                        "producerId",
                                        each.producerId(),
                                        "state",
                                        each.state()))
                                .toList(),
                        streams.raw());
            } else if (found.transactions().isEmpty()) {
                streams.out().println("There are no such transactional ids.");
            } else {
                Table table = new Table("TRANSACTIONAL ID", "COORDINATOR", "PRODUCER ID", "STATE");
                found.transactions()
                        .forEach(each ->
                                table.row(each.transactionalId(), each.coordinator(), each.producerId(), each.state()));
                table.print(streams.out());
            }
            found.failed()
                    .forEach((broker, error) -> streams.err()
                            .println("barnabas: broker " + broker + " could not be asked: " + Errors.describe(error)));
            return found.failed().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "describe",
            description = "Show what transactional ids have under way.",
            mixinStandardHelpOptions = true)
    int describe(
            @Mixin ClusterOptions cluster,
            @Parameters(paramLabel = "ID", arity = "1..*", description = "Transactional ids.") List<String> ids,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        try (Session session = cluster.open()) {
            Map<String, Transactions.Description> found = Session.succeeded(
                    session.get(() -> session.admin().describeTransactions(ids)), "transactional id", streams);
            if (json) {
                Json.print(
                        found.values().stream()
                                .map(TransactionCommands::document)
                                .toList(),
                        streams.raw());
            } else {
                found.values().forEach(this::print);
            }
            return found.size() == ids.size() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static Map<String, @Nullable Object> document(Transactions.Description each) {
        return ordered(
                "transactionalId",
                each.transactionalId(),
                "coordinator",
                each.coordinator(),
                "state",
                each.state(),
                "producerId",
                each.producerId(),
                "producerEpoch",
                (int) each.producerEpoch(),
                "timeoutMs",
                each.timeoutMs(),
                "started",
                started(each.startedMs()),
                "partitions",
                each.partitions().stream()
                        .sorted()
                        .map(TopicPartition::toString)
                        .toList());
    }

    private void print(Transactions.Description each) {
        streams.out()
                .println(each.transactionalId() + "  " + each.state() + ", producer " + each.producerId() + " epoch "
                        + each.producerEpoch() + ", timeout " + each.timeoutMs() + " ms, coordinator "
                        + each.coordinator());
        if (each.startedMs().isPresent()) {
            streams.out()
                    .println("Open since " + started(each.startedMs()) + " in "
                            + each.partitions().stream()
                                    .sorted()
                                    .map(TopicPartition::toString)
                                    .collect(Collectors.joining(", ")));
        }
    }

    private static @Nullable String started(OptionalLong ms) {
        return ms.isPresent() ? Instant.ofEpochMilli(ms.getAsLong()).toString() : null;
    }

    @Command(
            name = "abort",
            description = {
                "Abort a transaction: that of a transactional id, whose producers can write no more until they begin"
                        + " anew; or one that hangs in a partition and that its coordinator has forgotten."
            },
            mixinStandardHelpOptions = true)
    int abort(
            @Mixin ClusterOptions cluster,
            @Option(names = "--id", paramLabel = "ID", description = "A transactional id.") @Nullable String id,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "The topic that a transaction hangs in.")
                    @Nullable
                    String topic,
            @Option(names = "--partition", paramLabel = "NUMBER", description = "Its partition.") @Nullable
                    Integer partition,
            @Option(
                            names = "--start-offset",
                            paramLabel = "OFFSET",
                            description = "Where the transaction begins, as find-hanging shows it.")
                    @Nullable
                    Long startOffset) {
        if (id != null && topic == null && partition == null && startOffset == null) {
            return fence(cluster, id);
        }
        if (id != null || topic == null || partition == null || startOffset == null) {
            throw Failure.usage("name either --id, or --topic, --partition and --start-offset");
        }
        TopicPartition where = new TopicPartition(topic, partition);
        try (Session session = cluster.open()) {
            Transactions.ActiveProducer producer = beginningAt(session, where, startOffset);
            Transactions.Abort abort = new Transactions.Abort(
                    where, producer.producerId(), producer.producerEpoch(), producer.coordinatorEpoch());
            session.get(() -> session.admin().abortTransaction(abort));
            streams.out()
                    .println("Aborted the transaction of producer " + producer.producerId() + " in " + where
                            + " from offset " + startOffset);
            return ExitCode.OK;
        }
    }

    private int fence(ClusterOptions cluster, String id) {
        try (Session session = cluster.open()) {
            Map<String, Transactions.Fenced> fenced = Session.succeeded(
                    session.get(() -> session.admin().fenceProducers(List.of(id))), "transactional id", streams);
            fenced.keySet().forEach(name -> streams.out().println("Fenced the producers of " + name));
            return fenced.isEmpty() ? ExitCode.FAILED : ExitCode.OK;
        }
    }

    private static Transactions.ActiveProducer beginningAt(Session session, TopicPartition where, long startOffset) {
        List<Transactions.ActiveProducer> producers = Session.required(
                where.toString(),
                session.get(() -> session.admin().describeProducers(List.of(where))).values().stream()
                        .findFirst()
                        .orElseThrow());
        return producers.stream()
                .filter(each -> each.transactionStart().isPresent()
                        && each.transactionStart().getAsLong() == startOffset)
                .findFirst()
                .orElseThrow(() -> Failure.failed("no transaction is open in " + where + " that begins at offset "
                        + startOffset + "\n  ./barnabas txn find-hanging shows those that hang."));
    }

    /** An open transaction in a partition. */
    record Open(TopicPartition partition, Transactions.ActiveProducer producer) {}

    @Command(
            name = "find-hanging",
            description = {
                "Find transactions that nobody will end: records of them are older than any transaction may be, and no"
                        + " coordinator knows of them. Readers of committed records wait behind them."
            },
            mixinStandardHelpOptions = true)
    int findHanging(
            @Mixin ClusterOptions cluster,
            @Option(names = "--topic", paramLabel = "TOPIC", description = "Only in this topic.") @Nullable
                    String topic,
            @Option(
                            names = "--older-than",
                            paramLabel = "TIME",
                            defaultValue = "20m",
                            description =
                                    "transaction.max.timeout.ms of the brokers and some minutes; ${DEFAULT-VALUE} if"
                                            + " it is left out.")
                    String olderThan,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        Duration age = Times.duration(olderThan);
        try (Session session = cluster.open()) {
            List<Open> hanging = hanging(session, topic, age);
            if (json) {
                Json.print(hanging.stream().map(TransactionCommands::document).toList(), streams.raw());
            } else if (hanging.isEmpty()) {
                streams.out().println("No transaction hangs.");
            } else {
                Table table = new Table("TOPIC", "PARTITION", "START OFFSET", "PRODUCER ID", "EPOCH", "LAST RECORD");
                hanging.forEach(each -> table.row(
                        each.partition().topic(),
                        each.partition().partition(),
                        each.producer().transactionStart().orElse(-1),
                        each.producer().producerId(),
                        each.producer().producerEpoch(),
                        Instant.ofEpochMilli(each.producer().lastTimestampMs())));
                table.print(streams.out());
                streams.out()
                        .println("./barnabas txn abort --topic TOPIC --partition NUMBER --start-offset OFFSET ends"
                                + " one.");
            }
            return ExitCode.OK;
        }
    }

    private static Map<String, @Nullable Object> document(Open each) {
        return ordered(
                "topic",
                each.partition().topic(),
                "partition",
                each.partition().partition(),
                "startOffset",
                each.producer().transactionStart().orElse(-1),
                "producerId",
                each.producer().producerId(),
                "producerEpoch",
                (int) each.producer().producerEpoch(),
                "lastRecord",
                Instant.ofEpochMilli(each.producer().lastTimestampMs()).toString());
    }

    /** Old open transactions of which no coordinator says that they are open there (as KIP-664 has it). */
    private static List<Open> hanging(Session session, @Nullable String topic, Duration age) {
        Set<TopicPartition> partitions = new TreeSet<>();
        for (ClusterView.Topic each : session.get(() -> session.admin().listTopics())) {
            if (topic == null || each.name().equals(topic)) {
                for (int index = 0; index < each.partitions().size(); index++) {
                    partitions.add(new TopicPartition(each.name(), index));
                }
            }
        }
        if (partitions.isEmpty()) {
            throw Failure.failed(topic == null ? "there are no topics" : "there is no topic " + topic);
        }
        long before = Instant.now().minus(age).toEpochMilli();
        List<Open> old = new ArrayList<>();
        session.get(() -> session.admin().describeProducers(partitions)).forEach((partition, result) -> {
            for (Transactions.ActiveProducer producer : Session.required(partition.toString(), result)) {
                if (producer.transactionStart().isPresent() && producer.lastTimestampMs() < before) {
                    old.add(new Open(partition, producer));
                }
            }
        });
        if (old.isEmpty()) {
            return old;
        }
        return withoutKnown(session, old);
    }

    private static List<Open> withoutKnown(Session session, List<Open> old) {
        Set<Long> producerIds =
                old.stream().map(each -> each.producer().producerId()).collect(Collectors.toSet());
        Transactions.Listings listings = session.get(
                () -> session.admin().listTransactions(new Transactions.Filter(Set.of(), producerIds, -1, null)));
        listings.failed().forEach((broker, error) -> {
            throw Failure.failed("broker " + broker + " could not be asked which transactions it coordinates: "
                    + Errors.describe(error));
        });
        List<String> ids = listings.transactions().stream()
                .map(Transactions.Listing::transactionalId)
                .toList();
        record Known(long producerId, TopicPartition partition) {}
        Set<Known> known = session.get(() -> session.admin().describeTransactions(ids)).values().stream()
                .flatMap(result -> result instanceof Result.Success<Transactions.Description>(var description)
                        ? description.partitions().stream()
                                .map(partition -> new Known(description.producerId(), partition))
                        : Stream.<Known>empty())
                .collect(Collectors.toSet());
        return old.stream()
                .filter(each -> !known.contains(new Known(each.producer().producerId(), each.partition())))
                .toList();
    }
}
