package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;

/**
 * A log directory in which a broker keeps replicas (KIP-858).
 *
 * @param id which the directory carries, wherever it is mounted
 * @param name what the operator called it when the replicas were assigned to it, or empty; for messages to people
 */
public record ReplicaDirectory(Uuid id, String name) {

    /**
     * Stands for no directory at all: the records of the replica are lost, and its broker is about to begin it anew.
     * The number is that of Kafka's lost directory.
     */
    public static final ReplicaDirectory LOST = new ReplicaDirectory(new Uuid(0, 1), "");

    public boolean isLost() {
        return id.equals(LOST.id);
    }
}
