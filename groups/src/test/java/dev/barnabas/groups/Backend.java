package dev.barnabas.groups;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.StreamsGroupDescribeRequest;
import dev.barnabas.protocol.message.StreamsGroupDescribeResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatRequest;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupResponse;
import dev.barnabas.protocol.message.TxnOffsetCommitRequest;
import dev.barnabas.protocol.message.TxnOffsetCommitResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Something that coordinates groups, for scenarios: ours, or Apache Kafka's. */
interface Backend {

    void join(JoinGroupRequest request, Caller caller, Consumer<JoinGroupResponse> then);

    void sync(SyncGroupRequest request, Consumer<SyncGroupResponse> then);

    void heartbeat(HeartbeatRequest request, Consumer<HeartbeatResponse> then);

    void consumerHeartbeat(
            ConsumerGroupHeartbeatRequest request, Caller caller, Consumer<ConsumerGroupHeartbeatResponse> then);

    void consumerDescribe(ConsumerGroupDescribeRequest request, Consumer<ConsumerGroupDescribeResponse> then);

    void streamsHeartbeat(StreamsGroupHeartbeatRequest request, Caller caller, Consumer<StreamsAnswer> then);

    void streamsDescribe(StreamsGroupDescribeRequest request, Consumer<StreamsGroupDescribeResponse> then);

    void leave(LeaveGroupRequest request, Caller caller, Consumer<LeaveGroupResponse> then);

    void commit(OffsetCommitRequest request, Caller caller, Consumer<OffsetCommitResponse> then);

    void commitInTransaction(TxnOffsetCommitRequest request, Caller caller, Consumer<TxnOffsetCommitResponse> then);

    /** The coordinator of the transaction writes markers everywhere. */
    void endTransaction(long producerId, short producerEpoch, boolean committed);

    void fetch(OffsetFetchRequest request, Caller caller, Consumer<OffsetFetchResponse> then);

    void deleteOffsets(OffsetDeleteRequest request, Consumer<OffsetDeleteResponse> then);

    void describe(DescribeGroupsRequest request, Caller caller, Consumer<DescribeGroupsResponse> then);

    void list(ListGroupsRequest request, Consumer<ListGroupsResponse> then);

    void delete(DeleteGroupsRequest request, Consumer<DeleteGroupsResponse> then);

    /** What is stored. */
    List<ShardRecord> records();

    MemoryTopics topics();

    /** Somebody changed topics: whoever has to be told is told. */
    default void topicsChanged() {}

    void deleteTopic(String name);

    /** Lets time pass, and first whatever is ready happen. */
    void pass(Duration time);

    /** The coordinator moves: another one starts from what is stored. */
    void reload();
}
