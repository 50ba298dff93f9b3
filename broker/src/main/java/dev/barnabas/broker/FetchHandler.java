package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.settings.ReplicationSettings;
import java.time.Duration;
import java.util.List;

/**
 * Fetch 4-18: reads record batches as they lie in the log, and waits for more when there is too little.
 *
 * <ul>
 *   <li>v4: isolation level (KIP-98).
 *   <li>v7: fetch sessions (KIP-227), see {@link FetchSession}.
 *   <li>v9: the client's leader epoch is checked (KIP-320); v12: with its last fetched epoch, divergence is found.
 *   <li>v10: topics whose {@code compression.type} is zstd (KIP-110), which are refused in older versions.
 *   <li>v11: the client's rack, which may be told to read from a follower there (KIP-392).
 *   <li>v13: topics by id (KIP-516).
 *   <li>v15: replicas name themselves in a tagged field, with their broker epoch (KIP-903).
 *   <li>v16: who leads instead, and where it is reached, for clients that ask the wrong broker (KIP-951).
 *   <li>v18: the high watermark that the client knows (KIP-1166).
 * </ul>
 *
 * <p>Consumers are served by {@link Fetching}, followers by {@link ReplicaSession}.
 */
final class FetchHandler implements Handler<FetchRequest> {

    /** How often a follower is seen at the end of an idle partition before it would count as lagging. */
    private static final int REFRESHES_WITHIN_LAG = 3;

    private final Node node;
    private final int maxResponseBytes;

    /** @param maxResponseBytes {@code fetch.max.bytes} of the broker: no response is larger, whatever is asked for */
    FetchHandler(Node node, int maxResponseBytes) {
        this.node = node;
        this.maxResponseBytes = maxResponseBytes;
    }

    @Override
    public void handle(FetchRequest request, Call call) {
        String clusterId = request.clusterId();
        if (clusterId != null && !clusterId.equals(node.clusterId())) {
            call.answer(refusal(ErrorCode.INCONSISTENT_CLUSTER_ID, 0));
            return;
        }
        FetchSessions sessions = node.share(call.loop()).fetchSessions();
        ReplicaSession.Follower follower = call.version() >= 15
                ? new ReplicaSession.Follower(
                        request.replicaState().replicaId(),
                        request.replicaState().replicaEpoch())
                : new ReplicaSession.Follower(request.replicaId(), -1);
        if (follower.id() >= 0) {
            serveReplica(request, call, sessions, follower);
            return;
        }
        switch (sessions.resolve(request, call.version())) {
            case FetchSessions.Resolved.Refused(ErrorCode error) -> call.answer(refusal(error, 0));
            case FetchSessions.Resolved.Full(var session, List<FetchSession.Wanted> wanted) ->
                new Fetching(node, request, call, session, false, wanted, maxResponseBytes).start();
            case FetchSessions.Resolved.Incremental(FetchSession session, List<FetchSession.Wanted> wanted) ->
                new Fetching(node, request, call, session, true, wanted, maxResponseBytes).start();
        }
    }

    private void serveReplica(
            FetchRequest request, Call call, FetchSessions sessions, ReplicaSession.Follower follower) {
        long maxLagMs = node.settings().get(ReplicationSettings.REPLICA_LAG_TIME_MAX_MS);
        Duration refreshInterval = Duration.ofMillis(Math.max(1, maxLagMs / REFRESHES_WITHIN_LAG));
        switch (sessions.resolveReplica(request, call, node, refreshInterval)) {
            case FetchSessions.ReplicaResolved.Refused(ErrorCode error) -> call.answer(refusal(error, 0));
            case FetchSessions.ReplicaResolved.In(ReplicaSession session, boolean full) ->
                session.fetch(new ReplicaFetching(node, request, call, follower, !full, maxResponseBytes));
        }
    }

    private static FetchResponse refusal(ErrorCode error, int sessionId) {
        return FetchResponse.builder()
                .errorCode(error.code())
                .sessionId(sessionId)
                .responses(List.of())
                .build();
    }
}
