package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Measures three nodes of Apache Kafka, of Barnabas acknowledging after write (as Kafka does), and of Barnabas
 * acknowledging after sync (its default), in turn, a fresh cluster for each run: replication factor 3,
 * min.insync.replicas 2, all on this machine.
 *
 * <p>Arguments: {@code runs=5} {@code megabytes=200} {@code records=10000}
 * {@code only=start,produce,latency,kill,kill-controller,pause,stop,rolling}
 * {@code subjects=kafka,barnabas-after-write,barnabas-after-sync} {@code port=29092} {@code minutes=120} (then it gives
 * up) {@code --json} (instead of the table) {@code --small} ({@code runs=1 megabytes=20 records=1000}).
 */
public final class ClusterSideBySide {

    private static final int PARTITIONS = 6;
    private static final int RECORD_BYTES = 1_000;

    private final Tools tools;
    private final int port;
    private final long megabytes;
    private final int records;
    private final Set<String> only;
    private final Measured measured = new Measured();

    private ClusterSideBySide(Tools tools, int port, long megabytes, int records, Set<String> only) {
        this.tools = tools;
        this.port = port;
        this.megabytes = megabytes;
        this.records = records;
        this.only = only;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path target = Path.of(argument(arguments, "target", "benchmarks/target"));
        String java = ProcessHandle.current().info().command().orElse("java");
        Path launcher = Path.of(argument(arguments, "launcher", "barnabas")).toAbsolutePath();
        Set<String> wanted = Set.of(argument(arguments, "subjects", "kafka,barnabas-after-write,barnabas-after-sync")
                .split(","));
        List<ClusterSubject> subjects = List.<ClusterSubject>of(
                        new KafkaCluster(java, target.resolve("kafka-server").toAbsolutePath()),
                        new BarnabasCluster(launcher, "after-write"),
                        new BarnabasCluster(launcher, "after-sync"))
                .stream()
                .filter(subject -> wanted.contains(subject.name()))
                .toList();
        boolean small = List.of(arguments).contains("--small");
        ClusterSideBySide runs = new ClusterSideBySide(
                new Tools(
                        java,
                        target.resolve("kafka-tools").toAbsolutePath(),
                        target.resolve("classes").toAbsolutePath()),
                Integer.parseInt(argument(arguments, "port", "29092")),
                Long.parseLong(argument(arguments, "megabytes", small ? "20" : "200")),
                Integer.parseInt(argument(arguments, "records", small ? "1000" : "10000")),
                Set.of(argument(arguments, "only", "start,produce,latency," + String.join(",", Failover.KINDS))
                        .split(",")));
        // Whatever way this ends, also the tools that are running then are gone.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly)));
        giveUpAfter(Duration.ofMinutes(Long.parseLong(argument(arguments, "minutes", "120"))));
        int count = Integer.parseInt(argument(arguments, "runs", small ? "1" : "5"));
        for (int run = 1; run <= count; run++) {
            for (ClusterSubject subject : subjects) {
                System.err.printf("run %d of %d: %s%n", run, count, subject.name());
                runs.measure(subject);
            }
        }
        System.out.print(
                List.of(arguments).contains("--json")
                        ? runs.measured.json()
                        : runs.measured.table(
                                subjects.stream().map(ClusterSubject::name).toList()));
    }

    private void measure(ClusterSubject subject) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (Cluster cluster = Cluster.start(subject, port)) {
            ClusterView view = new ClusterView(cluster);
            view.createTopic("first", 1);
            if (only.contains("start")) {
                add(
                        "three fresh nodes to the first acknowledged record, s",
                        subject,
                        (System.nanoTime() - begin) / 1e9);
                add("start, processor s of all", subject, cluster.processorSeconds());
                Thread.sleep(2_000);
                add("resident memory after start, MB of all", subject, cluster.residentMegabytes());
            }
            if (only.contains("produce")) {
                // What nodes do in their first seconds is not what they do when they are warm.
                view.createTopic("warming", PARTITIONS);
                produce(cluster, "warming", List.of());
                measureProduce(cluster, view, "default batching", List.of());
                measureProduce(
                        cluster,
                        view,
                        "128 KB batches",
                        List.of("--command-property", "batch.size=131072", "--command-property", "linger.ms=10"));
            }
            if (only.contains("latency")) {
                latency(cluster, view);
            }
            if (only.contains("produce")) {
                add("resident memory after load, MB of all", subject, cluster.residentMegabytes());
            }
            for (String kind : Failover.KINDS) {
                if (only.contains(kind)) {
                    System.err.println("  " + kind);
                    new Failover(tools, cluster, (row, value) -> add(row, subject, value)).measure(kind);
                }
            }
        }
    }

    private void measureProduce(Cluster cluster, ClusterView view, String batching, List<String> properties)
            throws IOException, InterruptedException {
        String topic = "produce-" + batching.replace(' ', '-');
        view.createTopic(topic, PARTITIONS);
        double before = cluster.processorSeconds();
        Tools.Produced produced = produce(cluster, topic, properties);
        double used = cluster.processorSeconds() - before;
        String row = "produce 1 KB, " + PARTITIONS + " partitions, " + batching;
        add(row + ": processor s of all per GB", cluster.subject(), used / (megabytes / 1e3));
        add(row + ": MB/s", cluster.subject(), produced.recordsPerSecond() * RECORD_BYTES / 1e6);
        add(row + ": p99 ms", cluster.subject(), produced.p99());
    }

    private Tools.Produced produce(Cluster cluster, String topic, List<String> properties)
            throws IOException, InterruptedException {
        return tools.produce(cluster.address(1), topic, megabytes * 1_000_000 / RECORD_BYTES, RECORD_BYTES, properties);
    }

    private void latency(Cluster cluster, ClusterView view) throws IOException, InterruptedException {
        view.createTopic("latency", 1);
        // The first run only warms the nodes up.
        tools.synchronousProduce(cluster.address(1), "latency", records / 5, RECORD_BYTES);
        Tools.EndToEnd latency = tools.synchronousProduce(cluster.address(1), "latency", records, RECORD_BYTES);
        add("one synchronous produce at a time, p50 ms", cluster.subject(), latency.p50());
        add("one synchronous produce at a time, p99 ms", cluster.subject(), latency.p99());
        add("one synchronous produce at a time, p99.9 ms", cluster.subject(), latency.p999());
    }

    private void add(String row, ClusterSubject subject, double value) {
        measured.add(row, subject.name(), value);
    }

    /** Whatever hangs: the exit cleans up the cluster. */
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

    private static String argument(String[] arguments, String name, String otherwise) {
        return Arrays.stream(arguments)
                .filter(argument -> argument.startsWith(name + "="))
                .map(argument -> argument.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }
}
