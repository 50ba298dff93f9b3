package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The reference page of all settings, {@code docs/settings.md}. */
public final class SettingsPage {

    private SettingsPage() {}

    /** The whole page, in Markdown. */
    public static String text() {
        StringBuilder page = new StringBuilder();
        page.append("# Settings\n\n")
                .append("<!-- Generated from the declarations in the module settings; do not edit. To renew it:\n")
                .append("     mvn -q -pl settings test -Dtest=SettingsPageTest -Dsettings.page=write -->\n\n")
                .append("A node needs no settings: without any it is a durable single node on `localhost:9092`."
                        + " Settings are read from a file in the form of\n"
                        + "Kafka's `server.properties` (`--config FILE`) and from the command line (`--set"
                        + " name=value`), which counts over the file. Names and\n"
                        + "meanings are those of Apache Kafka 4.4.0; Barnabas' own start with `barnabas.`. An"
                        + " unknown name or a value that is not allowed is\n"
                        + "refused, and everything that is wrong is listed at once.\n\n")
                .append("*At run time* says whether a setting can be changed while the node runs: `cluster-wide` for"
                        + " all nodes (and then for single ones),\n"
                        + "`per broker` for one node at a time, `no` only with a restart.\n\n");
        table(page, "Settings of a node", inEffect(BrokerSettings.ALL), true);
        table(page, "Settings of a topic", inEffect(TopicSettings.ALL), false);
        page.append("What is not set for a topic comes from the node's setting of that meaning.\n\n");
        withoutEffect(page);
        return page.toString();
    }

    private static List<Setting<?>> inEffect(Declarations declarations) {
        return declarations.all().stream()
                .filter(setting -> setting.withoutEffect().isEmpty())
                .toList();
    }

    private static void table(StringBuilder page, String title, List<Setting<?>> settings, boolean ofBroker) {
        page.append("## ").append(title).append("\n\n");
        page.append("| Name | Type | Default | Allowed |")
                .append(ofBroker ? " At run time |" : " Of the node |")
                .append(" What it does |\n|---|---|---|---|---|---|\n");
        for (Setting<?> setting : settings) {
            String fifth = ofBroker
                    ? setting.update().label()
                    : setting.fallbacks().stream()
                            .findFirst()
                            .map(first -> code(first.setting().name()))
                            .orElse("");
            String doc = setting.doc()
                    + setting.difference().map(why -> " *" + why + ".*").orElse("");
            row(page, code(setting.name()), type(setting), defaultOf(setting), setting.allowed(), fifth, doc);
        }
        page.append('\n');
    }

    private static void withoutEffect(StringBuilder page) {
        page.append("## Settings without effect\n\n")
                .append("These are read, checked and kept, so that existing files, tools and scripts go on working,"
                        + " but they change nothing in this version.\n"
                        + "A node names each one that it is given in its log when it starts.\n\n");
        for (Declarations declarations :
                List.of(BrokerSettings.ALL, TopicSettings.ALL, GroupSettings.ALL, ClientMetricsSettings.ALL)) {
            Map<String, List<String>> byReason = new LinkedHashMap<>();
            for (Setting<?> setting : declarations.all()) {
                setting.withoutEffect()
                        .ifPresent(reason -> byReason.computeIfAbsent(reason, absent -> new ArrayList<>())
                                .add(code(setting.name())));
            }
            page.append("**Of a ").append(declarations.scope().label()).append("**\n\n");
            byReason.forEach((reason, names) -> page.append("- ")
                    .append(reason)
                    .append(": ")
                    .append(String.join(", ", names))
                    .append("\n"));
            page.append('\n');
        }
    }

    private static void row(StringBuilder page, String... cells) {
        page.append("| ");
        page.append(String.join(" | ", cells).replace("\n", " "));
        page.append(" |\n");
    }

    private static String type(Setting<?> setting) {
        String label = setting.type().label();
        return setting.unit() == Unit.NONE
                ? label
                : label + ", " + setting.unit().label();
    }

    private static <T> String defaultOf(Setting<T> setting) {
        String text = setting.defaultValue()
                .map(value -> setting.type().rendering().apply(value))
                .orElse("");
        return text.isEmpty() ? "" : code(text);
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}
