package dev.barnabas.cli;

import dev.barnabas.server.Server;
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

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A settings file, such as Kafka's server.properties. May be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--set", paramLabel = "NAME=VALUE", description = "One setting. May be repeated.")
    private List<String> assignments = new ArrayList<>();

    private final Streams streams;

    StartCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        return new Server(streams.out(), streams.err()).run(files, assignments);
    }
}
