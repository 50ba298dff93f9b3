package dev.barnabas.replication;

import dev.barnabas.protocol.Uuid;

/** Which partition. The topic's id tells it from an earlier topic of the same name. */
public record PartitionId(Uuid topicId, String topic, int index) {

    /** The folder of its log: {@code topic-index}, as in Kafka. */
    public String folder() {
        return topic + "-" + index;
    }

    @Override
    public String toString() {
        return folder();
    }
}
