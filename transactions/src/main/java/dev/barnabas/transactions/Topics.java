package dev.barnabas.transactions;

/** The topics that there are, as the newest metadata that this node has seen says. Asked on any loop. */
public interface Topics {

    boolean hasPartition(TopicPartition partition);

    /** Whether clients may not write to the topic themselves. */
    boolean isInternal(String topic);

    /**
     * The partition of {@code __consumer_offsets} that keeps the offsets of a group, or will when the topic is made:
     * the offsets that a transaction commits are written there.
     */
    TopicPartition offsetsOf(String groupId);
}
