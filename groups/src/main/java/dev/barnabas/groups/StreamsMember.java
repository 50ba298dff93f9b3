package dev.barnabas.groups;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a member of a streams group has said about itself: one thread of one process. Immutable; what it has is its
 * {@link TaskAssignment}.
 *
 * @param instanceId names a static member; null for a dynamic one
 * @param rackId where it runs; null if it does not say
 * @param rebalanceTimeoutMs how long it may take to give up tasks
 * @param topologyEpoch of the topology that it has
 * @param processId the process, whose members share the state on its disk
 * @param endpoint where the process answers questions about its state; null if it does not
 * @param tags to spread standby tasks by
 */
record StreamsMember(
        @Nullable String instanceId,
        @Nullable String rackId,
        String clientId,
        String clientHost,
        int rebalanceTimeoutMs,
        int topologyEpoch,
        String processId,
        @Nullable Endpoint endpoint,
        NavigableMap<String, String> tags) {

    StreamsMember {
        tags = Collections.unmodifiableNavigableMap(new TreeMap<>(tags));
    }

    /** Where a process answers questions about its state. */
    record Endpoint(String host, int port) {}

    /** Whether the same tasks would be right for both. */
    boolean wantsTheSameAs(StreamsMember other) {
        return topologyEpoch == other.topologyEpoch
                && processId.equals(other.processId)
                && tags.equals(other.tags)
                && Objects.equals(rackId, other.rackId);
    }
}
