package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Measures what coordinators do: transactions, and groups that form and change. Apache Kafka, Barnabas acknowledging
 * after write (as Kafka does), and Barnabas acknowledging after sync (its default), in turn, a fresh broker for each
 * run and case.
 *
 * <p>Arguments: {@code runs=5} {@code megabytes=200} {@code transactions=200} {@code consumers=10} {@code changes=3}
 * {@code members=1000} {@code only=transactions,classic,consumer,members,share}
 * {@code subjects=kafka,barnabas-after-write,barnabas-after-sync} {@code port=39192} {@code minutes=180} (then it gives
 * up) {@code --json} (instead of the table) {@code --small} ({@code runs=1 megabytes=20 transactions=30 changes=1
 * members=100}).
 */
public final class CoordinationSideBySide {

    private static final int PARTITIONS = 6;
    private static final int GROUP_PARTITIONS = 100;
    private static final int RECORD_BYTES = 1_000;
    private static final int SHARED_RECORD_BYTES = 100;
    private static final int TRANSACTION_MS = 100;
    private static final int RECORDS_EACH = 100;
    /** By then a group is settled with every broker, and the next heartbeat of a member may be due at any time. */
    private static final long SETTLED_MS = 12_000;

    private static final long HEARTBEAT_MS = 5_000;
    private static final long MEMBERS_WINDOW_MS = 30_000;

    private final Tools tools;
    private final Arguments arguments;
    private final boolean small;
    private final int port;
    private final Set<String> only;
    private final Random random = new Random(1);
    private final Measured measured = new Measured();

    private CoordinationSideBySide(Tools tools, Arguments arguments) {
        this.tools = tools;
        this.arguments = arguments;
        this.small = arguments.has("--small");
        this.port = arguments.number("port", 39_192);
        this.only = arguments.set("only", "transactions,classic,consumer,members,share");
    }

    public static void main(String[] given) throws IOException, InterruptedException {
        Arguments arguments = new Arguments(List.of(given));
        Path target = Path.of(arguments.text("target", "benchmarks/target"));
        String java = ProcessHandle.current().info().command().orElse("java");
        Path launcher = Path.of(arguments.text("launcher", "barnabas")).toAbsolutePath();
        Set<String> wanted = arguments.set("subjects", "kafka,barnabas-after-write,barnabas-after-sync");
        List<Subject> subjects = List.<Subject>of(
                        new KafkaSubject(java, target.resolve("kafka-server").toAbsolutePath()),
                        new BarnabasSubject(launcher, "after-write"),
                        new BarnabasSubject(launcher, "after-sync"))
                .stream()
                .filter(subject -> wanted.contains(subject.name()))
                .toList();
        // Whatever way this ends, what it has started is gone then.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly)));
        giveUpAfter(Duration.ofMinutes(arguments.number("minutes", 180)));
        CoordinationSideBySide runs = new CoordinationSideBySide(
                new Tools(
                        java,
                        target.resolve("kafka-tools").toAbsolutePath(),
                        target.resolve("classes").toAbsolutePath()),
                arguments);
        int count = arguments.number("runs", runs.small ? 1 : 5);
        for (int run = 1; run <= count; run++) {
            for (Case what : Case.values()) {
                if (runs.only.contains(what.name)) {
                    for (Subject subject : subjects) {
                        System.err.printf("run %d of %d: %s, %s%n", run, count, what.name, subject.name());
                        runs.measure(what, subject);
                    }
                }
            }
        }
        System.out.print(
                arguments.has("--json")
                        ? runs.measured.json()
                        : runs.measured.table(
                                subjects.stream().map(Subject::name).toList()));
    }

    private enum Case {
        TRANSACTIONS("transactions"),
        CLASSIC("classic"),
        CONSUMER("consumer"),
        MEMBERS("members"),
        SHARE("share");

        private final String name;

        Case(String name) {
            this.name = name;
        }
    }

    private void measure(Case what, Subject subject) throws IOException, InterruptedException {
        try (Broker broker = Broker.start(subject, port)) {
            broker.awaitReady();
            switch (what) {
                case TRANSACTIONS -> transactions(subject, broker);
                case CLASSIC, CONSUMER -> group(subject, broker, what.name);
                case MEMBERS -> members(subject, broker);
                case SHARE -> share(subject, broker);
            }
        }
    }

    private void transactions(Subject subject, Broker broker) throws IOException, InterruptedException {
        long bytes = arguments.number("megabytes", small ? 20 : 200) * 1_000_000L;
        RawDriver driver = new RawDriver(broker.address());
        driver.createTopic("warming", PARTITIONS);
        // What a broker does in its first seconds is not what it does when it is warm.
        tools.transactionalProduce(broker.address(), "warming", bytes / RECORD_BYTES, RECORD_BYTES, TRANSACTION_MS);
        driver.createTopic("transactions", PARTITIONS);
        double before = broker.processorSeconds();
        double perSecond = tools.transactionalProduce(
                broker.address(), "transactions", bytes / RECORD_BYTES, RECORD_BYTES, TRANSACTION_MS);
        double used = broker.processorSeconds() - before;
        String row = "transactions of " + TRANSACTION_MS + " ms, 1 KB, " + PARTITIONS + " partitions: ";
        add(row + "MB/s", subject, perSecond * RECORD_BYTES / 1e6);
        add(row + "broker processor s per GB", subject, used / (bytes / 1e9));
        int transactions = arguments.number("transactions", small ? 30 : 200);
        driver.createTopic("committed", 1);
        tools.committedRecords(broker.address(), "committed", transactions, 1, 0, RECORD_BYTES);
        Tools.Committed one =
                tools.committedRecords(broker.address(), "committed", 5 * transactions, 1, 0, RECORD_BYTES);
        row = "transactions of one record, from send to the reader of committed records, ";
        add(row + "p50 ms", subject, one.fromSend50());
        add(row + "p99 ms", subject, one.fromSend99());
        Tools.Committed many = tools.committedRecords(
                broker.address(), "committed", transactions, RECORDS_EACH, TRANSACTION_MS, RECORD_BYTES);
        row = "transactions of " + RECORDS_EACH + " records in " + TRANSACTION_MS + " ms, ";
        add(row + "from commitTransaction to the reader having all, p50 ms", subject, many.fromCommit50());
        add(row + "from commitTransaction to the reader having all, p99 ms", subject, many.fromCommit99());
        add(row + "from send to the reader, p50 ms", subject, many.fromSend50());
    }

    private void group(Subject subject, Broker broker, String protocol) throws IOException, InterruptedException {
        int consumers = arguments.number("consumers", 10);
        RawDriver driver = new RawDriver(broker.address());
        driver.createTopic("warming", 1);
        // Until the group's topic is there, and the classes of broker and client are loaded.
        try (Conversation one = tools.groupFormation(broker.address(), "warming", 1, protocol, "warming")) {
            one.ask("join 1");
        }
        driver.createTopic("group", GROUP_PARTITIONS);
        try (Conversation group =
                tools.groupFormation(broker.address(), "group", GROUP_PARTITIONS, protocol, "group")) {
            String row = protocol + " group, " + GROUP_PARTITIONS + " partitions: ";
            add(row + consumers + " consumers form it, s", subject, seconds(group.ask("join " + consumers)));
            for (int change = 0; change < arguments.number("changes", small ? 1 : 3); change++) {
                Thread.sleep(SETTLED_MS + random.nextLong(HEARTBEAT_MS));
                add(row + "one more joins, s", subject, seconds(group.ask("join 1")));
                Thread.sleep(SETTLED_MS + random.nextLong(HEARTBEAT_MS));
                add(row + "one leaves, s", subject, seconds(group.ask("leave")));
            }
        }
    }

    private void members(Subject subject, Broker broker) throws IOException, InterruptedException {
        int count = arguments.number("members", small ? 100 : 1_000);
        RawDriver driver = new RawDriver(broker.address());
        driver.createTopic("warming", 10);
        try (ManyMembers members = new ManyMembers(broker.address(), "warming", "warming", 10)) {
            members.findCoordinator();
            members.join();
            members.awaitSettled();
        }
        driver.createTopic("members", count);
        try (ManyMembers members = new ManyMembers(broker.address(), "members", "members", count)) {
            double before = broker.processorSeconds();
            long begin = System.nanoTime();
            members.join();
            members.awaitSettled();
            double seconds = (System.nanoTime() - begin) / 1e9;
            double used = broker.processorSeconds() - before;
            String row = count + " members join a consumer group, " + count + " partitions: ";
            add(row + "until each has its partition, s", subject, seconds);
            add(row + "broker processor s until then", subject, used);
            add(row + "heartbeats until then", subject, (double) members.heartbeats());
            Thread.sleep(Math.max(0, MEMBERS_WINDOW_MS - (long) (seconds * 1e3)));
            add(
                    row + "broker processor s in the first " + MEMBERS_WINDOW_MS / 1_000 + " s",
                    subject,
                    broker.processorSeconds() - before);
        }
    }

    private void share(Subject subject, Broker broker) throws IOException, InterruptedException {
        int consumers = arguments.number("consumers", 10);
        long records = arguments.number("megabytes", small ? 20 : 200) * 1_000_000L / SHARED_RECORD_BYTES / 4;
        RawDriver driver = new RawDriver(broker.address());
        for (String topic : List.of("warming", "share")) {
            driver.createTopic(topic, 1);
            tools.produce(broker.address(), topic, records, SHARED_RECORD_BYTES, List.of());
        }
        tools.shareConsumption(broker.address(), "warming", "warming", consumers, records / 2);
        double before = broker.processorSeconds();
        double perSecond = tools.shareConsumption(broker.address(), "share", "share", consumers, records / 10 * 9);
        double used = broker.processorSeconds() - before;
        String row = "share group of " + consumers + " consumers, 1 partition, 100 B: ";
        add(row + "acknowledged records/s", subject, perSecond);
        add(row + "broker processor s per million records", subject, used / (records / 10 * 9) * 1e6);
    }

    private static double seconds(String milliseconds) {
        return Double.parseDouble(milliseconds) / 1e3;
    }

    private void add(String row, Subject subject, double value) {
        measured.add(row, subject.name(), value);
    }

    private static void giveUpAfter(Duration time) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(time);
            } catch (InterruptedException e) {
                return;
            }
            System.err.println("gave up after " + time.toMinutes() + " minutes");
            System.exit(1);
        });
    }
}
