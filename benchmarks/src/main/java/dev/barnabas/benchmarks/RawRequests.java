package dev.barnabas.benchmarks;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DescribeQuorumRequest;
import dev.barnabas.protocol.message.DescribeQuorumResponse;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchRequest.FetchPartition;
import dev.barnabas.protocol.message.FetchRequest.FetchTopic;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataRequest.MetadataRequestTopic;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceRequest.PartitionProduceData;
import dev.barnabas.protocol.message.ProduceRequest.TopicProduceData;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The requests of the raw driver as frames, and what it has to know of their responses. All in the last version that
 * names topics: all brokers of today know it.
 */
final class RawRequests {

    private static final int PRODUCE_VERSION = 9;
    private static final int FETCH_VERSION = 12;
    private static final int CREATE_TOPICS_VERSION = 5;

    private static final int METADATA_VERSION = 9;
    private static final int DESCRIBE_QUORUM_VERSION = 1;

    private static final int TIMEOUT_MS = 30_000;
    private static final short ALL = -1;

    private static final Set<ErrorCode> NOT_OPEN_YET = EnumSet.of(
            ErrorCode.NOT_LEADER_OR_FOLLOWER,
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
            ErrorCode.LEADER_NOT_AVAILABLE,
            ErrorCode.NOT_ENOUGH_REPLICAS,
            ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);

    private RawRequests() {}

    static ByteBuffer createTopic(String topic, int partitions, int replicas) {
        return RawConnection.frame(
                CreateTopicsRequest.builder()
                        .timeoutMs(TIMEOUT_MS)
                        .topics(List.of(CreatableTopic.builder()
                                .name(topic)
                                .numPartitions(partitions)
                                .replicationFactor((short) replicas)
                                .build()))
                        .build(),
                CREATE_TOPICS_VERSION);
    }

    /** A topic that exists already is as good. */
    static void requireCreated(ByteBuffer response) throws IOException {
        for (CreateTopicsResponse.CreatableTopicResult topic : CreateTopicsResponse.read(
                        new Reader(response), CREATE_TOPICS_VERSION)
                .topics()) {
            if (topic.errorCode() != ErrorCode.TOPIC_ALREADY_EXISTS.code()) {
                require(topic.errorCode());
            }
        }
    }

    static ByteBuffer produce(String topic, int partition, ByteBuffer batch) {
        return RawConnection.frame(
                ProduceRequest.builder()
                        .acks(ALL)
                        .timeoutMs(TIMEOUT_MS)
                        .topicData(List.of(TopicProduceData.builder()
                                .name(topic)
                                .partitionData(List.of(new PartitionProduceData(partition, new MemoryRecords(batch))))
                                .build()))
                        .build(),
                PRODUCE_VERSION);
    }

    static void requireProduced(ByteBuffer response) throws IOException {
        require(produced(response));
    }

    static boolean isNotOpenYet(ByteBuffer response) throws IOException {
        ErrorCode error = ErrorCode.forCode(produced(response));
        if (NOT_OPEN_YET.contains(error)) {
            return true;
        }
        require(error.code());
        return false;
    }

    /** The error code for the only partition of the request. */
    private static short produced(ByteBuffer response) {
        return ProduceResponse.read(new Reader(response), PRODUCE_VERSION)
                .responses()
                .getFirst()
                .partitionResponses()
                .getFirst()
                .errorCode();
    }

    /** Asks for all partitions of a topic, each from its position. */
    static ByteBuffer fetch(String topic, long[] positions) {
        List<FetchPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < positions.length; partition++) {
            partitions.add(FetchPartition.builder()
                    .partition(partition)
                    .currentLeaderEpoch(-1)
                    .fetchOffset(positions[partition])
                    .lastFetchedEpoch(-1)
                    .partitionMaxBytes(1 << 20)
                    .build());
        }
        return RawConnection.frame(
                FetchRequest.builder()
                        .replicaId(-1)
                        .maxWaitMs(500)
                        .minBytes(1)
                        .maxBytes(50 << 20)
                        .sessionEpoch(-1)
                        .topics(List.of(FetchTopic.builder()
                                .topic(topic)
                                .partitions(partitions)
                                .build()))
                        .build(),
                FETCH_VERSION);
    }

    static List<FetchResponse.PartitionData> fetched(ByteBuffer response) throws IOException {
        FetchResponse answer = FetchResponse.read(new Reader(response), FETCH_VERSION);
        require(answer.errorCode());
        List<FetchResponse.PartitionData> partitions = new ArrayList<>();
        for (FetchResponse.FetchableTopicResponse topic : answer.responses()) {
            for (FetchResponse.PartitionData partition : topic.partitions()) {
                require(partition.errorCode());
                partitions.add(partition);
            }
        }
        return partitions;
    }

    static ByteBuffer metadata(String topic) {
        return RawConnection.frame(
                MetadataRequest.builder()
                        .topics(List.of(
                                MetadataRequestTopic.builder().name(topic).build()))
                        .build(),
                METADATA_VERSION);
    }

    static MetadataResponse metadata(ByteBuffer response) {
        return MetadataResponse.read(new Reader(response), METADATA_VERSION);
    }

    /** Of the quorum that keeps the cluster's metadata, as Kafka names it. */
    static ByteBuffer describeQuorum() {
        return RawConnection.frame(
                DescribeQuorumRequest.builder()
                        .topics(List.of(DescribeQuorumRequest.TopicData.builder()
                                .topicName("__cluster_metadata")
                                .partitions(List.of(new DescribeQuorumRequest.PartitionData(0)))
                                .build()))
                        .build(),
                DESCRIBE_QUORUM_VERSION);
    }

    static int quorumLeader(ByteBuffer response) throws IOException {
        DescribeQuorumResponse answer = DescribeQuorumResponse.read(new Reader(response), DESCRIBE_QUORUM_VERSION);
        require(answer.errorCode());
        DescribeQuorumResponse.PartitionData quorum =
                answer.topics().getFirst().partitions().getFirst();
        require(quorum.errorCode());
        return quorum.leaderId();
    }

    /** A batch of random bytes, filled up to a size, with at least one record. */
    static ByteBuffer batch(int batchBytes, int recordBytes) {
        Random random = new Random(1);
        RecordBatchBuilder builder = new RecordBatchBuilder(batchBytes);
        long now = System.currentTimeMillis();
        byte[] value;
        do {
            value = new byte[recordBytes];
            random.nextBytes(value);
        } while (builder.append(now, null, value, List.of()));
        return builder.build();
    }

    private static void require(short errorCode) throws IOException {
        if (errorCode != ErrorCode.NONE.code()) {
            throw new IOException("the broker refused: " + ErrorCode.forCode(errorCode));
        }
    }
}
