package dev.barnabas.broker;

import dev.barnabas.groups.GroupCensus;
import dev.barnabas.log.CompactionStatus;
import dev.barnabas.log.ScrubStatus;
import dev.barnabas.transactions.TransactionCensus;
import java.util.List;
import java.util.NavigableMap;

/**
 * What there is to see of a node at one time, for metrics and health: a value, collected from the loops that own it.
 *
 * @param partitions all that are open here
 * @param offlinePartitions that should be open here and are not
 * @param failedDirectories those of {@code log.dirs} that do not work, as the operator named them
 * @param fullDirectories those that have no room for more records
 * @param groups that this node coordinates
 * @param transactions that this node coordinates
 * @param lags how far groups are behind
 * @param clients what clients have pushed
 * @param atMs when it was collected, in milliseconds since 1970
 */
public record Observation(
        List<OfPartition> partitions,
        int offlinePartitions,
        List<String> failedDirectories,
        List<String> fullDirectories,
        int connections,
        GroupCensus groups,
        TransactionCensus transactions,
        List<Lag> lags,
        OfClients clients,
        long atMs) {

    Observation with(OfClients pushed) {
        return new Observation(
                partitions,
                offlinePartitions,
                failedDirectories,
                fullDirectories,
                connections,
                groups,
                transactions,
                lags,
                pushed,
                atMs);
    }

    /**
     * What clients have pushed last (KIP-714).
     *
     * @param dropped pushes of which nothing was kept, as there was too much already
     */
    public record OfClients(List<OfClient> points, long dropped) {
        static final OfClients NOTHING = new OfClients(List.of(), 0);
    }

    /** A number that a client has pushed, as it names it. */
    public record OfClient(
            String instanceId, String clientId, String metric, NavigableMap<String, String> attributes, double value) {}

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

    /**
     * @param records how many records lie between the committed offset and the high watermark
     * @param oldestMs the timestamp of the batch of the first of them, in milliseconds since 1970; -1 if there is none,
     *     or it is not known
     */
    public record Lag(String group, String topic, int partition, long committedOffset, long records, long oldestMs) {

        Lag since(long timestampMs) {
            return new Lag(group, topic, partition, committedOffset, records, timestampMs);
        }
    }
}
