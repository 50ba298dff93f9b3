package dev.barnabas.client;

import dev.barnabas.protocol.Uuid;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The broker remembers what it was asked to fetch, so that only what has changed since is sent (KIP-227). One per
 * broker. Pure; owned by the consumer's loop.
 */
final class FetchSession {

    /** The epoch of a request that begins a session; the broker gives it an id with its answer. */
    private static final int BEGIN = 0;

    private static final int NO_SESSION = 0;

    private int id = NO_SESSION;
    private int epoch = BEGIN;
    private Map<TopicPartition, Wanted> known = new LinkedHashMap<>();

    /** What is asked for of a partition. */
    record Wanted(Uuid topicId, long offset, int leaderEpoch, int lastFetchedEpoch, int maxBytes) {}

    /**
     * A request.
     *
     * @param send what the broker does not know yet
     * @param forget what it shall not answer about any more
     * @param all what the answer may be about
     */
    record Step(
            int sessionId,
            int epoch,
            Map<TopicPartition, Wanted> send,
            Map<TopicPartition, Uuid> forget,
            Map<TopicPartition, Wanted> all) {}

    /** The next request, when this is wanted. */
    Step next(Map<TopicPartition, Wanted> wanted) {
        Map<TopicPartition, Wanted> all = new LinkedHashMap<>(wanted);
        if (epoch == BEGIN) {
            known = all;
            return new Step(id, epoch, all, Map.of(), all);
        }
        Map<TopicPartition, Wanted> send = new LinkedHashMap<>();
        wanted.forEach((partition, now) -> {
            if (!now.equals(known.get(partition))) {
                send.put(partition, now);
            }
        });
        Map<TopicPartition, Uuid> forget = new LinkedHashMap<>();
        known.forEach((partition, before) -> {
            Wanted now = wanted.get(partition);
            if (now == null || !now.topicId().equals(before.topicId())) {
                forget.put(partition, before.topicId());
            }
        });
        known = all;
        return new Step(id, epoch, send, forget, all);
    }

    /** The request was answered. */
    void answered(int sessionId) {
        if (sessionId == NO_SESSION) {
            // The broker has no room for the session, or does not have sessions.
            id = NO_SESSION;
            epoch = BEGIN;
        } else {
            id = sessionId;
            epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        }
    }

    /**
     * The request failed, or the broker does not know the session any more: begin anew, and end the old one if it is
     * there.
     */
    void failed(boolean unknownToBroker) {
        if (unknownToBroker) {
            id = NO_SESSION;
        }
        epoch = BEGIN;
    }
}
