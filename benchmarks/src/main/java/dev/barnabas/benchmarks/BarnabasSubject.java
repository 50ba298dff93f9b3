package dev.barnabas.benchmarks;

import java.nio.file.Path;
import java.util.List;

/** Barnabas as its launcher starts it, acknowledging after sync (its default) or after write (like Apache Kafka). */
record BarnabasSubject(Path launcher, String durability) implements Subject {

    @Override
    public String name() {
        return "barnabas-" + durability;
    }

    @Override
    public List<List<String>> preparations(Path directory, int port) {
        return List.of();
    }

    @Override
    public List<String> command(Path directory, int port) {
        return List.of(
                launcher.toString(),
                "start",
                "--set",
                "listeners=PLAINTEXT://127.0.0.1:" + port,
                "--set",
                "log.dirs=" + directory.resolve("data"),
                "--set",
                "barnabas.http.listener=http://127.0.0.1:" + (port + 1),
                "--set",
                "barnabas.durability=" + durability);
    }
}
