package dev.barnabas.host.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.barnabas.host.Disk;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Another Java process, for what cannot be seen from inside one. */
final class OtherProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(UTF_8);
    }

    static OtherProcess start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName()));
        command.addAll(List.of(arguments));
        return new OtherProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** The next line it prints. */
    String line() throws IOException {
        return Objects.requireNonNullElse(output.readLine(), "(it has ended)");
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    int exitCode() {
        return process.onExit().join().exitValue();
    }

    @Override
    public void close() {
        kill();
    }

    public static void main(String[] arguments) throws IOException {
        LiveHost host = LiveHost.builder().loops(1).build();
        switch (arguments[0]) {
            case "hold" -> {
                host.disk(arguments[1]);
                System.out.println("held");
            }
            case "append" -> {
                Disk disk = host.disk(arguments[1]);
                disk.open("topic-0/file").append(ByteBuffer.wrap("abc".getBytes(UTF_8)));
                System.out.println("appended");
            }
            case "defect" ->
                host.loops().getFirst().execute(() -> {
                    throw new IllegalStateException("bug");
                });
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
