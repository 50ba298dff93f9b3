package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Apache Kafka: three combined nodes, each with its default heap of 1 GB, otherwise with default settings. */
record KafkaCluster(String java, Path libraries) implements ClusterSubject {

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public List<List<String>> preparations(Node node) throws IOException {
        return List.of(List.of(
                java,
                "-cp",
                libraries + "/*",
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "AAAAAAAAAAAAAAAAAAAAAQ",
                "-c",
                settings(node).toString()));
    }

    @Override
    public List<String> command(Node node) throws IOException {
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(KafkaSubject.OPTIONS);
        command.addAll(
                List.of("-cp", libraries + "/*", "kafka.Kafka", settings(node).toString()));
        return command;
    }

    @Override
    public boolean metadataNamesController() {
        return false;
    }

    private static Path settings(Node node) throws IOException {
        Path file = node.directory().resolve("server.properties");
        Files.writeString(file, """
            process.roles=broker,controller
            node.id=%1$d
            controller.quorum.voters=%2$s
            listeners=%3$s
            advertised.listeners=%3$s
            controller.listener.names=CONTROLLER
            log.dirs=%4$s
            default.replication.factor=3
            min.insync.replicas=2
            """.formatted(
                node.id(), node.voters(), node.listeners(), node.directory().resolve("data")));
        return file;
    }
}
