package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Measures Apache Kafka, Barnabas acknowledging after write (as Kafka does), and Barnabas acknowledging after sync (its
 * default), in turn, a fresh broker for each run.
 *
 * <p>Arguments: {@code runs=5} {@code megabytes=500} {@code only=start,produce,consume,latency} {@code port=19192}.
 */
public final class SideBySide {

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
        List<Subject> subjects = List.of(
                new KafkaSubject(java, target.resolve("kafka-server").toAbsolutePath()),
                new BarnabasSubject(launcher, "after-write"),
                new BarnabasSubject(launcher, "after-sync"));
        SideBySide runs = new SideBySide(
                new Tools(java, target.resolve("kafka-tools").toAbsolutePath()),
                Integer.parseInt(argument(arguments, "port", "19192")),
                Long.parseLong(argument(arguments, "megabytes", "500")),
                Set.of(argument(arguments, "only", "start,produce,consume,latency")
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
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (only.contains("start")) {
                add("start until it listens, s", subject, seconds);
                add("start, processor s", subject, broker.processorSeconds());
                Thread.sleep(2_000);
                add("resident memory idle, MB", subject, broker.residentMegabytes());
            }
            if (only.contains("produce")) {
                produceAll(subject, broker);
                add("resident memory after load, MB", subject, broker.residentMegabytes());
            }
            if (only.contains("latency")) {
                tools.createTopic(broker.address(), "latency", 1);
                // The first run only warms the broker up.
                tools.endToEnd(broker.address(), "latency", 2_000, 1_000);
                Tools.EndToEnd latency = tools.endToEnd(broker.address(), "latency", 10_000, 1_000);
                add("end to end, one record at a time, p50 ms", subject, latency.p50());
                add("end to end, one record at a time, p99 ms", subject, latency.p99());
                add("end to end, one record at a time, p99.9 ms", subject, latency.p999());
            }
        }
    }

    private void produceAll(Subject subject, Broker broker) throws IOException, InterruptedException {
        // What a broker does in its first seconds is told apart from what it does when it is warm.
        produce(subject, broker, "cold, 1 KB, 6 partitions", 1_000, 6, List.of());
        for (int recordBytes : new int[] {1_000, 100}) {
            for (int partitions : new int[] {1, 6, 100}) {
                String row = (recordBytes == 1_000 ? "1 KB" : "100 B") + ", " + partitions + " partition"
                        + (partitions == 1 ? "" : "s");
                produce(subject, broker, row, recordBytes, partitions, List.of());
            }
        }
        produce(subject, broker, "1 KB, 6 partitions, 128 KB batches", 1_000, 6, TUNED);
    }

    private void produce(
            Subject subject, Broker broker, String row, int recordBytes, int partitions, List<String> properties)
            throws IOException, InterruptedException {
        String topic = row.replaceAll("[^A-Za-z0-9]+", "-");
        // Small records take the client long: fewer bytes are enough to see what the broker needs for them.
        long bytes = megabytes * 1_000_000 / (recordBytes < 1_000 ? 3 : 1);
        long records = bytes / recordBytes;
        tools.createTopic(broker.address(), topic, partitions);
        double before = broker.processorSeconds();
        Tools.Produced produced = tools.produce(broker.address(), topic, records, recordBytes, properties);
        double used = broker.processorSeconds() - before;
        add("produce " + row + ": broker processor s per GB", subject, used / (bytes / 1e9));
        add("produce " + row + ": MB/s", subject, produced.recordsPerSecond() * recordBytes / 1e6);
        add("produce " + row + ": p99 ms", subject, produced.p99());
        if (only.contains("consume") && properties.isEmpty() && !row.startsWith("cold")) {
            before = broker.processorSeconds();
            double perSecond = tools.consume(broker.address(), topic, records);
            used = broker.processorSeconds() - before;
            add("consume " + row + ": broker processor s per GB", subject, used / (bytes / 1e9));
            add("consume " + row + ": MB/s", subject, perSecond * recordBytes / 1e6);
        }
    }

    private void add(String row, Subject subject, double value) {
        measured.add(row, subject.name(), value);
    }

    private static String argument(String[] arguments, String name, String otherwise) {
        List<String> given = new ArrayList<>(Arrays.asList(arguments));
        return given.stream()
                .filter(argument -> argument.startsWith(name + "="))
                .map(argument -> argument.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }
}
