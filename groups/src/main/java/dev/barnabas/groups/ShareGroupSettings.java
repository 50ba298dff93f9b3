package dev.barnabas.groups;

/**
 * The settings of one share group, as far as its members are concerned, under Kafka's names.
 *
 * @param enabled share groups may be used: {@code share.version}
 * @param sessionTimeoutMs {@code share.session.timeout.ms}: how long a member may be silent
 * @param heartbeatIntervalMs {@code share.heartbeat.interval.ms}: how often a member of a settled group sends a
 *     heartbeat
 * @param assignmentIntervalMs {@code share.assignment.interval.ms}: the least time between two assignments (KIP-1263)
 * @param maxSize {@code group.share.max.size}: members that a group may have
 */
public record ShareGroupSettings(
        boolean enabled, int sessionTimeoutMs, int heartbeatIntervalMs, int assignmentIntervalMs, int maxSize) {

    /** Kafka's defaults. */
    public static final ShareGroupSettings DEFAULTS = new ShareGroupSettings(true, 45_000, 5_000, 1_000, 200);

    /** Where the settings of each group come from. Asked on any loop. */
    @FunctionalInterface
    public interface OfGroup {
        ShareGroupSettings of(String groupId);
    }
}
