package dev.barnabas.cli;

import dev.barnabas.client.ClientException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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

    /** In the order of the help. */
    private static final Map<String, Function<Streams, Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("start", StartCommand::new);
        COMMANDS.put("produce", ProduceCommand::new);
        COMMANDS.put("consume", ConsumeCommand::new);
        COMMANDS.put(
                "topic",
                streams ->
                        new CommandLine(new TopicCommands(streams)).addSubcommand(new DescribeTopicsCommand(streams)));
        COMMANDS.put(
                "group",
                streams -> new CommandLine(new GroupCommands(streams))
                        .addSubcommand(new DescribeGroupsCommand(streams))
                        .addSubcommand(new ResetOffsetsCommand(streams)));
        COMMANDS.put("txn", TransactionCommands::new);
        COMMANDS.put("config", ConfigCommands::new);
        COMMANDS.put(
                "log", streams -> new CommandLine(new LogCommands(streams)).addSubcommand(new VerifyCommand(streams)));
        COMMANDS.put(
                "cluster",
                streams ->
                        new CommandLine(new ClusterCommands(streams)).addSubcommand(new ClusterStartCommand(streams)));
        COMMANDS.put(
                "broker",
                streams -> new CommandLine(new BrokerCommands(streams)).addSubcommand(new BrokerDrainCommand(streams)));
        COMMANDS.put(
                "partition",
                streams -> new CommandLine(new PartitionCommands(streams))
                        .addSubcommand(new ReassignCommand(streams))
                        .addSubcommand(new ThrottleCommand(streams)));
        COMMANDS.put("quorum", QuorumCommands::new);
        COMMANDS.put(
                "why",
                streams -> new CommandLine(new WhyCommands(streams)).addSubcommand(new WhyGroupCommand(streams)));
        COMMANDS.put("completion", CompletionCommand::new);
    }

    private Main() {}

    public static void main(String[] arguments) {
        int code = run(Streams.ofProcess(), arguments);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs a command and returns its exit code. */
    static int run(Streams streams, String... arguments) {
        return commandLine(
                        streams,
                        COMMANDS.keySet().stream()
                                .filter(name -> arguments.length > 0 && arguments[0].equals(name))
                                .findFirst())
                .execute(arguments);
    }

    /** With all commands. */
    static CommandLine commandLine(Streams streams) {
        return commandLine(streams, Optional.empty());
    }

    /**
     * With one command, or with all. To read what a command looks like from its annotations takes longer than all else
     * that happens before it runs, so it is not done for those that nobody asked for.
     */
    private static CommandLine commandLine(Streams streams, Optional<String> only) {
        CommandLine line = new CommandLine(new Main());
        COMMANDS.forEach((name, command) -> {
            if (only.isEmpty() || only.get().equals(name)) {
                line.addSubcommand(command.apply(streams));
            }
        });
        return line.setCaseInsensitiveEnumValuesAllowed(true)
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
            case UncheckedIOException unwritten -> Errors.output(streams, unwritten);
            default -> throw failure;
        };
    }
}
