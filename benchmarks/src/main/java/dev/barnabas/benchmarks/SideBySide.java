package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Measures Apache Kafka, Barnabas acknowledging after write (as Kafka does), and Barnabas acknowledging after sync (its
 * default), in turn, a fresh broker for each run.
 *
 * <p>Arguments: {@code runs=5} {@code megabytes=500} {@code only=start,cold,produce,consume,latency,raw}
 * {@code subjects=kafka,barnabas-after-write,barnabas-after-sync} {@code port=19192}.
 */
public final class SideBySide {

    private static final List<String> DEFAULTS = List.of();
    private static final List<String> TUNED =
            List.of("--command-property", "batch.size=131072", "--command-property", "linger.ms=10");

    private final Tools tools;
    private final int port;
    private final long megabytes;
    private final Set<String> only;
    private final Measured measured = new Measured();

    private SideBySide(Tools tools, int port, long megabytes, Set<String> only) {
        this.tools = tools;
        this.port = port;
        this.megabytes = megabytes;
        this.only = only;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path target = Path.of(argument(arguments, "target", "benchmarks/target"));
        String java = ProcessHandle.current().info().command().orElse("java");
        Path launcher = Path.of(argument(arguments, "launcher", "barnabas")).toAbsolutePath();
        Path kafka = target.resolve("kafka-server").toAbsolutePath();
        Set<String> wanted = Set.of(argument(arguments, "subjects", "kafka,barnabas-after-write,barnabas-after-sync")
                .split(","));
        List<Subject> subjects = List.<Subject>of(
                        new KafkaSubject(java, kafka),
                        new BarnabasSubject(launcher, "after-write"),
                        new BarnabasSubject(launcher, "after-sync"))
                .stream()
                .filter(subject -> wanted.contains(subject.name()))
                .toList();
        SideBySide runs = new SideBySide(
                new Tools(
                        java,
                        target.resolve("kafka-tools").toAbsolutePath(),
                        target.resolve("classes").toAbsolutePath()),
                Integer.parseInt(argument(arguments, "port", "19192")),
                Long.parseLong(argument(arguments, "megabytes", "500")),
                Set.of(argument(arguments, "only", "start,cold,produce,consume,latency,raw")
                        .split(",")));
        int count = Integer.parseInt(argument(arguments, "runs", "5"));
        for (int run = 1; run <= count; run++) {
            for (Subject subject : subjects) {
                System.err.printf("run %d of %d: %s%n", run, count, subject.name());
                runs.measure(subject);
            }
        }
        System.out.print(
                runs.measured.table(subjects.stream().map(Subject::name).toList()));
    }

    private void measure(Subject subject) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (Broker broker = Broker.start(subject, port)) {
            broker.awaitReady();
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (only.contains("start")) {
                add("fresh start to the first acknowledged record, s", subject, seconds);
                add("start, broker processor s", subject, broker.processorSeconds());
                Thread.sleep(2_000);
                add("resident memory idle, MB", subject, broker.residentMegabytes());
            }
            if (only.contains("cold")) {
                produce(subject, broker, "cold, 1 KB, 6 partitions", 1_000, 6, DEFAULTS);
            }
            // What a broker does in its first seconds is told apart from what it does when it is warm.
            RawDriver driver = new RawDriver(broker.address());
            driver.createTopic("warming", 6);
            driver.produce("warming", 6, 2 * megabytes, 16_384, 1_000);
            driver.fetch("warming", 6, 2 * megabytes * 9 / 10);
            if (only.contains("produce")) {
                produceAll(subject, broker);
            }
            if (only.contains("latency")) {
                latency(subject, broker);
            }
            if (only.contains("raw")) {
                rawAll(subject, broker);
            }
            add("resident memory after load, MB", subject, broker.residentMegabytes());
        }
    }

    private void produceAll(Subject subject, Broker broker) throws IOException, InterruptedException {
        for (int recordBytes : new int[] {1_000, 100}) {
            for (int partitions : new int[] {1, 6, 100}) {
                produce(subject, broker, row(recordBytes, partitions), recordBytes, partitions, DEFAULTS);
            }
        }
        produce(subject, broker, row(1_000, 6) + ", 128 KB batches", 1_000, 6, TUNED);
    }

    private static String row(int recordBytes, int partitions) {
        return (recordBytes == 1_000 ? "1 KB, " : "100 B, ") + partitions + " partition" + (partitions == 1 ? "" : "s");
    }

    private void produce(
            Subject subject, Broker broker, String row, int recordBytes, int partitions, List<String> properties)
            throws IOException, InterruptedException {
        String topic = row.replaceAll("[^A-Za-z0-9]+", "-");
        // Small records take the client long: fewer bytes are enough to see what the broker needs for them.
        long bytes = megabytes * 1_000_000 / (recordBytes < 1_000 ? 3 : 1);
        long records = bytes / recordBytes;
        new RawDriver(broker.address()).createTopic(topic, partitions);
        double before = broker.processorSeconds();
        Tools.Produced produced = tools.produce(broker.address(), topic, records, recordBytes, properties);
        addPerGigabyte("produce " + row, subject, broker.processorSeconds() - before, bytes);
        add("produce " + row + ": MB/s", subject, produced.recordsPerSecond() * recordBytes / 1e6);
        add("produce " + row + ": p99 ms", subject, produced.p99());
        if (only.contains("consume") && properties.isEmpty()) {
            before = broker.processorSeconds();
            double perSecond = tools.consume(broker.address(), topic, records);
            addPerGigabyte("consume " + row, subject, broker.processorSeconds() - before, bytes);
            add("consume " + row + ": MB/s", subject, perSecond * recordBytes / 1e6);
        }
    }

    private void latency(Subject subject, Broker broker) throws IOException, InterruptedException {
        new RawDriver(broker.address()).createTopic("latency", 1);
        // The first run only warms the broker up.
        tools.endToEnd(broker.address(), "latency", 2_000, 1_000);
        Tools.EndToEnd latency = tools.endToEnd(broker.address(), "latency", 10_000, 1_000);
        add("end to end, one record at a time, p50 ms", subject, latency.p50());
        add("end to end, one record at a time, p99 ms", subject, latency.p99());
        add("end to end, one record at a time, p99.9 ms", subject, latency.p999());
    }

    private void rawAll(Subject subject, Broker broker) throws IOException, InterruptedException {
        for (int partitions : new int[] {1, 6, 100}) {
            raw(subject, broker, "16 KB batches of 1 KB, " + partitions, partitions, 16_384, 1_000, megabytes * 2);
        }
        raw(subject, broker, "128 KB batches of 1 KB, 6", 6, 131_072, 1_000, megabytes * 2);
        raw(subject, broker, "16 KB batches of 100 B, 6", 6, 16_384, 100, megabytes);
        raw(subject, broker, "one record of 100 B, 6", 6, 1, 100, megabytes / 25);
    }

    private void raw(
            Subject subject,
            Broker broker,
            String row,
            int partitions,
            int batchBytes,
            int recordBytes,
            long megabytesToSend)
            throws IOException, InterruptedException {
        String topic = "raw-" + row.replaceAll("[^A-Za-z0-9]+", "-");
        String name = "raw, " + row + " partition" + (partitions == 1 ? "" : "s");
        RawDriver driver = new RawDriver(broker.address());
        driver.createTopic(topic, partitions);
        double before = broker.processorSeconds();
        RawDriver.Driven driven = driver.produce(topic, partitions, megabytesToSend, batchBytes, recordBytes);
        double used = broker.processorSeconds() - before;
        if (batchBytes > recordBytes) {
            addPerGigabyte(name + ", produce", subject, used, driven.bytes());
            add(name + ", produce: MB/s", subject, driven.megabytesPerSecond());
        } else {
            add(name + ", produce: broker processor s per million requests", subject, used / driven.requests() * 1e6);
            add(name + ", produce: requests/s", subject, driven.requestsPerSecond());
        }
        add(name + ", produce: p50 ms", subject, driven.p50());
        add(name + ", produce: p99 ms", subject, driven.p99());
        add(name + ", produce: p99.9 ms", subject, driven.p999());
        if (batchBytes > recordBytes) {
            before = broker.processorSeconds();
            driven = driver.fetch(topic, partitions, driven.bytes() / 1_000_000);
            addPerGigabyte(name + ", fetch", subject, broker.processorSeconds() - before, driven.bytes());
            add(name + ", fetch: MB/s", subject, driven.megabytesPerSecond());
        }
    }

    private void addPerGigabyte(String row, Subject subject, double processorSeconds, long bytes) {
        add(row + ": broker processor s per GB", subject, processorSeconds / (bytes / 1e9));
    }

    private void add(String row, Subject subject, double value) {
        measured.add(row, subject.name(), value);
    }

    private static String argument(String[] arguments, String name, String otherwise) {
        return Arrays.stream(arguments)
                .filter(argument -> argument.startsWith(name + "="))
                .map(argument -> argument.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }
}
