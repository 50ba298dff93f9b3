package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Apache Kafka with its default settings: one combined node with a heap of 1 GB and G1, as its start script sets it.
 */
record KafkaSubject(String java, Path libraries) implements Subject {

    /** Those of its start script. */
    static final List<String> OPTIONS = List.of(
            "-Xmx1G",
            "-Xms1G",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-Djava.awt.headless=true");

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public List<List<String>> preparations(Path directory, int port) throws IOException {
        return List.of(List.of(
                java,
                "-cp",
                libraries + "/*",
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "AAAAAAAAAAAAAAAAAAAAAQ",
                "-c",
                settings(directory, port).toString(),
                "--standalone"));
    }

    @Override
    public List<String> command(Path directory, int port) throws IOException {
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(OPTIONS);
        command.addAll(List.of(
                "-cp",
                libraries + "/*",
                "kafka.Kafka",
                settings(directory, port).toString()));
        return command;
    }

    private static Path settings(Path directory, int port) throws IOException {
        Path file = directory.resolve("server.properties");
        Files.writeString(file, """
            process.roles=broker,controller
            node.id=1
            controller.quorum.bootstrap.servers=127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            advertised.listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            controller.listener.names=CONTROLLER
            log.dirs=%3$s
            offsets.topic.replication.factor=1
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            """.formatted(port, port + 1, directory.resolve("data")));
        return file;
    }
}
