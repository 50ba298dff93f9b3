package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.List;

/** A broker keeps its replicas of these partitions of a topic in that directory. */
public record ReplicaAssignment(ReplicaDirectory directory, Uuid topicId, List<Integer> partitions) {

    public ReplicaAssignment {
        partitions = List.copyOf(partitions);
    }
}
