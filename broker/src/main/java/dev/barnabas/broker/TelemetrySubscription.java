package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Resource;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.ClientMetricsSettings;
import dev.barnabas.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What one client is asked for, by all subscriptions that match it together (KIP-714).
 *
 * @param id changes whenever anything of it does, and is the same on all brokers
 * @param metrics prefixes of names; only {@code *}: all; none: nothing is asked for
 * @param intervalMs how often
 */
record TelemetrySubscription(int id, List<String> metrics, int intervalMs) {

    private static final String ALL = "*";

    /** Who asks. */
    record Client(
            Uuid instanceId, String clientId, String softwareName, String softwareVersion, String address, int port) {

        private Map<String, String> attributes() {
            return Map.of(
                    "client_instance_id", instanceId.toString(),
                    "client_id", clientId,
                    "client_software_name", softwareName,
                    "client_software_version", softwareVersion,
                    "client_source_address", address,
                    "client_source_port", Integer.toString(port));
        }
    }

    static TelemetrySubscription of(Client client, ClusterImage image) {
        TreeSet<String> metrics = new TreeSet<>();
        int intervalMs = ClientMetricsSettings.of(Map.of()).get(ClientMetricsSettings.INTERVAL_MS);
        boolean any = false;
        Map<String, String> attributes = client.attributes();
        for (Resource resource : image.resourcesWithSettings(Resource.Type.CLIENT_METRICS)) {
            Settings settings = image.clientMetricsSettings(resource.name());
            if (matches(settings.get(ClientMetricsSettings.MATCH), attributes)) {
                metrics.addAll(settings.get(ClientMetricsSettings.METRICS));
                int wanted = settings.get(ClientMetricsSettings.INTERVAL_MS);
                intervalMs = any ? Math.min(intervalMs, wanted) : wanted;
                any = true;
            }
        }
        List<String> asked = metrics.contains(ALL) ? List.of(ALL) : List.copyOf(metrics);
        CRC32C crc = new CRC32C();
        crc.update((asked + " " + intervalMs).getBytes(StandardCharsets.UTF_8));
        int id = (int) crc.getValue()
                ^ Long.hashCode(client.instanceId.mostSignificantBits())
                ^ Long.hashCode(client.instanceId.leastSignificantBits());
        return new TelemetrySubscription(id, asked, intervalMs);
    }

    /** The settings have been checked when they were set: names are known, and expressions are expressions. */
    private static boolean matches(List<String> selectors, Map<String, String> attributes) {
        return selectors.stream().allMatch(selector -> {
            int equals = selector.indexOf('=');
            String value = attributes.getOrDefault(selector.substring(0, equals).strip(), "");
            return Pattern.matches(selector.substring(equals + 1).strip(), value);
        });
    }
}
