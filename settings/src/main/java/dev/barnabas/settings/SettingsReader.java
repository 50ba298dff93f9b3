package dev.barnabas.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the settings that a node is started with: the command line over the file over the defaults. Nothing is read
 * from a disk here; the caller brings the text.
 *
 * <pre>{@code
 * Reading reading = new SettingsReader().file("server.properties", text).set("log.dirs=/data").read();
 * }</pre>
 */
public final class SettingsReader {

    private final List<Assignment> file = new ArrayList<>();
    private final List<Assignment> commandLine = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, String> warnings = new LinkedHashMap<>();

    /** Adds a settings file; one that is added later counts over one that was added before. */
    public SettingsReader file(String name, String text) {
        PropertiesText parsed = PropertiesText.parse(name, text);
        file.addAll(parsed.assignments());
        problems.addAll(parsed.problems());
        return this;
    }

    /** Adds the argument of a {@code --set} option: {@code name=value}. */
    public SettingsReader set(String nameAndValue) {
        int equals = nameAndValue.indexOf('=');
        if (equals <= 0) {
            problems.add(new Problem("--set", nameAndValue, "write it as name=value"));
        } else {
            String name = nameAndValue.substring(0, equals).strip();
            commandLine.add(new Assignment("--set", name, nameAndValue.substring(equals + 1)));
        }
        return this;
    }

    public Reading read() {
        Layer fromFile = layer(file);
        Layer fromCommandLine = layer(commandLine);
        Settings settings = new Settings(
                BrokerSettings.ALL,
                Stream.of(fromCommandLine, fromFile)
                        .filter(layer -> !layer.isEmpty())
                        .toList());
        BrokerRules.problems(settings)
                .forEach(problem ->
                        problems.add(new Problem(whereSet(problem.name()), problem.name(), problem.message())));
        if (!problems.isEmpty()) {
            return new Reading.Refused(List.copyOf(problems));
        }
        List<String> lines = new ArrayList<>(warnings.values());
        lines.addAll(BrokerRules.warnings(settings));
        return new Reading.Accepted(settings, List.copyOf(lines));
    }

    private Layer layer(List<Assignment> assignments) {
        Layer.Builder layer = new Layer.Builder();
        Map<String, Assignment> seen = new LinkedHashMap<>();
        for (Assignment assignment : assignments) {
            Assignment earlier = seen.put(assignment.name(), assignment);
            if (earlier != null) {
                warnings.put(
                        "twice " + assignment.name(),
                        assignment.where() + ": " + assignment.name() + " replaces the value at " + earlier.where());
            }
        }
        seen.values().forEach(assignment -> read(assignment, layer));
        return layer.build(Source.STATIC_BROKER);
    }

    private void read(Assignment assignment, Layer.Builder into) {
        String name = assignment.name();
        Optional<Setting<?>> declared = BrokerSettings.ALL.find(name);
        if (declared.isPresent()) {
            read(assignment, declared.get(), into);
            return;
        }
        Optional<String> ignored = IgnoredNames.reason(name);
        if (ignored.isPresent()) {
            warn(assignment, ignored.get());
        } else {
            problems.add(new Problem(assignment.where(), name, unknown(name)));
        }
    }

    private <T> void read(Assignment assignment, Setting<T> setting, Layer.Builder into) {
        switch (setting.check(assignment.text())) {
            case Checked.Valid<T>(T value) -> {
                into.put(setting, value);
                setting.withoutEffect().ifPresent(reason -> warn(assignment, reason));
            }
            case Checked.Invalid<T>(String message) ->
                problems.add(new Problem(assignment.where(), assignment.name(), message));
        }
    }

    private void warn(Assignment assignment, String reason) {
        warnings.putIfAbsent(
                assignment.name(), assignment.where() + ": " + assignment.name() + " has no effect: " + reason);
    }

    private static String unknown(String name) {
        Optional<String> broker = TopicSettings.ALL
                .find(name)
                .flatMap(topic -> topic.fallbacks().stream().findFirst())
                .map(fallback -> fallback.setting().name());
        if (broker.isPresent()) {
            return "a setting of a topic; the one for all topics is " + broker.get();
        }
        return BrokerSettings.ALL
                .nearest(name)
                .map(nearest -> "unknown setting; did you mean " + nearest + "?")
                .orElse("unknown setting; all settings are listed in docs/settings.md");
    }

    private String whereSet(String name) {
        String where = "";
        for (List<Assignment> assignments : List.of(file, commandLine)) {
            for (Assignment assignment : assignments) {
                if (assignment.name().equals(name)) {
                    where = assignment.where();
                }
            }
        }
        return where;
    }
}
