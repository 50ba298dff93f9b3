package dev.barnabas.broker;

import dev.barnabas.broker.ShareSession.Place;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ShareAcknowledgeRequest;
import dev.barnabas.protocol.message.ShareAcknowledgeResponse;
import dev.barnabas.protocol.message.ShareAcknowledgeResponse.PartitionData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ShareAcknowledge 1-2 (KIP-932): what a member of a share group says of records it has, without fetching.
 *
 * <ul>
 *   <li>v2: renews locks, and is told how long they are (KIP-1222).
 * </ul>
 */
final class ShareAcknowledgeHandler implements Handler<ShareAcknowledgeRequest> {

    private final Node node;
    private final ShareParts parts;

    ShareAcknowledgeHandler(Node node, ShareParts parts) {
        this.node = node;
        this.parts = parts;
    }

    @Override
    public void handle(ShareAcknowledgeRequest request, Call call) {
        String groupId = request.groupId();
        String memberId = request.memberId();
        ErrorCode error = ShareFetchHandler.check(node, groupId, memberId);
        if (error != ErrorCode.NONE || groupId == null || memberId == null) {
            call.answer(refusal(error, null));
            return;
        }
        ShareSessions sessions = parts.sessions(call.loop());
        switch (sessions.resolve(groupId, memberId, request.shareSessionEpoch(), call, false)) {
            case ShareSessions.Resolved.Refused(ErrorCode refused) -> call.answer(refusal(refused, null));
            case ShareSessions.Resolved.In(ShareSession session, boolean _, boolean isLast) ->
                ShareAcknowledgements.of(request)
                        .tell(node, parts.partitions(), groupId, memberId, call.loop(), outcomes -> {
                            if (isLast) {
                                sessions.end(groupId, memberId, session);
                            }
                            call.answer(response(outcomes, call, groupId));
                        });
        }
    }

    private ShareAcknowledgeResponse response(Map<Place, ErrorCode> outcomes, Call call, String groupId) {
        LeaderHints hints = new LeaderHints(node, call.listener());
        Map<Uuid, List<PartitionData>> byTopic = new LinkedHashMap<>();
        outcomes.forEach((place, outcome) -> {
            PartitionData.Builder partition = PartitionData.builder()
                    .partitionIndex(place.partition())
                    .errorCode(outcome.code())
                    .errorMessage(outcome == ErrorCode.NONE ? null : outcome.message());
            hints.leader(outcome.code(), place.topicId(), place.partition())
                    .ifPresent(leader -> partition.currentLeader(ShareAcknowledgeResponse.LeaderIdAndEpoch.builder()
                            .leaderId(leader.id())
                            .leaderEpoch(leader.epoch())
                            .build()));
            byTopic.computeIfAbsent(place.topicId(), _ -> new ArrayList<>()).add(partition.build());
        });
        List<ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse> topics = new ArrayList<>();
        byTopic.forEach((topicId, partitions) ->
                topics.add(new ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse(topicId, partitions)));
        return ShareAcknowledgeResponse.builder()
                .errorMessage(null)
                .acquisitionLockTimeoutMs(
                        new SharePartitionSettings(node, groupId).now().lockDurationMs())
                .responses(topics)
                .nodeEndpoints(hints.brokers().stream()
                        .map(broker -> ShareAcknowledgeResponse.NodeEndpoint.builder()
                                .nodeId(broker.id())
                                .host(broker.address().host())
                                .port(broker.address().port())
                                .rack(broker.rack())
                                .build())
                        .toList())
                .build();
    }

    private static ShareAcknowledgeResponse refusal(ErrorCode error, @Nullable String message) {
        return ShareAcknowledgeResponse.builder()
                .errorCode(error.code())
                .errorMessage(message == null ? error.message() : message)
                .responses(List.of())
                .build();
    }
}
