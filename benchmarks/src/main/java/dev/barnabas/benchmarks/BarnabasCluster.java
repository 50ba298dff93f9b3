package dev.barnabas.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Barnabas as its launcher starts it, acknowledging after sync (its default) or after write (like Apache Kafka). */
record BarnabasCluster(Path launcher, String durability) implements ClusterSubject {

    @Override
    public String name() {
        return "barnabas-" + durability;
    }

    @Override
    public List<List<String>> preparations(Node node) {
        return List.of();
    }

    @Override
    public List<String> command(Node node) {
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "start"));
        for (String setting : List.of(
                "node.id=" + node.id(),
                "listeners=" + node.listeners(),
                "controller.listener.names=CONTROLLER",
                "controller.quorum.voters=" + node.voters(),
                "log.dirs=" + node.directory().resolve("data"),
                "barnabas.http.listener=http://127.0.0.1:" + node.httpPort(),
                "barnabas.durability=" + durability,
                "default.replication.factor=3",
                "min.insync.replicas=2")) {
            command.add("--set");
            command.add(setting);
        }
        return command;
    }

    @Override
    public boolean metadataNamesController() {
        return true;
    }
}
