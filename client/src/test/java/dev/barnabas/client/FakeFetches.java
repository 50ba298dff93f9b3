package dev.barnabas.client;

import dev.barnabas.client.FakeCluster.FakePartition;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchRequest.FetchPartition;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FetchResponse.FetchableTopicResponse;
import dev.barnabas.protocol.message.FetchResponse.PartitionData;
import dev.barnabas.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Fetch of a fake broker, with sessions and long polls. */
final class FakeFetches {

    private final FakeBroker broker;
    private final Map<Integer, Session> sessions = new HashMap<>();
    private int nextSession = 1;

    private static final class Session {
        final Map<TopicPartition, FetchPartition> partitions = new LinkedHashMap<>();
        int nextEpoch = 1;
    }

    FakeFetches(FakeBroker broker) {
        this.broker = broker;
    }

    void fetch(FetchRequest request, int version, Consumer<Response> answer) {
        Session session;
        int sessionId = request.sessionId();
        if (request.sessionEpoch() <= 0) {
            sessions.remove(sessionId);
            session = new Session();
            sessionId = request.sessionEpoch() < 0 ? 0 : nextSession++;
            if (sessionId != 0) {
                sessions.put(sessionId, session);
            }
        } else {
            Session known = sessions.get(sessionId);
            if (known == null || known.nextEpoch != request.sessionEpoch()) {
                ErrorCode error =
                        known == null ? ErrorCode.FETCH_SESSION_ID_NOT_FOUND : ErrorCode.INVALID_FETCH_SESSION_EPOCH;
                answer.accept(FetchResponse.builder().errorCode(error.code()).build());
                return;
            }
            session = known;
            session.nextEpoch++;
        }
        request.forgottenTopicsData()
                .forEach(topic -> topic.partitions()
                        .forEach(index -> session.partitions.remove(new TopicPartition(
                                version >= 13 ? broker.cluster.nameOf(topic.topicId()) : topic.topic(), index))));
        request.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> session.partitions.put(
                                new TopicPartition(
                                        version >= 13 ? broker.cluster.nameOf(topic.topicId()) : topic.topic(),
                                        partition.partition()),
                                partition)));
        boolean full = request.sessionEpoch() <= 0;
        answerWhenReady(new Waiting(session, sessionId, full, request.maxWaitMs(), answer));
    }

    private record Waiting(Session session, int sessionId, boolean full, int maxWaitMs, Consumer<Response> answer) {}

    private void answerWhenReady(Waiting fetch) {
        FetchResponse now = response(fetch);
        boolean something = now.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.errorCode() != 0
                        || (partition.records() != null && partition.records().sizeInBytes() > 0));
        if (something || fetch.maxWaitMs() == 0) {
            fetch.answer().accept(now);
            return;
        }
        boolean[] answered = {false};
        Runnable wake = () -> broker.loop.execute(() -> {
            if (!answered[0]) {
                answered[0] = true;
                fetch.answer().accept(response(fetch));
            }
        });
        fetch.session().partitions.keySet().forEach(id -> {
            FakePartition partition = broker.cluster.find(id.topic(), id.partition());
            if (partition != null) {
                partition.waiting.add(wake);
            }
        });
        broker.loop.schedule(Duration.ofMillis(fetch.maxWaitMs()), wake);
    }

    private FetchResponse response(Waiting fetch) {
        Map<String, List<PartitionData>> topics = new LinkedHashMap<>();
        fetch.session().partitions.forEach((id, partition) -> {
            PartitionData data = read(id, partition);
            boolean nothing = data.errorCode() == 0
                    && (data.records() == null || data.records().sizeInBytes() == 0);
            if (fetch.full() || !nothing) {
                topics.computeIfAbsent(id.topic(), absent -> new ArrayList<>()).add(data);
            }
        });
        return FetchResponse.builder()
                .sessionId(fetch.sessionId())
                .responses(topics.entrySet().stream()
                        .map(entry -> new FetchableTopicResponse(
                                entry.getKey(), broker.idOf(entry.getKey()), entry.getValue()))
                        .toList())
                .build();
    }

    private PartitionData read(TopicPartition id, FetchPartition request) {
        PartitionData.Builder data = PartitionData.builder().partitionIndex(id.partition());
        FakePartition partition = broker.cluster.find(id.topic(), id.partition());
        @Nullable ErrorCode error = null;
        if (partition == null) {
            error = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        } else if (partition.leader != broker.id) {
            error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
        } else if (!partition.fetchErrors.isEmpty()) {
            error = partition.fetchErrors.poll();
        } else if (request.fetchOffset() < partition.logStartOffset || request.fetchOffset() > partition.endOffset) {
            error = ErrorCode.OFFSET_OUT_OF_RANGE;
        }
        if (partition == null || error != null) {
            return data.errorCode(error == null ? 0 : error.code())
                    .highWatermark(-1)
                    .build();
        }
        List<ByteBuffer> some = new ArrayList<>();
        int size = 0;
        for (ByteBuffer bytes : partition.batches) {
            RecordBatch batch = RecordBatch.at(bytes, 0);
            boolean wanted = batch.lastOffset() >= request.fetchOffset();
            if (wanted && (some.isEmpty() || size + bytes.remaining() <= request.partitionMaxBytes())) {
                some.add(bytes);
                size += bytes.remaining();
            } else if (wanted) {
                break;
            }
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        some.forEach(bytes -> all.put(bytes.duplicate()));
        return data.highWatermark(partition.endOffset)
                .logStartOffset(partition.logStartOffset)
                .records(new MemoryRecords(all.flip()))
                .build();
    }
}
