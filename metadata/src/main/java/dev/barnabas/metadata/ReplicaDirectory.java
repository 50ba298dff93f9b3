package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;

/**
 * A log directory in which a broker keeps replicas (KIP-858).
 *
 * @param id which the directory carries, wherever it is mounted
 * @param name what the operator called it when the replicas were assigned to it; for messages to people
 */
public record ReplicaDirectory(Uuid id, String name) {}
