package dev.barnabas.broker;

import dev.barnabas.broker.ShareSession.Place;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.protocol.message.ShareFetchResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ShareFetch 1-2 (KIP-932): gives records to a member of a share group, and takes what it says of those it has.
 *
 * <ul>
 *   <li>v2: no more records than asked for, if it is asked so (KIP-1206); renews locks (KIP-1222).
 * </ul>
 */
final class ShareFetchHandler implements Handler<ShareFetchRequest> {

    private final Node node;
    private final ShareParts parts;
    private final int maxResponseBytes;

    /** @param maxResponseBytes {@code fetch.max.bytes} of the broker: no response is larger, whatever is asked for */
    ShareFetchHandler(Node node, ShareParts parts, int maxResponseBytes) {
        this.node = node;
        this.parts = parts;
        this.maxResponseBytes = maxResponseBytes;
    }

    @Override
    public void handle(ShareFetchRequest request, Call call) {
        String groupId = request.groupId();
        String memberId = request.memberId();
        ErrorCode error = check(node, groupId, memberId);
        if (error != ErrorCode.NONE || groupId == null || memberId == null) {
            call.answer(refusal(error, null));
            return;
        }
        ShareAcknowledgements acknowledgements = ShareAcknowledgements.of(request);
        if (request.shareSessionEpoch() == ShareSession.INITIAL_EPOCH && !acknowledgements.isEmpty()) {
            call.answer(refusal(ErrorCode.INVALID_REQUEST, "Nothing can be acknowledged before there is a session"));
            return;
        }
        boolean fetches = request.maxBytes() > 0 || request.maxRecords() > 0 || request.maxWaitMs() > 0;
        if (request.isRenewAck() && fetches) {
            call.answer(refusal(ErrorCode.INVALID_REQUEST, "A request that renews locks cannot fetch"));
            return;
        }
        if (request.shareAcquireMode() < 0 || request.shareAcquireMode() > 1) {
            call.answer(refusal(ErrorCode.INVALID_REQUEST, "There is no such acquire mode"));
            return;
        }
        ShareSessions sessions = parts.sessions(call.loop());
        switch (sessions.resolve(groupId, memberId, request.shareSessionEpoch(), call, true)) {
            case ShareSessions.Resolved.Refused(ErrorCode refused) -> call.answer(refusal(refused, null));
            case ShareSessions.Resolved.In(ShareSession session, boolean isNew, boolean isLast) -> {
                if (!isLast) {
                    session.update(request);
                }
                List<Place> places = isLast || request.isRenewAck() ? List.of() : session.inTurn();
                ShareFetching fetching = new ShareFetching(
                        node,
                        parts,
                        request,
                        new ShareFetching.Member(groupId, memberId, session.holder()),
                        call,
                        places,
                        Math.min(Math.max(0, request.maxBytes()), maxResponseBytes));
                fetching.start(acknowledgements, isNew, () -> {
                    if (isLast) {
                        sessions.end(groupId, memberId, session);
                    }
                });
            }
        }
    }

    static ErrorCode check(Node node, @Nullable String groupId, @Nullable String memberId) {
        if (SharePartitionSettings.level(node) < 1) {
            return ErrorCode.UNSUPPORTED_VERSION;
        }
        return groupId == null || groupId.isEmpty() || memberId == null || memberId.isEmpty()
                ? ErrorCode.INVALID_REQUEST
                : ErrorCode.NONE;
    }

    private static ShareFetchResponse refusal(ErrorCode error, @Nullable String message) {
        return ShareFetchResponse.builder()
                .errorCode(error.code())
                .errorMessage(message == null ? error.message() : message)
                .responses(List.of())
                .build();
    }
}
