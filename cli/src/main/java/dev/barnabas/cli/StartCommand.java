package dev.barnabas.cli;

import dev.barnabas.server.Server;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code barnabas start}: runs a node in this process. */
@Command(
        name = "start",
        description = "Start a durable single node; without any option on localhost:9092.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Settings have Kafka's names (docs/settings.md). What is given with --set counts over the file, and the"
                    + " file over the defaults.",
            "Exit codes: 1 failed, 78 wrong settings, 130 and 143 stopped by Ctrl-C and SIGTERM."
        })
final class StartCommand implements Callable<Integer> {

    /** For those who start nodes as processes of their own and may be killed: the node does not outlive them. */
    static final String STOP_AT_END_OF_INPUT = "--stop-at-end-of-input";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A settings file, such as Kafka's server.properties. May be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "One setting. May be repeated.")
    private List<String> assignments = new ArrayList<>();

    @Option(names = STOP_AT_END_OF_INPUT, hidden = true, description = "Stop when the standard input ends.")
    private boolean stopAtEndOfInput;

    /** As after SIGTERM. */
    private static final int EXIT_TERMINATED = 143;

    private final Streams streams;

    StartCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (stopAtEndOfInput) {
            Thread waiting = new Thread(this::stopAtEnd, "end-of-input");
            waiting.setDaemon(true);
            waiting.start();
        }
        return new Server(streams.out(), streams.err()).run(files, assignments);
    }

    private void stopAtEnd() {
        try {
            while (streams.in().read() >= 0) {
                // Nothing is meant by what comes.
            }
        } catch (IOException e) {
            // Then there is nobody at the other end either.
            streams.remark("The standard input cannot be read any more: " + e.getMessage());
        }
        // As SIGTERM does: the node is stopped in order.
        System.exit(EXIT_TERMINATED);
    }
}
