package dev.barnabas.cli;

import dev.barnabas.client.Configs;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code barnabas config}. */
@Command(
        name = "config",
        description = "Show and change settings of topics, brokers and groups.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class ConfigCommands {

    private static final String ALL_BROKERS = "all";

    private final Streams streams;

    ConfigCommands(Streams streams) {
        this.streams = streams;
    }

    /** What has settings. */
    enum Kind {
        TOPIC,
        BROKER,
        GROUP,
        CLIENT_METRICS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        Configs.Resource named(String name) {
            return switch (this) {
                case TOPIC -> Configs.Resource.topic(name);
                case GROUP -> new Configs.Resource(Configs.Kind.GROUP, name);
                case CLIENT_METRICS -> new Configs.Resource(Configs.Kind.CLIENT_METRICS, name);
                case BROKER -> {
                    if (name.equals(ALL_BROKERS)) {
                        yield Configs.Resource.allBrokers();
                    }
                    if (!name.matches("[0-9]{1,9}")) {
                        throw Failure.usage(
                                "a broker is named by its number, or \"all\" for the default of all brokers,"
                                        + " not \"" + name + "\"; barnabas cluster describe shows the numbers");
                    }
                    yield Configs.Resource.broker(Integer.parseInt(name));
                }
            };
        }
    }

    @Command(
            name = "get",
            description = "Show settings: those that were changed, or those that are named, or all of them.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: barnabas config get topic logs retention.ms"})
    int get(
            @Mixin ClusterOptions cluster,
            @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}.") Kind kind,
            @Parameters(
                            index = "1",
                            paramLabel = "NAME",
                            description = "A topic, a group, a broker's number, or \"all\" for all brokers.")
                    String name,
            @Parameters(index = "2..*", arity = "0..*", paramLabel = "SETTING", description = "Only these.") @Nullable
                    List<String> wanted,
            @Option(
                            names = {"-a", "--all"},
                            description = "Also those that have their defaults.")
                    boolean all,
            @Option(names = "--json", description = "A JSON document.") boolean json) {
        Configs.Resource resource = kind.named(name);
        Set<String> only = wanted == null ? Set.of() : Set.copyOf(wanted);
        try (Session session = cluster.open()) {
            Map<Configs.Resource, List<Configs.Entry>> found = Session.succeeded(
                    session.get(() -> session.admin().describeConfigs(List.of(resource))), "settings of", streams);
            List<Configs.Entry> entries = found.getOrDefault(resource, List.of());
            if (found.isEmpty()) {
                return ExitCode.FAILED;
            }
            List<Configs.Entry> shown = new ArrayList<>();
            for (Configs.Entry entry : entries) {
                boolean changed = entry.source() != Configs.Source.DEFAULT;
                if (only.isEmpty() ? all || changed : only.contains(entry.name())) {
                    shown.add(entry);
                }
            }
            if (json) {
                Json.print(shown.stream().map(ConfigCommands::document).toList(), streams.raw());
            } else if (shown.isEmpty() && only.isEmpty()) {
                streams.out().println("All settings of " + resource + " have their defaults; --all shows them.");
            } else if (!shown.isEmpty()) {
                Table table = new Table("SETTING", "VALUE", "FROM");
                shown.forEach(entry -> table.row(entry.name(), value(entry), source(entry)));
                table.print(streams.out());
            }
            List<String> missing = only.stream()
                    .filter(each ->
                            shown.stream().noneMatch(entry -> entry.name().equals(each)))
                    .sorted()
                    .toList();
            missing.forEach(each -> streams.err()
                    .println("barnabas: " + resource + " has no setting " + each + "; --all shows what there is"));
            return missing.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static String value(Configs.Entry entry) {
        if (entry.sensitive()) {
            return "(secret)";
        }
        String value = entry.value();
        return value == null ? "" : value;
    }

    private static String source(Configs.Entry entry) {
        return entry.source().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Map<String, @Nullable Object> document(Configs.Entry entry) {
        return TopicCommands.ordered(
                "name",
                entry.name(),
                "value",
                entry.value(),
                "source",
                source(entry),
                "type",
                entry.type().name().toLowerCase(Locale.ROOT),
                "readOnly",
                entry.readOnly(),
                "sensitive",
                entry.sensitive());
    }

    @Command(
            name = "set",
            description = "Change settings; the others stay as they are.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  barnabas config set topic logs retention.ms=3600000",
                "  barnabas config set topic logs --unset retention.ms"
            })
    int set(
            @Mixin ClusterOptions cluster,
            @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}.") Kind kind,
            @Parameters(
                            index = "1",
                            paramLabel = "NAME",
                            description = "A topic, a group, a broker's number, or \"all\" for all brokers.")
                    String name,
            @Parameters(
                            index = "2..*",
                            arity = "0..*",
                            paramLabel = "NAME=VALUE",
                            description = "What to change. [a,b] is not needed for lists: write a,b.")
                    @Nullable
                    List<String> assignments,
            @Option(names = "--unset", paramLabel = "NAME", description = "Take back to the default. May be repeated.")
                    @Nullable
                    List<String> unset,
            @Option(names = "--dry-run", description = "Only check whether it could be done.") boolean dryRun) {
        Configs.Resource resource = kind.named(name);
        List<Configs.Change> changes =
                Assignments.changes(assignments == null ? List.of() : assignments, unset == null ? List.of() : unset);
        if (changes.isEmpty()) {
            throw Failure.usage("say what to change: NAME=VALUE or --unset NAME");
        }
        try (Session session = cluster.open()) {
            var done = Session.succeeded(
                    session.get(() -> session.admin().alterConfigs(Map.of(resource, changes), dryRun)),
                    "settings of",
                    streams);
            if (done.isEmpty()) {
                return ExitCode.FAILED;
            }
            for (Configs.Change change : changes) {
                streams.out()
                        .println((dryRun ? "Could change " : "Changed ") + resource + ": "
                                + switch (change) {
                                    case Configs.Change.Set(String setting, String value) -> setting + "=" + value;
                                    case Configs.Change.Delete(String setting) -> setting + " back to its default";
                                    case Configs.Change.Append(String setting, String value) -> setting + " + " + value;
                                    case Configs.Change.Subtract(String setting, String value) ->
                                        setting + " - " + value;
                                });
            }
            return ExitCode.OK;
        }
    }
}
