package dev.barnabas.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Kafka's own tools, and a program of ours on Kafka's client, as processes: they drive all brokers in the same way.
 *
 * @param libraries the tools with their clients
 * @param ownClasses of this module
 */
record Tools(String java, Path libraries, Path ownClasses) {

    private static final Pattern PRODUCED = Pattern.compile(
            "records sent, ([\\d.]+) records/sec \\(([\\d.]+) MB/sec\\).* ([\\d.]+) ms 50th, .* ([\\d.]+) ms 99th,"
                    + " ([\\d.]+) ms 99.9th");
    private static final Pattern LATENCY = Pattern.compile("p50 ([\\d.]+) ms, p99 ([\\d.]+) ms, p99.9 ([\\d.]+) ms");

    private static final Pattern TRANSACTIONAL = Pattern.compile("([\\d.]+) records/s in");
    private static final Pattern COMMITTED = Pattern.compile(
            "from send p50 ([\\d.]+) ms, p99 ([\\d.]+) ms; from commit p50 ([\\d.]+) ms, p99 ([\\d.]+) ms");
    private static final Pattern ACKNOWLEDGED = Pattern.compile("([\\d.]+) acknowledged/s");

    /** What a producing run says of itself; latencies in milliseconds. */
    record Produced(double recordsPerSecond, double p50, double p99, double p999) {}

    /** Latencies of one record at a time, in milliseconds. */
    record EndToEnd(double p50, double p99, double p999) {}

    Produced produce(InetSocketAddress address, String topic, long records, int recordBytes, List<String> properties)
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
                text(address),
                "--command-property",
                "acks=all"));
        arguments.addAll(properties);
        Matcher last = lastMatch(PRODUCED, run("org.apache.kafka.tools.ProducerPerformance", arguments));
        return new Produced(number(last, 1), number(last, 3), number(last, 4), number(last, 5));
    }

    /** Records per second while fetching, by the wall clock of the tool. */
    double consume(InetSocketAddress address, String topic, long records) throws IOException, InterruptedException {
        String output = run(
                "org.apache.kafka.tools.ConsumerPerformance",
                List.of(
                        "--bootstrap-server",
                        text(address),
                        "--topic",
                        topic,
                        "--num-records",
                        Long.toString(records)));
        String[] lines = output.strip().split("\n");
        String[] columns = lines[lines.length - 1].split(",");
        // The last column is fetch.nMsg.sec: without the time that joining the group takes.
        return Double.parseDouble(columns[columns.length - 1].strip());
    }

    EndToEnd endToEnd(InetSocketAddress address, String topic, int records, int recordBytes)
            throws IOException, InterruptedException {
        String output = run(
                OneAtATime.class.getName(),
                List.of(text(address), topic, Integer.toString(records), Integer.toString(recordBytes)));
        Matcher last = lastMatch(LATENCY, output);
        return new EndToEnd(number(last, 1), number(last, 2), number(last, 3));
    }

    /** One record at a time until it is acknowledged by all in-sync replicas. */
    EndToEnd synchronousProduce(InetSocketAddress address, String topic, int records, int recordBytes)
            throws IOException, InterruptedException {
        String output = run(
                SynchronousProduce.class.getName(),
                List.of(text(address), topic, Integer.toString(records), Integer.toString(recordBytes)));
        Matcher last = lastMatch(LATENCY, output);
        return new EndToEnd(number(last, 1), number(last, 2), number(last, 3));
    }

    /** Latencies of records that are committed in transactions, in milliseconds until a consumer has them. */
    record Committed(double fromSend50, double fromSend99, double fromCommit50, double fromCommit99) {}

    /** Records per second, in transactions of a given length one after the other. */
    double transactionalProduce(InetSocketAddress address, String topic, long records, int recordBytes, int lengthMs)
            throws IOException, InterruptedException {
        String output = run(
                TransactionalProduce.class.getName(),
                List.of(
                        text(address),
                        topic,
                        Long.toString(records),
                        Integer.toString(recordBytes),
                        Integer.toString(lengthMs)));
        return number(lastMatch(TRANSACTIONAL, output), 1);
    }

    Committed committedRecords(
            InetSocketAddress address, String topic, int transactions, int each, int lengthMs, int recordBytes)
            throws IOException, InterruptedException {
        String output = run(
                CommittedRecords.class.getName(),
                List.of(
                        text(address),
                        topic,
                        Integer.toString(transactions),
                        Integer.toString(each),
                        Integer.toString(lengthMs),
                        Integer.toString(recordBytes)));
        Matcher last = lastMatch(COMMITTED, output);
        return new Committed(number(last, 1), number(last, 2), number(last, 3), number(last, 4));
    }

    /** Records per second that share consumers have acknowledged. */
    double shareConsumption(InetSocketAddress address, String topic, String group, int consumers, long records)
            throws IOException, InterruptedException {
        String output = run(
                ShareConsumption.class.getName(),
                List.of(text(address), topic, group, Integer.toString(consumers), Long.toString(records)));
        return number(lastMatch(ACKNOWLEDGED, output), 1);
    }

    /** Consumers that form, join and leave a group when they are told. */
    Conversation groupFormation(InetSocketAddress address, String topic, int partitions, String protocol, String group)
            throws IOException {
        return new Conversation(conversation(
                GroupFormation.class.getName(),
                List.of(text(address), topic, Integer.toString(partitions), protocol, group)));
    }

    /** A process with a main class of this module and Kafka's client, to be talked to over its input and output. */
    Process conversation(String mainClass, List<String> arguments) throws IOException {
        return new ProcessBuilder(command(mainClass, arguments))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    private String run(String mainClass, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = command(mainClass, arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("failed: " + command + "\n" + output);
        }
        return output;
    }

    private List<String> command(String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of(java, "-Xmx512M", "-cp", libraries + "/*" + File.pathSeparator + ownClasses, mainClass));
        command.addAll(arguments);
        return command;
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
