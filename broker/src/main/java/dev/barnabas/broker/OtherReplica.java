package dev.barnabas.broker;

import dev.barnabas.log.HealthyReplica;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.replication.Fetched;
import dev.barnabas.replication.PartitionId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * A partition's replica on another broker, from which damaged records are fetched: as a consumer does, up to the high
 * watermark, which leaders and followers answer alike (KIP-392) and which does not change what a leader knows of its
 * followers. Owned by the partition's loop.
 */
final class OtherReplica implements HealthyReplica {

    /** Any consumer that could be told of a nearer replica may read from followers; topics are named by id. */
    private static final int LOWEST_VERSION = 13;

    private static final int NO_SESSION = -1;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final PartitionId partition;
    private final int broker;
    private final BrokerConnections connections;

    OtherReplica(PartitionId partition, int broker, BrokerConnections connections) {
        this.partition = partition;
        this.broker = broker;
        this.connections = connections;
    }

    @Override
    public void fetch(long offset, int maxBytes, LogAnswer<ByteBuffer> then) {
        Call<FetchResponse> call =
                Call.of(request(offset, maxBytes), FetchResponse::read).from(LOWEST_VERSION);
        connections.ask(broker, call, TIMEOUT, new Reply<>() {
            @Override
            public void answered(Answer<FetchResponse> answer) {
                take(answer.response(), then);
            }

            @Override
            public void failed(PeerFault fault) {
                refuse(fault.message(), then);
            }
        });
    }

    private FetchRequest request(long offset, int maxBytes) {
        return FetchRequest.builder()
                .maxWaitMs(0)
                .minBytes(0)
                .maxBytes(maxBytes)
                .sessionEpoch(NO_SESSION)
                .topics(List.of(FetchRequest.FetchTopic.builder()
                        .topicId(partition.topicId())
                        .partitions(List.of(FetchRequest.FetchPartition.builder()
                                .partition(partition.index())
                                .fetchOffset(offset)
                                .partitionMaxBytes(maxBytes)
                                .build()))
                        .build()))
                .build();
    }

    private static void take(FetchResponse response, LogAnswer<ByteBuffer> then) {
        List<FetchResponse.PartitionData> answers = response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        if (answers.size() != 1) {
            refuse("it answered " + ErrorCode.forCode(response.errorCode()), then);
            return;
        }
        switch (FetchAnswer.of(answers.getFirst())) {
            case Fetched.Batches batches -> then.done(batches.batches());
            case Fetched.Diverging _ -> refuse("it has another history", then);
            case Fetched.Refused(ErrorCode error, long _) -> refuse("it answered " + error, then);
        }
    }

    private static void refuse(String why, LogAnswer<ByteBuffer> then) {
        then.refused(new LogRefusal(ErrorCode.KAFKA_STORAGE_ERROR, why, List.of()));
    }
}
