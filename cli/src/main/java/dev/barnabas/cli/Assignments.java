package dev.barnabas.cli;

import dev.barnabas.client.Configs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code NAME=VALUE} on the command line. */
final class Assignments {

    private Assignments() {}

    static Map<String, String> parse(List<String> assignments) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                throw Failure.usage(
                        "expected NAME=VALUE, not \"" + assignment + "\"; for example retention.ms=3600000");
            }
            values.put(
                    assignment.substring(0, equals).strip(),
                    assignment.substring(equals + 1).strip());
        }
        return values;
    }

    static List<Configs.Change> changes(List<String> set, List<String> unset) {
        List<Configs.Change> changes = new ArrayList<>();
        parse(set).forEach((name, value) -> changes.add(new Configs.Change.Set(name, value)));
        unset.forEach(name -> changes.add(new Configs.Change.Delete(name)));
        return changes;
    }
}
