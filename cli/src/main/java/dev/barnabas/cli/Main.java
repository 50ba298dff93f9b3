package dev.barnabas.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code barnabas} command: where its subcommands hang together. */
@Command(
        name = "barnabas",
        description = "Event streaming that speaks the Apache Kafka protocol.",
        mixinStandardHelpOptions = true,
        version = "barnabas 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {StartCommand.class})
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        int code = new CommandLine(new Main()).execute(arguments);
        if (code != 0) {
            System.exit(code);
        }
    }
}
