package dev.barnabas.conformance.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.util.Objects.requireNonNull;

import dev.barnabas.conformance.Eventually;
import dev.barnabas.conformance.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** One node of a cluster, as a process. Its ports and its directory stay when the process ends. */
final class ClusterNode {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int STOP_SECONDS = 60;

    private final int id;
    private final Path directory;
    private final Path log;
    private final @Nullable Wires wires;
    private final int port = Ports.free();
    private final int replicationPort = Ports.free();
    private final int controllerPort = Ports.free();
    private @Nullable Process process;

    /**
     * @param log what the process says, of all its lives
     * @param wires through which others reach it, if not directly
     */
    ClusterNode(int id, Path directory, Path log, @Nullable Wires wires) throws IOException {
        this.id = id;
        this.directory = directory;
        this.log = log;
        this.wires = wires;
    }

    int id() {
        return id;
    }

    Path directory() {
        return directory;
    }

    /** The id that its directory was given when it was empty. */
    Uuid directoryId() throws IOException {
        Properties identity = new Properties();
        try (var file = Files.newBufferedReader(directory.resolve("meta.properties"))) {
            identity.load(file);
        }
        return Uuid.fromString(identity.getProperty("directory.id"));
    }

    /** Where clients reach it. */
    String address() {
        return (wires == null ? "127.0.0.1" : Wires.address(Wires.CLIENTS, id)) + ":" + port;
    }

    /** Where other nodes reach its part of the metadata quorum. */
    String controllerAddress() {
        return (wires == null ? "127.0.0.1" : Wires.name(id)) + ":" + controllerPort;
    }

    String listeners() {
        return "PLAINTEXT://" + address();
    }

    String listenersWithController() {
        return listeners() + ",CONTROLLER://" + controllerAddress();
    }

    /** The settings that say where it is reached as one of a cluster. */
    List<String> network() {
        if (wires == null) {
            return List.of("listeners=" + listenersWithController(), "controller.listener.names=CONTROLLER");
        }
        String own = "127.0.0.1:";
        return List.of(
                "listeners=CLIENT://" + own + port + ",REPLICATION://" + own + replicationPort + ",CONTROLLER://" + own
                        + controllerPort,
                "advertised.listeners=CLIENT://" + address() + ",REPLICATION://" + Wires.name(id) + ":"
                        + replicationPort + ",CONTROLLER://" + controllerAddress(),
                "listener.security.protocol.map=CLIENT:PLAINTEXT,REPLICATION:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "inter.broker.listener.name=REPLICATION",
                "controller.listener.names=CONTROLLER");
    }

    /** Lets clients and the other nodes reach it. */
    void connect(Wires through, int nodes) throws IOException {
        through.lay(Wires.CLIENTS, id, port);
        for (int other = 1; other <= nodes; other++) {
            if (other != id) {
                through.lay(other, id, replicationPort);
                through.lay(other, id, controllerPort);
            }
        }
        Wires.writeHosts(hosts(), id, nodes);
    }

    private Path hosts() {
        return directory.resolveSibling("hosts-" + id);
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** The {@code barnabas} command, to which words are to be added. */
    static List<String> barnabas(List<String> options) {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.addAll(options);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.barnabas.cli.Main"));
        return command;
    }

    /** @param settings {@code name=value} */
    void launch(List<String> settings) throws IOException {
        if (isRunning()) {
            throw new IllegalStateException("node " + id + " is running");
        }
        List<String> command = barnabas(wires == null ? List.of() : List.of("-Djdk.net.hosts.file=" + hosts()));
        command.add("start");
        List<String> all = new ArrayList<>(
                List.of("node.id=" + id, "log.dirs=" + directory, "barnabas.http.listener=", "barnabas.loops=1"));
        all.addAll(settings);
        all.forEach(setting -> command.addAll(List.of("--set", setting)));
        Files.writeString(log, "--- start of node " + id + "\n", CREATE, APPEND);
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Returns when the process says that it serves. */
    void awaitReady() throws Exception {
        Eventually.await("node " + id + " starts", START_LIMIT, () -> {
            if (!isRunning()) {
                throw new IllegalStateException("node " + id + " does not start");
            }
            return lastLife().contains("Barnabas is ready");
        });
    }

    /** What it has said since it was started last. */
    String lastLife() throws IOException {
        String all = log();
        return all.substring(Math.max(0, all.lastIndexOf("--- start of node")));
    }

    String log() throws IOException {
        return Files.exists(log) ? new String(Files.readAllBytes(log), UTF_8) : "";
    }

    /** {@code kill -9}, also of one that is paused. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Lets it stop in its own way. */
    void stop() throws InterruptedException {
        Process running = requireNonNull(process);
        running.destroy();
        if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("node " + id + " does not stop");
        }
    }

    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        long pid = requireNonNull(process).pid();
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill -" + name + " of node " + id + " ended with " + code);
        }
    }
}
