package dev.barnabas.cli;

import static dev.barnabas.cli.TopicCommands.ordered;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas cluster start}: several nodes on this machine, each a process of its own. */
@Command(
        name = "start",
        description = "Start a cluster on this machine, for development.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Each node is a process with its own settings, data and log in the folder. Started again with the same"
                    + " folder, the cluster has everything it had. All nodes stop when the command does.",
            "With three nodes and more, topics have three replicas and two must be in sync.",
            "Clusters on several machines: docs/cluster.md."
        })
final class ClusterStartCommand implements Callable<Integer> {

    private static final int START_SECONDS = 120;

    private final Streams streams;

    @Option(
            names = {"-n", "--nodes"},
            paramLabel = "N",
            defaultValue = "3",
            description = "How many nodes (default ${DEFAULT-VALUE}).")
    private int nodes = 3;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "The folder of the cluster; default: barnabas-cluster beside the launcher.")
    private @Nullable Path folder;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "9092",
            description = "The first of two ports for each node of a new cluster (default ${DEFAULT-VALUE}).")
    private int port = 9092;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "9644",
            description = "The first of the ports for metrics and health (default ${DEFAULT-VALUE}).")
    private int httpPort = 9644;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting of all nodes of a new cluster. May be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--json", description = "A JSON document when all nodes serve.")
    private boolean json;

    private final List<LocalNode> started = new ArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();

    ClusterStartCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (nodes < 1 || nodes > 99) {
            throw Failure.usage("--nodes must be between 1 and 99");
        }
        Assignments.parse(settings);
        Path chosen = folder;
        if (chosen == null) {
            chosen = Path.of(System.getProperty("barnabas.home", "")).resolve("barnabas-cluster");
        }
        LocalCluster cluster = LocalCluster.in(chosen, nodes, port, httpPort, settings);
        OnStop onStop = OnStop.run(this::stop);
        try {
            for (int id : cluster.ids()) {
                add(LocalNode.start(id, cluster.settings(id), cluster.log(id)));
            }
            Map<LocalNode, String> addresses = awaitReady();
            tell(cluster, addresses);
            return watch(cluster);
        } finally {
            stop();
            onStop.finished();
        }
    }

    /** A signal may come at any moment: what is started after that is stopped here. */
    private void add(LocalNode node) {
        synchronized (started) {
            started.add(node);
        }
        if (stopping.get()) {
            node.terminate();
        }
    }

    private List<LocalNode> nodes() {
        synchronized (started) {
            return List.copyOf(started);
        }
    }

    private Map<LocalNode, String> awaitReady() throws InterruptedException {
        Map<LocalNode, String> addresses = new LinkedHashMap<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        for (LocalNode node : nodes()) {
            try {
                addresses.put(node, node.ready().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
            } catch (ExecutionException e) {
                throw notStarted(
                        node,
                        String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
            } catch (TimeoutException e) {
                throw notStarted(node, "it does not serve after " + START_SECONDS + " seconds");
            }
        }
        return addresses;
    }

    private static Failure notStarted(LocalNode node, String why) {
        return Failure.failed("node " + node.id() + " could not be started: " + why + "\n"
                + node.lastWords().stream().map(line -> "  " + line + "\n").collect(Collectors.joining())
                + "  All it has said is in " + node.log());
    }

    private void tell(LocalCluster cluster, Map<LocalNode, String> addresses) {
        String servers = String.join(",", addresses.values());
        if (json) {
            List<Object> documents = new ArrayList<>();
            addresses.forEach((node, address) -> documents.add(ordered(
                    "id",
                    node.id(),
                    "address",
                    address,
                    "pid",
                    node.pid(),
                    "settings",
                    cluster.settings(node.id()).toString(),
                    "log",
                    node.log().toString())));
            Json.print(ordered("bootstrapServers", servers, "nodes", documents), streams.raw());
            return;
        }
        streams.out().println("A cluster of " + Partitions.count(addresses.size(), "node") + " is ready: " + servers);
        addresses.forEach((node, address) -> streams.out()
                .println("  node " + node.id() + "   " + address + "   pid " + node.pid() + "   log " + node.log()));
        String bootstrap = servers.startsWith("localhost:9092") ? "" : " --bootstrap-server " + servers;
        LocalNode last = nodes().getLast();
        streams.out()
                .println("  stop     Ctrl-C, or kill " + ProcessHandle.current().pid());
        streams.out().println("  see      ./barnabas cluster describe" + bootstrap);
        streams.out()
                .println("  crash    kill -9 " + last.pid() + "; then again: ./barnabas start --config "
                        + cluster.settings(last.id()));
    }

    /** Until a signal comes, or no node is left. */
    private int watch(LocalCluster cluster) throws InterruptedException {
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (LocalNode node : nodes()) {
            ends.add(node.onExit().thenAccept(ended -> {
                if (!stopping.get()) {
                    streams.err()
                            .println("barnabas: node " + node.id() + " has ended with code " + ended.exitValue()
                                    + "; its log is " + node.log()
                                    + ".\n  Start it again with ./barnabas start --config "
                                    + cluster.settings(node.id()));
                }
            }));
        }
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a process was watched in vain", e);
        }
        return stopping.get() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** All at once: none waits for the others, and nobody is left to take over what it leads. */
    private void stop() {
        stopping.set(true);
        List<LocalNode> all = nodes();
        all.forEach(LocalNode::terminate);
        try {
            for (LocalNode node : all) {
                node.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
