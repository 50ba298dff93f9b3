package dev.barnabas.settings;

import static dev.barnabas.settings.Rule.between;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The settings of a subscription to the metrics of clients (KIP-714). */
public final class ClientMetricsSettings {

    private static final Declarations.Builder DECLARED = new Declarations.Builder(Scope.CLIENT_METRICS);

    private static final Set<String> SELECTORS = Set.of(
            "client_instance_id",
            "client_id",
            "client_software_name",
            "client_software_version",
            "client_source_address",
            "client_source_port");

    public static final Setting<List<String>> METRICS =
            DECLARED.list("metrics").doc("The prefixes of the metrics that are asked for; * is all.");

    public static final Setting<Integer> INTERVAL_MS = DECLARED.integer("interval.ms", 300_000)
            .allow(between(100, 3_600_000))
            .doc("How often clients send them.");

    public static final Setting<List<String>> MATCH = DECLARED.list("match")
            .allow(new Rule<>(
                    "name=regular expression, with names "
                            + String.join(", ", SELECTORS.stream().sorted().toList()),
                    ClientMetricsSettings::isSelection))
            .doc("The clients that are asked, by what is known of them; empty is all.");

    /** Every setting of a subscription. */
    public static final Declarations ALL = DECLARED.together();

    private ClientMetricsSettings() {}

    public static Settings of(Map<String, String> texts) {
        return new Settings(ALL, List.of()).with(Source.CLIENT_METRICS, texts);
    }

    private static boolean isSelection(List<String> selectors) {
        return selectors.stream().allMatch(ClientMetricsSettings::isSelector);
    }

    private static boolean isSelector(String selector) {
        int equals = selector.indexOf('=');
        if (equals <= 0 || !SELECTORS.contains(selector.substring(0, equals).strip())) {
            return false;
        }
        try {
            return Pattern.compile(selector.substring(equals + 1).strip()) != null;
        } catch (PatternSyntaxException malformed) {
            return false;
        }
    }
}
