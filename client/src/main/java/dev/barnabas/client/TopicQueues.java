package dev.barnabas.client;

import dev.barnabas.host.Entropy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * One topic of a producer: its partitions, as soon as they are known, the records that wait for that, and which
 * partition records without a key go to at the moment. Owned by the producer's loop.
 */
final class TopicQueues {

    private static final int NONE = -1;

    final String topic;

    /** Records that cannot be put into a batch yet. */
    final Deque<Pending> pending = new ArrayDeque<>();

    private final List<PartitionQueue> partitions = new ArrayList<>();
    private int sticky = NONE;
    private long stickyBytes;

    /** A record that waits for the partitions of its topic to become known. */
    record Pending(ProducerRecord record, Delivery delivery, FlushEpoch flushEpoch, long bytes, long acceptedNanos) {}

    TopicQueues(String topic) {
        this.topic = topic;
    }

    List<PartitionQueue> partitions() {
        return partitions;
    }

    /** The partition of a record that does not name one itself. {@code partitions} must be known. */
    int choose(ProducerRecord record, int batchBytes, IntPredicate available, Entropy entropy) {
        if (record.key() != null) {
            return KeyHash.partition(record.key(), partitions.size());
        }
        // A partition gets a batch's worth of bytes before the next one has its turn: fuller batches, and an even
        // spread
        // over time (KIP-794).
        if (sticky == NONE || sticky >= partitions.size() || stickyBytes >= batchBytes || !available.test(sticky)) {
            sticky = pick(available, entropy);
            stickyBytes = 0;
        }
        stickyBytes += record.maxSizeInBytes();
        return sticky;
    }

    /** At random among those that have a leader, less often the longer the queue of a partition is. */
    private int pick(IntPredicate available, Entropy entropy) {
        boolean anyAvailable = false;
        int longest = 0;
        for (int i = 0; i < partitions.size(); i++) {
            if (available.test(i)) {
                anyAvailable = true;
                longest = Math.max(longest, partitions.get(i).waiting());
            }
        }
        if (!anyAvailable) {
            return entropy.nextInt(partitions.size());
        }
        int sum = 0;
        for (int i = 0; i < partitions.size(); i++) {
            sum += available.test(i) ? weight(i, longest) : 0;
        }
        int drawn = entropy.nextInt(sum);
        for (int i = 0; i < partitions.size(); i++) {
            drawn -= available.test(i) ? weight(i, longest) : 0;
            if (drawn < 0) {
                return i;
            }
        }
        return partitions.size() - 1;
    }

    private int weight(int partition, int longest) {
        return longest + 1 - partitions.get(partition).waiting();
    }
}
