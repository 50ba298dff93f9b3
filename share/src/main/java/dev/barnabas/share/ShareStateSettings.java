package dev.barnabas.share;

/**
 * The settings of the share coordinator, under Kafka's names.
 *
 * @param updatesPerSnapshot {@code share.coordinator.snapshot.update.records.per.snapshot}
 * @param pruneIntervalMs how often it is looked what of the log may be given up; Kafka's setting
 *     {@code share.coordinator.state.topic.prune.interval.ms} is internal there
 * @param writeTimeoutMs {@code share.coordinator.write.timeout.ms}: how long an answer waits for its records to be
 *     replicated
 */
public record ShareStateSettings(int updatesPerSnapshot, long pruneIntervalMs, long writeTimeoutMs) {

    /** Kafka's defaults. */
    public static final ShareStateSettings DEFAULTS = new ShareStateSettings(500, 300_000, 5_000);

    public ShareStateSettings {
        require(updatesPerSnapshot >= 0, "share.coordinator.snapshot.update.records.per.snapshot is negative");
        require(pruneIntervalMs >= 1, "the time between two prunings must be positive");
        require(writeTimeoutMs >= 1, "share.coordinator.write.timeout.ms must be positive");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
