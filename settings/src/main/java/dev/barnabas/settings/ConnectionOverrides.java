package dev.barnabas.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The meaning of {@link BrokerSettings#MAX_CONNECTIONS_PER_IP_OVERRIDES}. */
public final class ConnectionOverrides {

    static final Rule<String> RULE =
            new Rule<>("host:count,host:count with counts from 0", text -> parse(text) != null);

    private ConnectionOverrides() {}

    /** The most connections at a time by host name or address. */
    public static Map<String, Integer> of(Settings settings) {
        Map<String, Integer> limits = parse(settings.get(BrokerSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES));
        return limits == null ? Map.of() : limits;
    }

    private static @Nullable Map<String, Integer> parse(String text) {
        Map<String, Integer> limits = new LinkedHashMap<>();
        if (text.isBlank()) {
            return limits;
        }
        for (String part : text.split(",", -1)) {
            int colon = part.lastIndexOf(':');
            Integer limit = colon <= 0 ? null : SettingType.INT.parsing().apply(part.substring(colon + 1));
            if (limit == null || limit < 0) {
                return null;
            }
            limits.put(part.substring(0, colon).strip(), limit);
        }
        return limits;
    }
}
