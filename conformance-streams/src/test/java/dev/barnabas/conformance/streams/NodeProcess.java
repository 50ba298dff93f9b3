package dev.barnabas.conformance.streams;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A node in a process of its own, which can be killed and comes back at the same address. */
final class NodeProcess implements AutoCloseable {
    private final Path data;
    private final int port;
    private final List<String> settings;
    private Process process;

    private NodeProcess(Path data, int port, List<String> settings) throws IOException {
        this.data = data;
        this.port = port;
        this.settings = settings;
        this.process = start();
    }

    static NodeProcess start(Path data, String... settings) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = socket.getLocalPort();
            socket.close();
            return new NodeProcess(data, port, List.of(settings));
        }
    }

    String address() {
        return "localhost:" + port;
    }

    /** {@code kill -9}, and a new process on the same data. */
    void killAndRestart() throws IOException, InterruptedException {
        process.destroyForcibly().waitFor();
        process = start();
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.barnabas.cli.Main",
                "start",
                "--set",
                "listeners=PLAINTEXT://localhost:" + port,
                "--set",
                "log.dirs=" + data,
                "--set",
                "barnabas.http.listener="));
        for (String setting : settings) {
            command.add("--set");
            command.add(setting);
        }
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
