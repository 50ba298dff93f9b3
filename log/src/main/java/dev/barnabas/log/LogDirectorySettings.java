package dev.barnabas.log;

import java.time.Duration;

/**
 * What the logs of one directory on one loop share.
 *
 * @param maxOpenFiles how many segment files are kept open; exceeded only while more are being read at once
 * @param reserveBytes appends are refused when the disk has less left than this, so that what keeps the node healthy
 *     (checkpoints, metadata, deleting) can still write
 * @param hotBytes how much of what was appended last, over all these logs together, is taken to be in the page cache
 *     and read on the loop
 * @param retentionCheckInterval {@code log.retention.check.interval.ms}
 * @param producerIdExpiration {@code producer.id.expiration.ms}: when a producer that sends nothing is forgotten
 * @param checkpointInterval {@code log.flush.offset.checkpoint.interval.ms}: how long what is on stable storage may not
 *     be written down as such
 */
public record LogDirectorySettings(
        int maxOpenFiles,
        long reserveBytes,
        long hotBytes,
        Duration retentionCheckInterval,
        Duration producerIdExpiration,
        Duration checkpointInterval) {

    public static final LogDirectorySettings DEFAULT =
            new LogDirectorySettings(4_096, 64L << 20, 256L << 20, Duration.ofMinutes(5), Duration.ofDays(1));

    /** With a checkpoint every minute, as Kafka has it. */
    public LogDirectorySettings(
            int maxOpenFiles,
            long reserveBytes,
            long hotBytes,
            Duration retentionCheckInterval,
            Duration producerIdExpiration) {
        this(maxOpenFiles, reserveBytes, hotBytes, retentionCheckInterval, producerIdExpiration, Duration.ofMinutes(1));
    }
}
