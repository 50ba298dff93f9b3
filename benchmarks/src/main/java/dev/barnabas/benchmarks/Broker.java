package dev.barnabas.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running broker, and what its process has used so far. */
final class Broker implements AutoCloseable {

    private static final double TICKS_PER_SECOND = 100;

    private final Process process;
    private final Path directory;
    private final String address;

    private Broker(Process process, Path directory, String address) {
        this.process = process;
        this.directory = directory;
        this.address = address;
    }

    static Broker start(Subject subject, int port) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("side-by-side-" + subject.name());
        for (List<String> preparation : subject.preparations(directory, port)) {
            if (process(preparation, directory).waitFor() != 0) {
                throw new IOException("failed: " + preparation + "; see " + directory);
            }
        }
        Broker broker =
                new Broker(process(subject.command(directory, port), directory), directory, "127.0.0.1:" + port);
        broker.awaitListening(port);
        return broker;
    }

    String address() {
        return address;
    }

    Path directory() {
        return directory;
    }

    /** User and system time of the process, in seconds. */
    double processorSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        // The command's name stands in parentheses and may hold anything; what follows it is numbered from field 3.
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
    }

    double residentMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1_000.0)
                .findFirst()
                .orElse(Double.NaN);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static Process process(List<String> command, Path directory) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("output.txt").toFile()))
                .start();
    }

    private void awaitListening(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException("it ended by itself; see " + directory);
            }
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
                return;
            } catch (IOException notYet) {
                Thread.sleep(5);
            }
        }
        throw new IOException("it does not listen; see " + directory);
    }
}
