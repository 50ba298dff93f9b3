package dev.barnabas.groups;

/**
 * The settings of groups, under Kafka's names.
 *
 * @param maxSize {@code group.max.size}: members that a group may have
 * @param minSessionTimeoutMs {@code group.min.session.timeout.ms}
 * @param maxSessionTimeoutMs {@code group.max.session.timeout.ms}
 * @param initialRebalanceDelayMs {@code group.initial.rebalance.delay.ms}: how long an empty group waits for more
 *     members before its first rebalance
 * @param offsetMetadataMaxChars {@code offset.metadata.max.bytes}: the longest text that may be committed with an
 *     offset; Kafka counts UTF-16 characters, whatever the name says
 * @param offsetsRetentionMs {@code offsets.retention.minutes}: how long offsets are kept when nobody uses them any more
 * @param offsetsRetentionCheckIntervalMs {@code offsets.retention.check.interval.ms}
 * @param commitTimeoutMs {@code offsets.commit.timeout.ms}: how long an answer waits for its records to be replicated
 */
public record GroupSettings(
        int maxSize,
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int initialRebalanceDelayMs,
        int offsetMetadataMaxChars,
        long offsetsRetentionMs,
        long offsetsRetentionCheckIntervalMs,
        long commitTimeoutMs) {

    /** Kafka's defaults. */
    public static final GroupSettings DEFAULTS =
            new GroupSettings(Integer.MAX_VALUE, 6_000, 1_800_000, 3_000, 4_096, 10_080L * 60_000, 600_000, 5_000);

    public GroupSettings {
        require(maxSize >= 1, "group.max.size must be at least 1");
        require(minSessionTimeoutMs <= maxSessionTimeoutMs, "group.min.session.timeout.ms is above the maximum");
        require(initialRebalanceDelayMs >= 0, "group.initial.rebalance.delay.ms must not be negative");
        require(offsetMetadataMaxChars >= 0, "offset.metadata.max.bytes must not be negative");
        require(offsetsRetentionMs >= 1, "offsets.retention.minutes must be positive");
        require(offsetsRetentionCheckIntervalMs >= 1, "offsets.retention.check.interval.ms must be positive");
        require(commitTimeoutMs >= 1, "offsets.commit.timeout.ms must be positive");
    }

    public GroupSettings withMaxSize(int members) {
        return new GroupSettings(
                members,
                minSessionTimeoutMs,
                maxSessionTimeoutMs,
                initialRebalanceDelayMs,
                offsetMetadataMaxChars,
                offsetsRetentionMs,
                offsetsRetentionCheckIntervalMs,
                commitTimeoutMs);
    }

    public GroupSettings withInitialRebalanceDelayMs(int delayMs) {
        return new GroupSettings(
                maxSize,
                minSessionTimeoutMs,
                maxSessionTimeoutMs,
                delayMs,
                offsetMetadataMaxChars,
                offsetsRetentionMs,
                offsetsRetentionCheckIntervalMs,
                commitTimeoutMs);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
