package dev.barnabas.groups;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of one streams group, under Kafka's names.
 *
 * @param enabled the protocol may be used: {@code streams.version} and {@code group.coordinator.rebalance.protocols}
 * @param sessionTimeoutMs {@code streams.session.timeout.ms}: how long a member may be silent
 * @param heartbeatIntervalMs {@code streams.heartbeat.interval.ms}: how often a member of a settled group sends a
 *     heartbeat
 * @param assignmentIntervalMs {@code streams.assignment.interval.ms}: the least time between two assignments (KIP-1263)
 * @param initialDelayMs {@code streams.initial.rebalance.delay.ms}: how long an empty group waits for more members
 *     before its first assignment
 * @param standbyReplicas {@code streams.num.standby.replicas}: how many standby tasks each task with state has
 * @param rackTags {@code streams.rack.aware.assignment.tags}: the tags that standby tasks are spread by
 * @param maxSize {@code group.streams.max.size}: members that a group may have
 */
public record StreamsSettings(
        boolean enabled,
        int sessionTimeoutMs,
        int heartbeatIntervalMs,
        int assignmentIntervalMs,
        int initialDelayMs,
        int standbyReplicas,
        List<String> rackTags,
        int maxSize) {

    /** The only assignor. */
    static final String ASSIGNOR = "sticky";

    /** Kafka's defaults. */
    public static final StreamsSettings DEFAULTS =
            new StreamsSettings(true, 45_000, 5_000, 1_000, 3_000, 0, List.of(), Integer.MAX_VALUE);

    public StreamsSettings {
        rackTags = List.copyOf(rackTags);
    }

    /** What assignments depend on, as it is stored with the group: when it changes, the group is assigned anew. */
    Map<String, String> ofAssignment() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("num.standby.replicas", Integer.toString(standbyReplicas));
        if (!rackTags.isEmpty()) {
            settings.put("rack.aware.assignment.tags", String.join(",", rackTags));
        }
        return settings;
    }

    /** Where the settings of each group come from. Asked on any loop. */
    @FunctionalInterface
    public interface OfGroup {
        StreamsSettings of(String groupId);
    }
}
