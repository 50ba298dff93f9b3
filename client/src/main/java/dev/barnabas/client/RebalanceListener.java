package dev.barnabas.client;

import java.util.Set;

/**
 * Who wants to know when a consumer's partitions change. Called on the consumer's loop while a poll is under way, and
 * at closing: never while the caller works on what the last poll returned. The group waits for what the methods return,
 * so an offset that is committed in {@link #revoked} is there before the next owner asks for it.
 */
public interface RebalanceListener {

    /** Listens to nothing. */
    RebalanceListener NONE = new RebalanceListener() {};

    /** These partitions are going to somebody else. What was polled of them should be finished and committed now. */
    default Eventual<Done> revoked(Set<TopicPartition> partitions) {
        return Eventual.done();
    }

    /** These partitions have come; with cooperative assignors in addition to those that were there. */
    default Eventual<Done> assigned(Set<TopicPartition> partitions) {
        return Eventual.done();
    }

    /** These partitions are gone, and may already be somebody else's: it is too late to commit anything. */
    default Eventual<Done> lost(Set<TopicPartition> partitions) {
        return Eventual.done();
    }
}
