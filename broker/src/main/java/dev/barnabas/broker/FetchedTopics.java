package dev.barnabas.broker;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Records;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.FetchableTopicResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.replication.PartitionRead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a fetch response says of its partitions, put together one by one: those that stand side by side and belong to
 * the same topic go under one heading.
 */
final class FetchedTopics {

    private final List<FetchableTopicResponse> topics = new ArrayList<>();
    private List<PartitionData> ofTopic = new ArrayList<>();
    private FetchSession.@Nullable Key heading;

    void add(FetchSession.Key key, PartitionData result) {
        FetchSession.Key before = heading;
        if (before == null || !sameTopic(before, key)) {
            close();
            heading = key;
        }
        ofTopic.add(result);
    }

    List<FetchableTopicResponse> all() {
        close();
        return topics;
    }

    private void close() {
        FetchSession.Key before = heading;
        if (before != null) {
            topics.add(FetchableTopicResponse.builder()
                    .topic(before.topic())
                    .topicId(before.topicId())
                    .partitions(ofTopic)
                    .build());
            heading = null;
            ofTopic = new ArrayList<>();
        }
    }

    private static boolean sameTopic(FetchSession.Key a, FetchSession.Key b) {
        return a.topicId().equals(b.topicId()) && a.topic().equals(b.topic());
    }

    static int size(PartitionData result) {
        Records records = result.records();
        return records == null ? 0 : records.sizeInBytes();
    }

    static PartitionData withoutRecords(PartitionData result) {
        return result.toBuilder().records(MemoryRecords.EMPTY).build();
    }

    static PartitionData refused(int partition, ErrorCode error) {
        return PartitionData.builder()
                .partitionIndex(partition)
                .errorCode(error.code())
                .highWatermark(-1)
                .records(MemoryRecords.EMPTY)
                .build();
    }

    static PartitionData diverging(int partition, PartitionRead.Diverging diverging) {
        return PartitionData.builder()
                .partitionIndex(partition)
                .highWatermark(diverging.highWatermark())
                .logStartOffset(diverging.logStartOffset())
                .divergingEpoch(FetchResponse.EpochEndOffset.builder()
                        .epoch(diverging.epoch())
                        .endOffset(diverging.endOffset())
                        .build())
                .records(MemoryRecords.EMPTY)
                .build();
    }
}
