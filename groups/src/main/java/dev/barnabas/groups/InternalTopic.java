package dev.barnabas.groups;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A topic that a streams application keeps for itself: a repartition topic, or the changelog of a state.
 *
 * @param replicationFactor 0 for the default of the cluster
 * @param settings of the topic, as texts
 */
public record InternalTopic(String name, int partitions, short replicationFactor, Map<String, String> settings) {
    public InternalTopic {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }
}
