package dev.barnabas.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A node that is alone, as a process that can be killed and started again. Its port and its directory stay. */
public final class NodeProcess implements AutoCloseable {

    private final int port = Ports.free();
    private final List<String> command;
    private Process process;

    private NodeProcess(Path data, Map<String, String> settings) throws IOException {
        command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.barnabas.cli.Main",
                "start"));
        set("listeners", "PLAINTEXT://" + address());
        set("log.dirs", data.toString());
        set("barnabas.http.listener", "");
        settings.forEach(this::set);
        process = launch();
    }

    /** @param settings beside those that say where it is */
    public static NodeProcess start(Path data, Map<String, String> settings) throws IOException {
        return new NodeProcess(data, settings);
    }

    private void set(String name, String value) {
        command.addAll(List.of("--set", name + "=" + value));
    }

    public String address() {
        return "localhost:" + port;
    }

    /** {@code kill -9}, and a new start. */
    public void killAndStart() throws IOException {
        kill();
        process = launch();
    }

    private void kill() {
        process.destroyForcibly().onExit().join();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Override
    public void close() {
        kill();
    }
}
