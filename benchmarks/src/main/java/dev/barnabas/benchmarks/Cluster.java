package dev.barnabas.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Three running nodes on this machine, numbered from 1. Gone without a trace when it is closed, or the program ends.
 */
final class Cluster implements AutoCloseable {

    private final ClusterSubject subject;
    private final Path directory;
    private final int port;
    private final Map<Integer, MeasuredProcess> processes = new TreeMap<>();
    private final Set<Integer> paused = new TreeSet<>();
    private final Thread cleaning = new Thread(this::clean);

    private Cluster(ClusterSubject subject, int port) throws IOException {
        this.subject = subject;
        this.port = port;
        this.directory = Files.createTempDirectory("cluster-side-by-side-" + subject.name());
        Runtime.getRuntime().addShutdownHook(cleaning);
    }

    static Cluster start(ClusterSubject subject, int port) throws IOException, InterruptedException {
        Cluster cluster = new Cluster(subject, port);
        List<MeasuredProcess> preparations = new ArrayList<>();
        for (int node = 1; node <= ClusterSubject.NODES; node++) {
            Files.createDirectories(cluster.place(node).directory());
            for (List<String> command : subject.preparations(cluster.place(node))) {
                preparations.add(
                        MeasuredProcess.start(command, cluster.place(node).directory()));
            }
        }
        for (MeasuredProcess preparation : preparations) {
            if (preparation.waitFor() != 0) {
                throw new IOException("a node could not be prepared:\n"
                        + Files.readString(cluster.directory.resolve("1/output.txt")));
            }
        }
        for (int node = 1; node <= ClusterSubject.NODES; node++) {
            cluster.start(node);
        }
        return cluster;
    }

    ClusterSubject subject() {
        return subject;
    }

    /** Nodes that run and are not paused. */
    List<Integer> awake() {
        return processes.keySet().stream()
                .filter(node -> !paused.contains(node))
                .toList();
    }

    InetSocketAddress address(int node) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), place(node).clientPort());
    }

    /** Of all nodes, as clients take them. */
    String addresses() {
        return "127.0.0.1:" + place(1).clientPort() + ",127.0.0.1:" + place(2).clientPort() + ",127.0.0.1:"
                + place(3).clientPort();
    }

    void start(int node) throws IOException {
        processes.put(
                node,
                MeasuredProcess.start(subject.command(place(node)), place(node).directory()));
    }

    void kill(int node) throws InterruptedException {
        process(node).kill();
        processes.remove(node);
    }

    void stop(int node) throws InterruptedException {
        process(node).stop();
        processes.remove(node);
    }

    void pause(int node) throws IOException, InterruptedException {
        process(node).signal("STOP");
        paused.add(node);
    }

    void resume(int node) throws IOException, InterruptedException {
        process(node).signal("CONT");
        paused.remove(node);
    }

    /** @throws IOException if a node has ended that should run; with the end of its output */
    void requireAlive() throws IOException {
        for (Map.Entry<Integer, MeasuredProcess> each : processes.entrySet()) {
            if (!each.getValue().isAlive()) {
                List<String> lines =
                        Files.readAllLines(place(each.getKey()).directory().resolve("output.txt"));
                throw new IOException("node " + each.getKey() + " of " + subject.name() + " has ended:\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
            }
        }
    }

    /** User and system time of all nodes, in seconds. */
    double processorSeconds() throws IOException {
        double seconds = 0;
        for (MeasuredProcess process : processes.values()) {
            seconds += process.processorSeconds();
        }
        return seconds;
    }

    double residentMegabytes() throws IOException {
        double megabytes = 0;
        for (MeasuredProcess process : processes.values()) {
            megabytes += process.residentMegabytes();
        }
        return megabytes;
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(cleaning);
        clean();
    }

    private void clean() {
        try {
            for (MeasuredProcess process : processes.values()) {
                process.kill();
            }
            Broker.delete(directory);
        } catch (IOException | InterruptedException e) {
            System.err.println("not all is cleaned up in " + directory + ": " + e);
        }
    }

    private MeasuredProcess process(int node) {
        MeasuredProcess process = processes.get(node);
        if (process == null) {
            throw new IllegalStateException("node " + node + " does not run");
        }
        return process;
    }

    private ClusterSubject.Node place(int node) {
        return new ClusterSubject.Node(node, directory.resolve(Integer.toString(node)), port);
    }
}
