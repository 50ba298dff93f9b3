package dev.barnabas.broker;

import dev.barnabas.host.Entropy;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FetchRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fetch sessions of one loop, bounded in number ({@code max.incremental.fetch.session.cache.slots} over all loops).
 * A client that comes back on a connection of another loop is told that its session is not found, and starts a new one,
 * as after any reconnection to a node that has forgotten it. Owned by its loop.
 */
final class FetchSessions {

    /** A session that was not used for so long may make room for a new one. */
    private static final Duration EVICTABLE_AFTER = Duration.ofMinutes(2);

    private final Loop loop;
    private final Entropy entropy;
    private final int maxSessions;
    private final Map<Integer, FetchSession> byId = new HashMap<>();
    /** Those of followers, which are never evicted: at most one for each connection. */
    private final Map<Asker, ReplicaSession> ofReplicas = new HashMap<>();

    private long replicaReads;

    FetchSessions(Loop loop, Entropy entropy, int maxSessions) {
        this.loop = loop;
        this.entropy = entropy;
        this.maxSessions = maxSessions;
    }

    int size() {
        return byId.size();
    }

    /** How often followers' sessions have read a partition of this loop. */
    long replicaReads() {
        return replicaReads;
    }

    /** A follower's session has read a partition of this loop. */
    void replicaRead() {
        replicaReads++;
    }

    /** Finds out what a request wants: with a session, a new one, or without. */
    Resolved resolve(FetchRequest request, int version) {
        loop.requireCurrent();
        long now = loop.clock().nanos();
        boolean byTopicId = version >= 13;
        boolean full = request.sessionEpoch() == FetchSession.INITIAL_EPOCH
                || request.sessionEpoch() == FetchSession.FINAL_EPOCH;
        if (full) {
            byId.remove(request.sessionId());
            FetchSession created = request.sessionEpoch() == FetchSession.INITIAL_EPOCH ? create(byTopicId, now) : null;
            if (created != null) {
                created.update(request);
            }
            return new Resolved.Full(created, wanted(request));
        }
        FetchSession session = byId.get(request.sessionId());
        if (session == null) {
            return new Resolved.Refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.usesTopicIds() != byTopicId) {
            return new Resolved.Refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        ErrorCode error = session.advance(request.sessionEpoch(), now);
        if (error != ErrorCode.NONE) {
            return new Resolved.Refused(error);
        }
        session.update(request);
        if (session.size() == 0) {
            byId.remove(session.id());
            return new Resolved.Full(null, List.of());
        }
        return new Resolved.Incremental(session, session.wanted());
    }

    /**
     * The session in which a follower's request is served, with the request's epoch taken; a new one if it is the first
     * or stands alone.
     */
    ReplicaResolved resolveReplica(FetchRequest request, Call call, Node node, Duration refreshInterval) {
        loop.requireCurrent();
        boolean byTopicId = call.version() >= 13;
        ReplicaSession known = ofReplicas.get(call.asker());
        return switch (request.sessionEpoch()) {
            case FetchSession.FINAL_EPOCH -> {
                if (known != null && known.id() == request.sessionId()) {
                    endReplica(call.asker());
                }
                yield new ReplicaResolved.In(new ReplicaSession(node, loop, 0, byTopicId, refreshInterval), true);
            }
            case FetchSession.INITIAL_EPOCH -> {
                endReplica(call.asker());
                int id = 1 + entropy.nextInt(Integer.MAX_VALUE);
                ReplicaSession created = new ReplicaSession(node, loop, id, byTopicId, refreshInterval);
                ofReplicas.put(call.asker(), created);
                call.whenClosed(new EndReplica(this, call.asker()));
                yield new ReplicaResolved.In(created, true);
            }
            default -> {
                if (known == null || known.id() != request.sessionId()) {
                    yield new ReplicaResolved.Refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
                }
                if (known.usesTopicIds() != byTopicId) {
                    yield new ReplicaResolved.Refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
                }
                ErrorCode error = known.advance(request.sessionEpoch());
                yield error == ErrorCode.NONE
                        ? new ReplicaResolved.In(known, false)
                        : new ReplicaResolved.Refused(error);
            }
        };
    }

    private void endReplica(Asker asker) {
        ReplicaSession ended = ofReplicas.remove(asker);
        if (ended != null) {
            ended.close();
        }
    }

    /** A connection is told the same thing once, however often a follower begins anew on it. */
    private record EndReplica(FetchSessions sessions, Asker asker) implements Runnable {
        @Override
        public void run() {
            sessions.endReplica(asker);
        }
    }

    private @Nullable FetchSession create(boolean byTopicId, long now) {
        if (byId.size() >= maxSessions && !evictOne(now)) {
            return null;
        }
        int id;
        do {
            id = 1 + entropy.nextInt(Integer.MAX_VALUE);
        } while (byId.containsKey(id));
        FetchSession session = new FetchSession(id, byTopicId, now);
        byId.put(id, session);
        return session;
    }

    private boolean evictOne(long now) {
        FetchSession oldest = null;
        for (FetchSession session : byId.values()) {
            if (oldest == null || session.lastUsedNanos() - oldest.lastUsedNanos() < 0) {
                oldest = session;
            }
        }
        if (oldest == null || now - oldest.lastUsedNanos() < EVICTABLE_AFTER.toNanos()) {
            return false;
        }
        byId.remove(oldest.id());
        return true;
    }

    private static List<FetchSession.Wanted> wanted(FetchRequest request) {
        List<FetchSession.Wanted> wanted = new ArrayList<>();
        for (FetchRequest.FetchTopic topic : request.topics()) {
            for (FetchRequest.FetchPartition partition : topic.partitions()) {
                wanted.add(new FetchSession.Wanted(
                        new FetchSession.Key(topic.topic(), topic.topicId(), partition.partition()), partition));
            }
        }
        return wanted;
    }

    /** What a request turned out to want. */
    sealed interface Resolved {

        /**
         * Everything is named in the request and everything is answered.
         *
         * @param session created for what follows, or null if there is none
         */
        record Full(@Nullable FetchSession session, List<FetchSession.Wanted> wanted) implements Resolved {}

        /** Only what changed is answered. */
        record Incremental(FetchSession session, List<FetchSession.Wanted> wanted) implements Resolved {}

        record Refused(ErrorCode error) implements Resolved {}
    }

    /** What a follower's request turned out to want. */
    sealed interface ReplicaResolved {

        /** @param full whether everything is named in the request and everything is answered */
        record In(ReplicaSession session, boolean full) implements ReplicaResolved {}

        record Refused(ErrorCode error) implements ReplicaResolved {}
    }

    /** The zero id stands for "by name". */
    static boolean named(Uuid id) {
        return id.equals(Uuid.ZERO);
    }
}
