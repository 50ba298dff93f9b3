package dev.barnabas.conformance.cluster;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.barnabas.conformance.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A cluster of processes on this machine, with its data in a folder of the test. What its nodes say is kept in the
 * module's build directory. Closing it kills what runs.
 */
final class RunningCluster implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    static {
        // What clients say of nodes that are killed is long, and no surprise.
        if (LoggerFactory.getLogger("org.apache.kafka") instanceof Logger kafka) {
            kafka.setLevel(Level.ERROR);
        }
    }

    private final List<ClusterNode> nodes = new ArrayList<>();
    private final List<String> settings;
    private final Path logs;
    private final Path data;
    private final Thread lastResort = new Thread(this::killAll);
    private final @Nullable Wires wires;
    private @Nullable Admin admin;

    private RunningCluster(String name, Path data, @Nullable Wires wires, List<String> settings) throws IOException {
        this.data = data;
        this.wires = wires;
        this.settings = settings;
        logs = Path.of(System.getProperty("barnabas.build", "target"), "cluster-logs", name);
        if (Files.exists(logs)) {
            try (Stream<Path> former = Files.list(logs)) {
                former.forEach(file -> file.toFile().delete());
            }
        }
        Files.createDirectories(logs);
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /**
     * Starts a cluster and returns when all its nodes serve.
     *
     * @param name of the folder for what the nodes say
     * @param settings {@code name=value}, of all nodes
     */
    static RunningCluster start(String name, Path data, int nodes, String... settings) throws Exception {
        return start(new RunningCluster(name, data, null, List.of(settings)), nodes);
    }

    /** The same, but everybody reaches the nodes through wires that can be cut. */
    static RunningCluster start(String name, Path data, Wires wires, int nodes, String... settings) throws Exception {
        return start(new RunningCluster(name, data, wires, List.of(settings)), nodes);
    }

    private static RunningCluster start(RunningCluster cluster, int nodes) throws Exception {
        try {
            for (int id = 1; id <= nodes; id++) {
                ClusterNode node = cluster.addNode();
                if (cluster.wires != null) {
                    node.connect(cluster.wires, nodes);
                }
            }
            for (ClusterNode node : cluster.nodes) {
                cluster.launch(node);
            }
            cluster.awaitServing();
            return cluster;
        } catch (Exception | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** A cluster whose nodes the test launches itself. */
    static RunningCluster empty(String name, Path data) throws IOException {
        return new RunningCluster(name, data, null, List.of());
    }

    /** A further node, which does not run yet. */
    ClusterNode addNode() throws IOException {
        int id = nodes.size() + 1;
        ClusterNode node = new ClusterNode(id, data.resolve("node-" + id), logs.resolve("node-" + id + ".log"), wires);
        nodes.add(node);
        if (admin != null) {
            // It knows the others only.
            admin.close(Duration.ZERO);
            admin = null;
        }
        return node;
    }

    List<ClusterNode> nodes() {
        return List.copyOf(nodes);
    }

    ClusterNode node(int id) {
        return nodes.get(id - 1);
    }

    String bootstrapServers() {
        return nodes.stream().map(ClusterNode::address).collect(Collectors.joining(","));
    }

    /** Starts the process, or starts it again, without waiting for it. */
    void launch(ClusterNode node) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "controller.quorum.voters="
                        + nodes.stream()
                                .map(voter -> voter.id() + "@" + voter.controllerAddress())
                                .collect(Collectors.joining(",")),
                "default.replication.factor=" + Math.min(3, nodes.size()),
                "min.insync.replicas=2",
                "offsets.topic.replication.factor=" + Math.min(3, nodes.size()),
                "offsets.topic.num.partitions=5",
                "group.initial.rebalance.delay.ms=0"));
        all.addAll(node.network());
        all.addAll(settings);
        node.launch(all);
    }

    /** Starts the process again and returns when it serves. */
    void restart(ClusterNode node) throws Exception {
        launch(node);
        node.awaitReady();
    }

    /** All that have been launched are let in. */
    void awaitServing() throws Exception {
        for (ClusterNode node : nodes) {
            if (node.isRunning()) {
                node.awaitReady();
            }
        }
        List<Integer> running = nodes.stream()
                .filter(ClusterNode::isRunning)
                .map(ClusterNode::id)
                .toList();
        await(
                "all nodes are let in",
                () -> admin().describeCluster().nodes().get().stream()
                        .map(Node::id)
                        .toList()
                        .containsAll(running));
    }

    /** Every partition has a leader, and all its replicas are in sync. */
    void awaitInSync() throws Exception {
        await("everything is in sync", () -> {
            var topics = admin().listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
            return admin().describeTopics(topics).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.leader() != null
                            && partition.isr().size() == partition.replicas().size());
        });
    }

    /** The node that leads the metadata quorum. */
    ClusterNode controller() throws Exception {
        return node(admin().describeCluster().controller().get().id());
    }

    /** Whether a node has a vote in the metadata quorum, with the disk that it has now. */
    boolean votes(ClusterNode node) throws Exception {
        Uuid directory = node.directoryId();
        return admin().describeMetadataQuorum().quorumInfo().get().voters().stream()
                .anyMatch(voter -> voter.replicaId() == node.id()
                        && voter.replicaDirectoryId().equals(directory));
    }

    /** The node that keeps the group's state. */
    ClusterNode coordinator(String group) throws Exception {
        return node(admin().describeConsumerGroups(List.of(group))
                .all()
                .get()
                .values()
                .iterator()
                .next()
                .coordinator()
                .id());
    }

    void createTopic(String name, int partitions) throws Exception {
        admin().createTopics(List.of(new NewTopic(name, partitions, (short) Math.min(3, nodes.size()))))
                .all()
                .get();
    }

    /** The leader of each partition; -1 for those without. */
    Map<Integer, Integer> leaders(String topic) throws Exception {
        Map<String, TopicDescription> described =
                admin().describeTopics(List.of(topic)).allTopicNames().get();
        Map<Integer, Integer> leaders = new TreeMap<>();
        for (TopicPartitionInfo partition : described.values().iterator().next().partitions()) {
            leaders.put(
                    partition.partition(),
                    partition.leader() == null ? -1 : partition.leader().id());
        }
        return leaders;
    }

    /** The nodes that have a replica of anything. */
    Set<Integer> holders() throws Exception {
        var topics = admin().listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        return admin().describeTopics(topics).allTopicNames().get().values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .flatMap(partition -> partition.replicas().stream())
                .map(Node::id)
                .collect(Collectors.toSet());
    }

    Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers(), "request.timeout.ms", 3_000));
        }
        return admin;
    }

    /** Waits for something that may be refused before it comes true. */
    static void await(String what, Eventually.Condition condition) throws Exception {
        Eventually.await(what, LIMIT, () -> {
            try {
                return condition.holds();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof RetriableException)) {
                    throw e;
                }
                return false;
            }
        });
    }

    /**
     * Begins a {@code barnabas} command that talks to this cluster; what it says goes to a file beside the nodes' logs.
     */
    Process command(String... words) throws IOException {
        List<String> command = ClusterNode.barnabas(List.of());
        command.addAll(List.of(words));
        command.addAll(List.of("--bootstrap-server", bootstrapServers()));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(logs.resolve(String.join("-", words) + ".log").toFile())
                .start();
    }

    /** Lines of all nodes' logs that have the text, each with its node. */
    List<String> logLines(String text) throws IOException {
        List<String> lines = new ArrayList<>();
        for (ClusterNode node : nodes) {
            node.log()
                    .lines()
                    .filter(line -> line.contains(text))
                    .forEach(line -> lines.add("node " + node.id() + ": " + line));
        }
        return lines;
    }

    private void killAll() {
        for (ClusterNode node : nodes) {
            try {
                node.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        killAll();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }
}
