package dev.barnabas.gateway;

import dev.barnabas.broker.Observation;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * The numbers that clients have pushed (KIP-714), under one name, as nobody knows beforehand what clients call theirs.
 */
final class ClientMetrics {

    private ClientMetrics() {}

    static List<MetricSnapshot> of(Observation seen) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name("barnabas_client_metric").help("What clients have pushed last");
        Set<Labels> known = new HashSet<>();
        for (Observation.OfClient point : seen.clients().points()) {
            Labels labels = labels(point);
            if (known.add(labels)) {
                gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels)
                        .value(point.value())
                        .build());
            }
        }
        return List.of(
                gauge.build(),
                CounterSnapshot.builder()
                        .name("barnabas_client_metric_pushes_dropped")
                        .help("Pushes of clients of which nothing was kept, as there was too much already")
                        .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                                .value((double) seen.clients().dropped())
                                .build())
                        .build());
    }

    private static Labels labels(Observation.OfClient point) {
        TreeMap<String, String> labels = new TreeMap<>();
        // Whatever a client calls its attributes, it cannot take the place of what is known of it.
        point.attributes().forEach((name, value) -> labels.put(label(name), value));
        labels.put("client_instance_id", point.instanceId());
        labels.put("client_id", point.clientId());
        labels.put("metric", point.metric());
        return Labels.of(labels.keySet().toArray(String[]::new), labels.values().toArray(String[]::new));
    }

    private static String label(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_]", "_");
        return plain.isEmpty() || plain.startsWith("__") || Character.isDigit(plain.charAt(0))
                ? "attribute_" + plain.replaceFirst("^_+", "")
                : plain;
    }
}
