package dev.barnabas.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
    private final InetSocketAddress address;

    private Broker(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static Broker start(Subject subject, int port) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("side-by-side-" + subject.name());
        for (List<String> preparation : subject.preparations(directory, port)) {
            if (process(preparation, directory).waitFor() != 0) {
                throw new IOException("failed: " + preparation + "; see " + directory);
            }
        }
        return new Broker(process(subject.command(directory, port), directory), directory, port);
    }

    InetSocketAddress address() {
        return address;
    }

    /** Until a first record is acknowledged. */
    void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        RawDriver driver = new RawDriver(address);
        while (true) {
            try {
                driver.createTopic("first", 1);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    throw new IOException("no record was acknowledged; see " + directory, notYet);
                }
                Thread.sleep(2);
            }
        }
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
}
