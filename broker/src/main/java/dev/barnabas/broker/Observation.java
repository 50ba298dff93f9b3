package dev.barnabas.broker;

import dev.barnabas.log.CompactionStatus;
import dev.barnabas.log.ScrubStatus;
import java.util.List;

/**
 * What there is to see of a node at one time, for metrics and health: a value, collected from the loops that own it.
 *
 * @param partitions all that are open here
 * @param offlinePartitions that should be open here and are not
 * @param failedDirectories those of {@code log.dirs} that do not work, as the operator named them
 * @param fullDirectories those that have no room for more records
 * @param lags how far groups are behind
 */
public record Observation(
        List<OfPartition> partitions,
        int offlinePartitions,
        List<String> failedDirectories,
        List<String> fullDirectories,
        int connections,
        List<OfGroup> groups,
        List<Lag> lags) {

    /**
     * Offsets are as in {@code dev.barnabas.replication.Partition}; the size is that of all segments in bytes.
     *
     * @param hangingTransactions that have been open for longer than any may be, if the partition is led here
     */
    public record OfPartition(
            String topic,
            int partition,
            long logStartOffset,
            long highWatermark,
            long endOffset,
            long sizeInBytes,
            int hangingTransactions,
            CompactionStatus compaction,
            ScrubStatus scrub) {}

    /** @param state as Kafka names it, such as {@code Stable} */
    public record OfGroup(String group, String state, int members) {}

    /** @param records how many records lie between the committed offset and the high watermark */
    public record Lag(String group, String topic, int partition, long committedOffset, long records) {}
}
