package dev.barnabas.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** The options of all commands that talk to a cluster. */
final class ClusterOptions {

    @Option(
            names = {"-b", "--bootstrap-server"},
            paramLabel = "HOST:PORT",
            defaultValue = "${env:BARNABAS_BOOTSTRAP_SERVER:-localhost:9092}",
            description = "A broker to start from, or several separated by commas. Default: $BARNABAS_BOOTSTRAP_SERVER,"
                    + " or else localhost:9092.")
    private String servers = "localhost:9092";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for an answer (default ${DEFAULT-VALUE}).")
    private int timeoutSeconds = 30;

    Duration timeout() {
        if (timeoutSeconds < 1) {
            throw Failure.usage("--timeout must be at least 1 second");
        }
        return Duration.ofSeconds(timeoutSeconds);
    }

    Session open() {
        return Session.open(servers, timeout());
    }
}
