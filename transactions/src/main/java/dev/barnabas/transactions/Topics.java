package dev.barnabas.transactions;

/** The topics that there are, as the newest metadata that this node has seen says. Asked on any loop. */
public interface Topics {

    boolean hasPartition(TopicPartition partition);

    /**
     * How many partitions {@code __consumer_offsets} has; 0 while it does not exist. The offsets that a transaction
     * commits are written there.
     */
    int offsetsPartitions();
}
