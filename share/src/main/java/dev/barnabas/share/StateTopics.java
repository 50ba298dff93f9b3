package dev.barnabas.share;

import dev.barnabas.protocol.Uuid;

/**
 * The topics that there are, as the newest metadata that this node has seen says. Asked on any loop. A leader that was
 * elected has seen all metadata up to its election: a topic that is missing here has been deleted.
 */
@FunctionalInterface
public interface StateTopics {

    /** How many partitions a topic has; 0 if there is no such topic. */
    int partitionsOf(Uuid topicId);
}
