package dev.barnabas.cli;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node in a process of its own, started with {@code barnabas start}. It stops when its standard input ends, which it
 * does when the process that has started it is gone, however that came.
 */
final class LocalNode {

    private static final Pattern READY = Pattern.compile("Barnabas is ready: (\\S+) .*");
    private static final int STOP_SECONDS = 40;
    private static final int LINES_OF_LOG = 5;

    private final int id;
    private final Path log;
    private final Process process;
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private LocalNode(int id, Path log, Process process) {
        this.id = id;
        this.log = log;
        this.process = process;
    }

    /** @param log what it says is appended there */
    static LocalNode start(int id, Path settings, Path log) throws IOException {
        List<String> command = new ArrayList<>(launcher());
        command.addAll(List.of("start", "--config", settings.toString(), StartCommand.STOP_AT_END_OF_INPUT));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        LocalNode node = new LocalNode(id, log, process);
        Thread reader = new Thread(node::read, "node-" + id);
        reader.setDaemon(true);
        reader.start();
        return node;
    }

    /** The launcher, which says where it is; without it the Java and the classes of this process. */
    private static List<String> launcher() {
        String home = System.getProperty("barnabas.home", "");
        Path script = Path.of(home, "barnabas");
        if (!home.isEmpty() && Files.isExecutable(script)) {
            return List.of(script.toString());
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
    }

    private void read() {
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                BufferedWriter copy =
                        Files.newBufferedWriter(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.write(line);
                copy.newLine();
                copy.flush();
                Matcher matcher = READY.matcher(line);
                if (matcher.matches()) {
                    ready.complete(matcher.group(1));
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        process.onExit()
                .thenAccept(ended ->
                        ready.completeExceptionally(new IOException("it has ended with code " + ended.exitValue())));
    }

    int id() {
        return id;
    }

    long pid() {
        return process.pid();
    }

    Path log() {
        return log;
    }

    /** Where clients reach it, once it serves; fails if it ends before. */
    CompletableFuture<String> ready() {
        return ready;
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The last it has said, for whoever has to find out why it ended. */
    List<String> lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Tells it to stop, and returns at once. */
    void terminate() {
        process.destroy();
    }

    /** Waits until it has stopped; ends it if that takes too long. */
    void awaitEnd() throws InterruptedException {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            process.waitFor();
        }
    }
}
