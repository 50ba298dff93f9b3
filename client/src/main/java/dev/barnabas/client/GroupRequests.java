package dev.barnabas.client;

import dev.barnabas.client.ConsumerSettings.Group;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** What a member of a classic group says to its coordinator. */
final class GroupRequests {

    static final String NO_MEMBER = "";
    static final int NO_GENERATION = -1;

    /** From this version on members leave in a list; before, one leaves by itself. */
    private static final int LEAVES_IN_LIST = 3;

    private GroupRequests() {}

    static Call<JoinGroupResponse> join(Group group, String memberId, ByteBuffer subscription, String reason) {
        return Call.of(
                JoinGroupRequest.builder()
                        .groupId(group.id())
                        .sessionTimeoutMs((int) group.session().toMillis())
                        .rebalanceTimeoutMs((int) group.maxPollInterval().toMillis())
                        .memberId(memberId)
                        .groupInstanceId(group.instanceId())
                        .protocolType(ConsumerProtocol.TYPE)
                        .protocols(group.assignors().stream()
                                .map(assignor ->
                                        new JoinGroupRequestProtocol(assignor.protocolName(), subscription.duplicate()))
                                .toList())
                        .reason(reason)
                        .build(),
                JoinGroupResponse::read);
    }

    static Call<SyncGroupResponse> sync(
            Group group,
            int generation,
            String memberId,
            String protocol,
            Map<String, List<TopicPartition>> assignment) {
        return Call.of(
                SyncGroupRequest.builder()
                        .groupId(group.id())
                        .generationId(generation)
                        .memberId(memberId)
                        .groupInstanceId(group.instanceId())
                        .protocolType(ConsumerProtocol.TYPE)
                        .protocolName(protocol)
                        .assignments(assignment.entrySet().stream()
                                .map(entry -> new SyncGroupRequestAssignment(
                                        entry.getKey(), ConsumerProtocol.assignment(entry.getValue())))
                                .toList())
                        .build(),
                SyncGroupResponse::read);
    }

    static Call<HeartbeatResponse> heartbeat(Group group, int generation, String memberId) {
        return Call.of(
                HeartbeatRequest.builder()
                        .groupId(group.id())
                        .generationId(generation)
                        .memberId(memberId)
                        .groupInstanceId(group.instanceId())
                        .build(),
                HeartbeatResponse::read);
    }

    static Call<LeaveGroupResponse> leave(Group group, String memberId, String reason) {
        return Call.of(
                ApiKey.LEAVE_GROUP,
                version -> {
                    LeaveGroupRequest.Builder request =
                            LeaveGroupRequest.builder().groupId(group.id());
                    return (version < LEAVES_IN_LIST
                                    ? request.memberId(memberId)
                                    : request.members(List.of(MemberIdentity.builder()
                                            .memberId(memberId)
                                            .reason(reason)
                                            .build())))
                            .build();
                },
                LeaveGroupResponse::read);
    }
}
