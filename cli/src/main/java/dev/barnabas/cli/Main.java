package dev.barnabas.cli;

import dev.barnabas.client.ClientException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code barnabas} command: where its subcommands hang together. */
@Command(
        name = "barnabas",
        description = "Event streaming that speaks the Apache Kafka protocol.",
        mixinStandardHelpOptions = true,
        version = "barnabas 0.1.0-SNAPSHOT",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Begin with: barnabas start; then, in other terminals, barnabas produce greetings and barnabas consume"
                    + " greetings.",
            "barnabas COMMAND --help says more.",
            "Exit codes: 0 done, 1 failed, 2 wrong command line, 69 no broker answers."
        })
public final class Main {

    private Main() {}

    public static void main(String[] arguments) {
        int code = run(Streams.ofProcess(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs a command and returns its exit code. */
    static int run(Streams streams, String... arguments) {
        return commandLine(streams).execute(arguments);
    }

    static CommandLine commandLine(Streams streams) {
        return new CommandLine(new Main())
                .addSubcommand(new StartCommand(streams))
                .addSubcommand(new ProduceCommand(streams))
                .addSubcommand(new ConsumeCommand(streams))
                .addSubcommand(new TopicCommands(streams))
                .addSubcommand(
                        new CommandLine(new GroupCommands(streams)).addSubcommand(new ResetOffsetsCommand(streams)))
                .addSubcommand(new ConfigCommands(streams))
                .addSubcommand(new LogCommands(streams))
                .addSubcommand(new ClusterCommands(streams))
                .addSubcommand(new CompletionCommand(streams))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setOut(writer(streams.out()))
                .setErr(writer(streams.err()))
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(streams, failure));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    private static int failed(Streams streams, Exception failure) throws Exception {
        return switch (failure) {
            case Failure told -> {
                streams.err().println("barnabas: " + told.getMessage());
                yield told.exitCode();
            }
            case ClientException refused -> {
                streams.err().println("barnabas: " + Errors.describe(refused.error()));
                yield Errors.exitCode(refused.error());
            }
            default -> throw failure;
        };
    }
}
