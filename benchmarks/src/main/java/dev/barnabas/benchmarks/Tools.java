package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Kafka's own tools as processes: they drive both brokers in the same way. */
record Tools(String java, Path libraries) {

    private static final Pattern PRODUCED = Pattern.compile(
            "records sent, ([\\d.]+) records/sec \\(([\\d.]+) MB/sec\\).* ([\\d.]+) ms 50th, .* ([\\d.]+) ms 99th,"
                    + " ([\\d.]+) ms 99.9th");
    private static final Pattern LATENCY =
            Pattern.compile("Percentiles: 50th = (\\d+), 99th = (\\d+), 99.9th = (\\d+)");

    /** What a producing run says of itself; latencies in milliseconds. */
    record Produced(double recordsPerSecond, double p50, double p99, double p999) {}

    /** Latencies of one record at a time, produced and consumed, in milliseconds. */
    record EndToEnd(double p50, double p99, double p999) {}

    void createTopic(String address, String topic, int partitions) throws IOException, InterruptedException {
        run(
                "org.apache.kafka.tools.TopicCommand",
                List.of(
                        "--bootstrap-server",
                        address,
                        "--create",
                        "--topic",
                        topic,
                        "--partitions",
                        Integer.toString(partitions),
                        "--replication-factor",
                        "1"));
    }

    Produced produce(String address, String topic, long records, int recordBytes, List<String> properties)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--record-size",
                Integer.toString(recordBytes),
                "--throughput",
                "-1",
                "--bootstrap-server",
                address,
                "--command-property",
                "acks=all"));
        arguments.addAll(properties);
        Matcher last = lastMatch(PRODUCED, run("org.apache.kafka.tools.ProducerPerformance", arguments));
        return new Produced(number(last, 1), number(last, 3), number(last, 4), number(last, 5));
    }

    /** Records per second while fetching, by the wall clock of the tool. */
    double consume(String address, String topic, long records) throws IOException, InterruptedException {
        String output = run(
                "org.apache.kafka.tools.ConsumerPerformance",
                List.of("--bootstrap-server", address, "--topic", topic, "--num-records", Long.toString(records)));
        String[] lines = output.strip().split("\n");
        String[] columns = lines[lines.length - 1].split(",");
        // The last column is fetch.nMsg.sec: without the time that joining the group takes.
        return Double.parseDouble(columns[columns.length - 1].strip());
    }

    EndToEnd endToEnd(String address, String topic, int records, int recordBytes)
            throws IOException, InterruptedException {
        String output = run(
                "org.apache.kafka.tools.EndToEndLatency",
                List.of(
                        "--bootstrap-server",
                        address,
                        "--topic",
                        topic,
                        "--num-records",
                        Integer.toString(records),
                        "--producer-acks",
                        "all",
                        "--record-size",
                        Integer.toString(recordBytes)));
        Matcher last = lastMatch(LATENCY, output);
        return new EndToEnd(number(last, 1) / 1_000, number(last, 2) / 1_000, number(last, 3) / 1_000);
    }

    private String run(String mainClass, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java, "-Xmx512M", "-cp", libraries + "/*", mainClass));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + command + "\n" + output);
        }
        return output;
    }

    private static Matcher lastMatch(Pattern pattern, String output) throws IOException {
        Matcher matcher = pattern.matcher(output);
        int end = -1;
        while (matcher.find()) {
            end = matcher.start();
        }
        if (end < 0 || !matcher.find(end)) {
            throw new IOException("the tool's output is not understood:\n" + output);
        }
        return matcher;
    }

    private static double number(Matcher matcher, int group) {
        return Double.parseDouble(matcher.group(group));
    }
}
