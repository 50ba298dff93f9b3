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

/** A running broker in a directory of its own, and what its process has used so far. */
final class Broker implements AutoCloseable {

    private final MeasuredProcess process;
    private final Path directory;
    private final InetSocketAddress address;

    private Broker(MeasuredProcess process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static Broker start(Subject subject, int port) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("side-by-side-" + subject.name());
        for (List<String> preparation : subject.preparations(directory, port)) {
            if (MeasuredProcess.start(preparation, directory).waitFor() != 0) {
                throw new IOException("failed: " + preparation + "; see " + directory);
            }
        }
        return new Broker(MeasuredProcess.start(subject.command(directory, port), directory), directory, port);
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
        return process.processorSeconds();
    }

    double residentMegabytes() throws IOException {
        return process.residentMegabytes();
    }

    @Override
    public void close() throws IOException {
        try {
            process.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete(directory);
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
