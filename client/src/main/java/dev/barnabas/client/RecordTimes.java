package dev.barnabas.client;

import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchRequest.FetchPartition;
import dev.barnabas.protocol.message.FetchRequest.FetchTopic;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import dev.barnabas.protocol.record.TimestampType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The question when records were made. The protocol has none of its own, so the records themselves are fetched. */
final class RecordTimes {

    /** One batch comes in any case, and a little more in case that it only ends a transaction. */
    private static final int MAX_BYTES = 1 << 12;

    private RecordTimes() {}

    static Question<TopicPartition, OptionalLong, FetchResponse> at(Map<TopicPartition, Long> offsets) {
        return Question.<TopicPartition, OptionalLong, FetchResponse>of(
                        "read the time of a record of",
                        Route.LeaderOf::new,
                        partitions -> Call.of(
                                        ApiKey.FETCH,
                                        version -> request(partitions.getFirst(), offset(offsets, partitions)),
                                        FetchResponse::read)
                                .upTo(FetchRequests.LAST_WITH_NAMES),
                        (answer, outcomes) -> {
                            if (answer.response().responses().isEmpty()) {
                                outcomes.allRefused(answer.response().errorCode(), null);
                                return;
                            }
                            FetchResponse.PartitionData data = answer.response()
                                    .responses()
                                    .getFirst()
                                    .partitions()
                                    .getFirst();
                            outcomes.outcome(
                                    outcomes.keys().getFirst(),
                                    data.errorCode(),
                                    null,
                                    () -> data.records() instanceof MemoryRecords(ByteBuffer batches)
                                            ? firstTime(batches, offset(offsets, outcomes.keys()))
                                            : OptionalLong.empty());
                        })
                .oneByOne();
    }

    private static long offset(Map<TopicPartition, Long> offsets, List<TopicPartition> one) {
        return offsets.getOrDefault(one.getFirst(), 0L);
    }

    private static FetchRequest request(TopicPartition id, long offset) {
        return FetchRequest.builder()
                .replicaId(-1)
                .maxBytes(MAX_BYTES)
                .sessionEpoch(-1)
                .topics(List.of(FetchTopic.builder()
                        .topic(id.topic())
                        .partitions(List.of(FetchPartition.builder()
                                .partition(id.partition())
                                .currentLeaderEpoch(-1)
                                .lastFetchedEpoch(-1)
                                .fetchOffset(offset)
                                .partitionMaxBytes(MAX_BYTES)
                                .build()))
                        .build()))
                .build();
    }

    private static OptionalLong firstTime(ByteBuffer batches, long offset) {
        try {
            return firstTimeIn(batches, offset);
        } catch (CorruptRecordException damaged) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong firstTimeIn(ByteBuffer batches, long offset) {
        for (RecordBatch batch : RecordBatches.of(batches)) {
            if (batch.isControl() || batch.lastOffset() < offset) {
                continue;
            }
            if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
                return OptionalLong.of(batch.maxTimestamp());
            }
            for (Record record : batch.records()) {
                if (record.offset() >= offset) {
                    return OptionalLong.of(record.timestamp());
                }
            }
        }
        return OptionalLong.empty();
    }
}
