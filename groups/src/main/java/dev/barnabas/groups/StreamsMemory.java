package dev.barnabas.groups;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What only the leader knows of a streams group; a new one finds it out again. Immutable.
 *
 * @param topicsSeen the version of the topics that {@code configured} is for; -1 if it has to be worked out
 * @param configured null if it has to be worked out
 * @param endpointEpoch grows when members must learn anew who answers questions about which state
 * @param delayedUntilMs until when the first assignment waits for more members, in milliseconds since the epoch
 * @param changedMs when the group got its epoch, in milliseconds since the epoch
 * @param shutdownBy the member that wants all to stop; null if none does
 * @param offsets how far members have come, by member
 */
record StreamsMemory(
        long topicsSeen,
        @Nullable ConfiguredTopology configured,
        int endpointEpoch,
        long delayedUntilMs,
        long changedMs,
        @Nullable String shutdownBy,
        Map<String, TaskOffsets> offsets) {
    static final StreamsMemory NOTHING = new StreamsMemory(-1, null, 0, 0, 0, null, Map.of());

    /** Of a new leader: no member can have been told this epoch by the one before. */
    static StreamsMemory ofNewLeader(long nowMs) {
        return NOTHING.withEndpointEpoch((int) ((nowMs / 1000) & Integer.MAX_VALUE));
    }

    StreamsMemory withConfigured(long version, @Nullable ConfiguredTopology topology) {
        return new StreamsMemory(version, topology, endpointEpoch, delayedUntilMs, changedMs, shutdownBy, offsets);
    }

    StreamsMemory withEndpointEpoch(int epoch) {
        return new StreamsMemory(topicsSeen, configured, epoch, delayedUntilMs, changedMs, shutdownBy, offsets);
    }

    StreamsMemory delayedUntil(long untilMs) {
        return new StreamsMemory(topicsSeen, configured, endpointEpoch, untilMs, changedMs, shutdownBy, offsets);
    }

    StreamsMemory changedAt(long nowMs) {
        return new StreamsMemory(topicsSeen, configured, endpointEpoch, delayedUntilMs, nowMs, shutdownBy, offsets);
    }

    StreamsMemory withShutdownBy(@Nullable String memberId) {
        return new StreamsMemory(topicsSeen, configured, endpointEpoch, delayedUntilMs, changedMs, memberId, offsets);
    }

    TaskOffsets offsetsOf(String memberId) {
        return offsets.getOrDefault(memberId, TaskOffsets.NONE);
    }

    StreamsMemory withOffsets(String memberId, TaskOffsets told) {
        Map<String, TaskOffsets> all = new TreeMap<>(offsets);
        if (told.equals(TaskOffsets.NONE)) {
            all.remove(memberId);
        } else {
            all.put(memberId, told);
        }
        return new StreamsMemory(
                topicsSeen,
                configured,
                endpointEpoch,
                delayedUntilMs,
                changedMs,
                shutdownBy,
                Collections.unmodifiableMap(all));
    }
}
