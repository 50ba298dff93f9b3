package dev.barnabas.log;

import java.time.Duration;

/**
 * How much a node spends on compaction.
 *
 * @param enabled {@code log.cleaner.enable}
 * @param threads {@code log.cleaner.threads}: how many logs are compacted at once; 0 for none
 * @param memoryBytes {@code log.cleaner.dedupe.buffer.size}: for the keys of all logs that are being compacted
 * @param loadFactor {@code log.cleaner.io.buffer.load.factor}: how full that memory may become
 * @param bytesPerSecond {@code log.cleaner.io.max.bytes.per.second}: how much is read and written, over all logs
 * @param backoff {@code log.cleaner.backoff.ms}: how long to wait when there was nothing to compact
 */
public record CompactionSettings(
        boolean enabled, int threads, long memoryBytes, double loadFactor, double bytesPerSecond, Duration backoff) {

    public static final CompactionSettings DEFAULT =
            new CompactionSettings(true, 1, 128L << 20, 0.9, Double.MAX_VALUE, Duration.ofSeconds(15));

    public CompactionSettings {
        // With less than this nothing would ever come to an end.
        memoryBytes = Math.max(memoryBytes, 1_024);
        loadFactor = loadFactor > 0 && loadFactor <= 1 ? loadFactor : 0.9;
        bytesPerSecond = Math.max(bytesPerSecond, 1);
        threads = enabled ? Math.max(0, threads) : 0;
    }
}
