package dev.barnabas.groups;

import java.util.List;

/**
 * The settings of one group of the consumer protocol, under Kafka's names.
 *
 * @param enabled the protocol may be used: {@code group.version} and {@code group.coordinator.rebalance.protocols}
 * @param sessionTimeoutMs {@code consumer.session.timeout.ms}: how long a member may be silent
 * @param heartbeatIntervalMs {@code consumer.heartbeat.interval.ms}: how often a member of a settled group sends a
 *     heartbeat
 * @param assignmentIntervalMs {@code consumer.assignment.interval.ms}: the least time between two assignments
 *     (KIP-1263)
 * @param maxSize {@code group.consumer.max.size}: members that a group may have
 * @param assignors {@code group.consumer.assignors}: the first is taken if the members do not care
 * @param migration {@code group.consumer.migration.policy}
 */
public record ConsumerSettings(
        boolean enabled,
        int sessionTimeoutMs,
        int heartbeatIntervalMs,
        int assignmentIntervalMs,
        int maxSize,
        List<String> assignors,
        Migration migration) {

    /** Kafka's defaults. */
    public static final ConsumerSettings DEFAULTS = new ConsumerSettings(
            true, 45_000, 5_000, 1_000, Integer.MAX_VALUE, List.of("uniform", "range"), Migration.BIDIRECTIONAL);

    public ConsumerSettings {
        assignors = List.copyOf(assignors);
    }

    /** Which groups of one protocol may become groups of the other while they have members. */
    public enum Migration {
        DISABLED,
        UPGRADE,
        DOWNGRADE,
        BIDIRECTIONAL;

        boolean upgrades() {
            return this == UPGRADE || this == BIDIRECTIONAL;
        }

        boolean downgrades() {
            return this == DOWNGRADE || this == BIDIRECTIONAL;
        }
    }

    /** Where the settings of each group come from. Asked on any loop. */
    @FunctionalInterface
    public interface OfGroup {
        ConsumerSettings of(String groupId);
    }
}
