package dev.barnabas.broker;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.Request;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupStateRequest;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateRequest;
import dev.barnabas.protocol.message.ReadShareGroupStateSummaryRequest;
import dev.barnabas.protocol.message.ShareAcknowledgeRequest;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.WriteShareGroupStateRequest;
import java.util.List;

/** Requests about share groups and their states, for tests that try every API. */
final class ShareExamples {

    private ShareExamples() {}

    static Request of(ApiKey key, EveryVersionTest.Target target) {
        String group = target.group().isEmpty() ? "" : "share-" + target.group();
        return switch (key) {
            case SHARE_GROUP_HEARTBEAT ->
                ShareGroupHeartbeatRequest.builder()
                        .groupId(group)
                        .memberId("member")
                        .memberEpoch(0)
                        .subscribedTopicNames(List.of(target.topic()))
                        .build();
            case SHARE_GROUP_DESCRIBE ->
                ShareGroupDescribeRequest.builder().groupIds(List.of(group)).build();
            case DESCRIBE_SHARE_GROUP_OFFSETS ->
                new DescribeShareGroupOffsetsRequest(
                        List.of(new DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup(
                                group,
                                List.of(new DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestTopic(
                                        target.topic(), List.of(0))))));
            case ALTER_SHARE_GROUP_OFFSETS ->
                new AlterShareGroupOffsetsRequest(
                        group,
                        List.of(new AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic(
                                target.topic(),
                                List.of(new AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition(
                                        0, 0)))));
            case DELETE_SHARE_GROUP_OFFSETS ->
                new DeleteShareGroupOffsetsRequest(
                        group,
                        List.of(new DeleteShareGroupOffsetsRequest.DeleteShareGroupOffsetsRequestTopic(
                                target.topic())));
            case SHARE_FETCH ->
                ShareFetchRequest.builder()
                        .groupId(group)
                        .memberId("member")
                        .maxRecords(10)
                        .batchSize(10)
                        .topics(List.of(new ShareFetchRequest.FetchTopic(
                                target.topicId(),
                                List.of(ShareFetchRequest.FetchPartition.builder()
                                        .partitionIndex(0)
                                        .acknowledgementBatches(List.of())
                                        .build()))))
                        .forgottenTopicsData(List.of())
                        .build();
            case SHARE_ACKNOWLEDGE ->
                ShareAcknowledgeRequest.builder()
                        .groupId(group)
                        .memberId("member")
                        .shareSessionEpoch(1)
                        .topics(List.of(new ShareAcknowledgeRequest.AcknowledgeTopic(
                                target.topicId(),
                                List.of(new ShareAcknowledgeRequest.AcknowledgePartition(
                                        0, List.of(new ShareAcknowledgeRequest.AcknowledgementBatch(0, 0, List.of((byte)
                                                1))))))))
                        .build();
            default -> ofStates(key, group, target);
        };
    }

    private static Request ofStates(ApiKey key, String group, EveryVersionTest.Target target) {
        return switch (key) {
            case INITIALIZE_SHARE_GROUP_STATE ->
                new InitializeShareGroupStateRequest(
                        group,
                        List.of(new InitializeShareGroupStateRequest.InitializeStateData(
                                target.topicId(),
                                List.of(new InitializeShareGroupStateRequest.PartitionData(0, 0, -1)))));
            case READ_SHARE_GROUP_STATE ->
                new ReadShareGroupStateRequest(
                        group,
                        List.of(new ReadShareGroupStateRequest.ReadStateData(
                                target.topicId(), List.of(new ReadShareGroupStateRequest.PartitionData(0, 0)))));
            case WRITE_SHARE_GROUP_STATE ->
                new WriteShareGroupStateRequest(
                        group,
                        List.of(new WriteShareGroupStateRequest.WriteStateData(
                                target.topicId(),
                                List.of(new WriteShareGroupStateRequest.PartitionData(
                                        0,
                                        0,
                                        0,
                                        5,
                                        -1,
                                        List.of(new WriteShareGroupStateRequest.StateBatch(
                                                6, 9, (byte) 2, (short) 1)))))));
            case DELETE_SHARE_GROUP_STATE ->
                new DeleteShareGroupStateRequest(
                        group,
                        List.of(new DeleteShareGroupStateRequest.DeleteStateData(
                                target.topicId(), List.of(new DeleteShareGroupStateRequest.PartitionData(0)))));
            case READ_SHARE_GROUP_STATE_SUMMARY ->
                new ReadShareGroupStateSummaryRequest(
                        group,
                        List.of(new ReadShareGroupStateSummaryRequest.ReadStateSummaryData(
                                target.topicId(),
                                List.of(new ReadShareGroupStateSummaryRequest.PartitionData(0, -1)))));
            default -> throw new IllegalArgumentException("no example of " + key);
        };
    }
}
