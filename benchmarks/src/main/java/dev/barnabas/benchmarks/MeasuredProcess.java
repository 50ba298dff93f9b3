package dev.barnabas.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of a broker: what it has used so far, and the signals it is sent. Its output is kept in its directory. */
final class MeasuredProcess {

    private static final double TICKS_PER_SECOND = 100;

    private final Process process;

    private MeasuredProcess(Process process) {
        this.process = process;
    }

    /** The command must become the measured process itself, so that its processor time can be read. */
    static MeasuredProcess start(List<String> command, Path directory) throws IOException {
        return new MeasuredProcess(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("output.txt").toFile()))
                .start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int waitFor() throws InterruptedException {
        return process.waitFor();
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

    /** @param name as {@code kill} takes it: STOP, CONT */
    void signal(String name) throws IOException, InterruptedException {
        if (new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor()
                != 0) {
            throw new IOException("no signal " + name + " for process " + process.pid());
        }
    }

    /** As {@code kill -9}; returns when the process is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill}; returns when the process is gone, which it is after a minute in any case. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
