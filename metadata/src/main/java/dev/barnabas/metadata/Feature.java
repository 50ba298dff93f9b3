package dev.barnabas.metadata;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Features whose level every node of a cluster must agree on before one uses it. Kafka's own join when what they stand
 * for works.
 */
public enum Feature {
    /** Which forms of changes may be written to the metadata log. */
    METADATA("barnabas.metadata.version", 1, 1),

    /** Level 1: groups may use the consumer protocol (KIP-848). */
    GROUP("group.version", 0, 1),

    /**
     * Level 1: what is stored of transactions has room for more. Level 2: producers have an epoch for each transaction
     * (KIP-890); they learn of the level by ApiVersions.
     */
    TRANSACTION("transaction.version", 0, 2),

    /** Level 1: share groups (KIP-932). Level 2: they may have a topic for dead letters (KIP-1191). */
    SHARE("share.version", 0, 2),

    /** Level 1: streams applications may have their tasks assigned by the coordinator (KIP-1071). */
    STREAMS("streams.version", 0, 1);

    private final String label;
    private final short lowest;
    private final short highest;

    Feature(String label, int lowest, int highest) {
        this.label = label;
        this.lowest = (short) lowest;
        this.highest = (short) highest;
    }

    public String label() {
        return label;
    }

    /** The lowest level that this version of Barnabas can work at. */
    public short lowest() {
        return lowest;
    }

    /** The highest level that this version of Barnabas can work at. */
    public short highest() {
        return highest;
    }

    /** What a broker of this version says about itself when it registers. */
    public static SortedMap<String, Broker.FeatureRange> supported() {
        SortedMap<String, Broker.FeatureRange> ranges = new TreeMap<>();
        for (Feature feature : values()) {
            ranges.put(feature.label, new Broker.FeatureRange(feature.lowest, feature.highest));
        }
        return Collections.unmodifiableSortedMap(ranges);
    }

    /** The levels of a new cluster. */
    static NavigableMap<String, Short> ofNewCluster() {
        NavigableMap<String, Short> levels = new TreeMap<>();
        for (Feature feature : values()) {
            levels.put(feature.label, feature.highest);
        }
        return Collections.unmodifiableNavigableMap(levels);
    }
}
