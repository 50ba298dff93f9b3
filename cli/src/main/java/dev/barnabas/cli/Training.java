package dev.barnabas.cli;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs the usual commands once, so that the class cache that is recorded meanwhile holds what they need. The launcher
 * starts it after a build, with the address of a node that is there for nothing else.
 */
final class Training {

    private final String address;

    private Training(String address) {
        this.address = address;
    }

    public static void main(String[] arguments) {
        new Training(arguments[0]).train();
        System.exit(0);
    }

    private void train() {
        run("", "--help");
        run("", "topic", "--help");
        run("", "completion", "bash");
        run("", "cluster", "describe", "--bootstrap-server", address);
        run("", "topic", "create", "training", "--bootstrap-server", address);
        run("", "topic", "list", "--bootstrap-server", address);
        run("a:b\nc:d\n", "produce", "training", "--key-separator", ":", "--bootstrap-server", address);
        run("{\"key\":\"k\",\"value\":\"v\"}\n", "produce", "training", "--json", "--bootstrap-server", address);
        run("", "consume", "training", "--from-beginning", "--until-end", "--bootstrap-server", address);
        run(
                "",
                "consume",
                "training",
                "--from-beginning",
                "--max",
                "1",
                "--json",
                "--group",
                "t",
                "--bootstrap-server",
                address);
        run("", "topic", "describe", "training", "--bootstrap-server", address);
        run("", "topic", "describe", "training", "--json", "--bootstrap-server", address);
        run("", "group", "list", "--bootstrap-server", address);
        run("", "group", "describe", "t", "--bootstrap-server", address);
        run("", "group", "reset-offsets", "t", "--to-latest", "--bootstrap-server", address);
        run("", "config", "get", "topic", "training", "--all", "--bootstrap-server", address);
        run("", "config", "set", "topic", "training", "retention.ms=1000", "--bootstrap-server", address);
        run("", "topic", "delete", "training", "--bootstrap-server", address);
        run("", "log", "dump", "no-such-file");
    }

    private static void run(String input, String... command) {
        Main.run(
                Streams.of(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        OutputStream.nullOutputStream(),
                        System.err),
                command);
    }
}
