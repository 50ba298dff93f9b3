package dev.barnabas.broker;

import dev.barnabas.groups.Caller;
import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.SyncGroupRequest;
import java.util.List;

/** The APIs of groups: each goes to the shard that keeps the group, and is answered by it. */
final class GroupApis {

    private GroupApis() {}

    static List<Api<?>> of(Node node, GroupCoordinator groups, StreamsTopics streamsTopics) {
        return List.of(
                Api.of(
                        ApiKey.JOIN_GROUP,
                        JoinGroupRequest.class,
                        (request, call) -> groups.join(request, caller(call), call.loop(), call::answer)),
                Api.of(
                        ApiKey.SYNC_GROUP,
                        SyncGroupRequest.class,
                        (request, call) -> groups.sync(request, caller(call), call.loop(), call::answer)),
                Api.of(ApiKey.HEARTBEAT, HeartbeatRequest.class, HeldHeartbeats.of(node, groups)),
                Api.of(
                        ApiKey.CONSUMER_GROUP_HEARTBEAT,
                        ConsumerGroupHeartbeatRequest.class,
                        (request, call) -> groups.consumerHeartbeat(request, caller(call), call.loop(), call::answer)),
                Api.of(
                        ApiKey.CONSUMER_GROUP_DESCRIBE,
                        ConsumerGroupDescribeRequest.class,
                        (request, call) -> groups.consumerDescribe(
                                request,
                                call.loop(),
                                response -> call.answer(
                                        request.includeAuthorizedOperations() ? withOperations(response) : response))),
                Api.of(
                        ApiKey.SHARE_GROUP_HEARTBEAT,
                        ShareGroupHeartbeatRequest.class,
                        (request, call) -> groups.shareHeartbeat(request, caller(call), call.loop(), call::answer)),
                Api.of(
                        ApiKey.SHARE_GROUP_DESCRIBE,
                        ShareGroupDescribeRequest.class,
                        (request, call) -> groups.shareDescribe(
                                request,
                                call.loop(),
                                response -> call.answer(
                                        request.includeAuthorizedOperations() ? withOperations(response) : response))),
                Api.of(
                        ApiKey.DESCRIBE_SHARE_GROUP_OFFSETS,
                        DescribeShareGroupOffsetsRequest.class,
                        (request, call) -> groups.describeShareOffsets(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.ALTER_SHARE_GROUP_OFFSETS,
                        AlterShareGroupOffsetsRequest.class,
                        (request, call) -> groups.alterShareOffsets(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.DELETE_SHARE_GROUP_OFFSETS,
                        DeleteShareGroupOffsetsRequest.class,
                        (request, call) -> groups.deleteShareOffsets(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.STREAMS_GROUP_HEARTBEAT,
                        StreamsGroupHeartbeatRequest.class,
                        (request, call) -> groups.streamsHeartbeat(
                                request,
                                caller(call),
                                call.loop(),
                                answer -> streamsTopics.complete(answer, call.loop(), call::answer))),
                Api.of(
                        ApiKey.STREAMS_GROUP_DESCRIBE,
                        StreamsGroupDescribeRequest.class,
                        (request, call) -> groups.streamsDescribe(
                                request,
                                call.loop(),
                                response -> call.answer(
                                        request.includeAuthorizedOperations() ? withOperations(response) : response))),
                Api.of(
                        ApiKey.LEAVE_GROUP,
                        LeaveGroupRequest.class,
                        (request, call) -> groups.leave(request, caller(call), call.loop(), call::answer)),
                Api.of(
                        ApiKey.OFFSET_COMMIT,
                        OffsetCommitRequest.class,
                        (request, call) -> groups.commitOffsets(request, caller(call), call.loop(), call::answer)),
                Api.of(
                        ApiKey.OFFSET_FETCH,
                        OffsetFetchRequest.class,
                        (request, call) -> groups.fetchOffsets(request, caller(call), call.loop(), call::answer)),
                Api.of(
                        ApiKey.OFFSET_DELETE,
                        OffsetDeleteRequest.class,
                        (request, call) -> groups.deleteOffsets(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.DESCRIBE_GROUPS,
                        DescribeGroupsRequest.class,
                        (request, call) -> groups.describe(
                                request,
                                caller(call),
                                call.loop(),
                                response -> call.answer(
                                        request.includeAuthorizedOperations() ? withOperations(response) : response))),
                Api.of(
                        ApiKey.LIST_GROUPS,
                        ListGroupsRequest.class,
                        (request, call) -> groups.list(request, call.loop(), call::answer)),
                Api.of(
                        ApiKey.DELETE_GROUPS,
                        DeleteGroupsRequest.class,
                        (request, call) -> groups.delete(request, call.loop(), call::answer)));
    }

    /** KIP-430: also of a group that is merely Dead, which has no error before version 6. */
    private static DescribeGroupsResponse withOperations(DescribeGroupsResponse response) {
        return response.toBuilder()
                .groups(response.groups().stream()
                        .map(group -> group.errorCode() == ErrorCode.NONE.code()
                                ? group.toBuilder()
                                        .authorizedOperations(AuthorizedOperations.GROUP)
                                        .build()
                                : group)
                        .toList())
                .build();
    }

    private static ConsumerGroupDescribeResponse withOperations(ConsumerGroupDescribeResponse response) {
        return response.toBuilder()
                .groups(response.groups().stream()
                        .map(group -> group.errorCode() == ErrorCode.NONE.code()
                                ? group.toBuilder()
                                        .authorizedOperations(AuthorizedOperations.GROUP)
                                        .build()
                                : group)
                        .toList())
                .build();
    }

    private static ShareGroupDescribeResponse withOperations(ShareGroupDescribeResponse response) {
        return response.toBuilder()
                .groups(response.groups().stream()
                        .map(group -> group.errorCode() == ErrorCode.NONE.code()
                                ? group.toBuilder()
                                        .authorizedOperations(AuthorizedOperations.GROUP)
                                        .build()
                                : group)
                        .toList())
                .build();
    }

    private static StreamsGroupDescribeResponse withOperations(StreamsGroupDescribeResponse response) {
        return response.toBuilder()
                .groups(response.groups().stream()
                        .map(group -> group.errorCode() == ErrorCode.NONE.code()
                                ? group.toBuilder()
                                        .authorizedOperations(AuthorizedOperations.GROUP)
                                        .build()
                                : group)
                        .toList())
                .build();
    }

    private static Caller caller(Call call) {
        return new Caller(call.clientId(), "/" + call.remote().host(), call.version());
    }
}
