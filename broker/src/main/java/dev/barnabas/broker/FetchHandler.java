package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import java.util.List;

/**
 * Fetch 4-18: reads record batches as they lie in the log, and waits for more when there is too little.
 *
 * <ul>
 *   <li>v4: isolation level (KIP-98).
 *   <li>v7: fetch sessions (KIP-227), see {@link FetchSession}.
 *   <li>v9: the client's leader epoch is checked (KIP-320); v12: with its last fetched epoch, divergence is found.
 *   <li>v10: topics whose {@code compression.type} is zstd (KIP-110), which are refused in older versions.
 *   <li>v11: the client's rack (KIP-392).
 *   <li>v13: topics by id (KIP-516).
 *   <li>v15: replicas name themselves in a tagged field (KIP-903). This node has no followers yet, and refuses them.
 *   <li>v16: node endpoints with leader hints (KIP-951).
 *   <li>v18: the high watermark that the client knows (KIP-1166).
 * </ul>
 */
final class FetchHandler implements Handler<FetchRequest> {

    private final Node node;
    private final int maxResponseBytes;

    /** @param maxResponseBytes {@code fetch.max.bytes} of the broker: no response is larger, whatever is asked for */
    FetchHandler(Node node, int maxResponseBytes) {
        this.node = node;
        this.maxResponseBytes = maxResponseBytes;
    }

    @Override
    public void handle(FetchRequest request, Call call) {
        int replicaId = call.version() >= 15 ? request.replicaState().replicaId() : request.replicaId();
        if (replicaId >= 0) {
            call.answer(refusal(ErrorCode.UNKNOWN_LEADER_EPOCH, 0));
            return;
        }
        String clusterId = request.clusterId();
        if (clusterId != null && !clusterId.equals(node.clusterId())) {
            call.answer(refusal(ErrorCode.INCONSISTENT_CLUSTER_ID, 0));
            return;
        }
        FetchSessions sessions = node.share(call.loop()).fetchSessions();
        switch (sessions.resolve(request, call.version())) {
            case FetchSessions.Resolved.Refused(ErrorCode error) -> call.answer(refusal(error, 0));
            case FetchSessions.Resolved.Full(var session, List<FetchSession.Wanted> wanted) ->
                new Fetching(node, request, call, session, false, wanted, maxResponseBytes).start();
            case FetchSessions.Resolved.Incremental(FetchSession session, List<FetchSession.Wanted> wanted) ->
                new Fetching(node, request, call, session, true, wanted, maxResponseBytes).start();
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
