package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DescribeProducersRequest;
import dev.barnabas.protocol.message.DescribeProducersResponse;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import dev.barnabas.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import dev.barnabas.protocol.message.WriteTxnMarkersResponse;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions as a client sees them, request by request, on one node. */
class TransactionsTest {

    private static final String TOPIC = "payments";
    private static final byte TRANSACTION = 1;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none(), "transaction.state.log.num.partitions=3");
    private Uuid id = Uuid.ZERO;

    @BeforeEach
    void createTopics() {
        id = EveryVersionTest.createTopic(node, TOPIC);
        find("any", (byte) 0);
        find("any", TRANSACTION);
    }

    private void find(String key, byte type) {
        node.ask(
                FindCoordinatorRequest.builder()
                        .keyType(type)
                        .coordinatorKeys(List.of(key))
                        .build(),
                4,
                Response.class);
        node.simulation().runFor(Duration.ofSeconds(1));
    }

    private TestProducer producer(String transactionalId) {
        TestProducer producer = TestProducer.of(transactionalId, node::ask);
        assertThat(producer.init()).isEqualTo(ErrorCode.NONE);
        return producer;
    }

    private void settle() {
        node.simulation().runFor(Duration.ofSeconds(1));
    }

    @Test
    void whatIsCommittedIsReadAndWhatIsAbortedIsNot() {
        TestProducer one = producer("one");
        assertThat(one.send(TOPIC, id, 0, "a", "b")).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 1, "c")).isEqualTo(ErrorCode.NONE);
        assertThat(committed(0)).isEmpty();
        assertThat(latest(0, true)).isZero();
        assertThat(latest(0, false)).isEqualTo(2);

        assertThat(one.end(true)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(committed(0)).containsExactly("a", "b");
        assertThat(committed(1)).containsExactly("c");

        assertThat(one.send(TOPIC, id, 0, "not this")).isEqualTo(ErrorCode.NONE);
        assertThat(one.end(false)).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 0, "but this")).isEqualTo(ErrorCode.NONE);
        assertThat(one.end(true)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(committed(0)).containsExactly("a", "b", "but this");
    }

    @Test
    void clientsOfTheFirstVersionAddPartitionsThemselves() {
        TestProducer one = TestProducer.first("one", node::ask);
        assertThat(one.init()).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 0, "not added")).isEqualTo(ErrorCode.TRANSACTION_ABORTABLE);

        assertThat(one.addPartition(TOPIC, 0)).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 0, "a")).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 0, "b")).isEqualTo(ErrorCode.NONE);
        assertThat(one.end(true)).isEqualTo(ErrorCode.NONE);
        settle();

        assertThat(one.addPartition(TOPIC, 0)).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 0, "c")).isEqualTo(ErrorCode.NONE);
        assertThat(one.end(false)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(committed(0)).containsExactly("a", "b");
        assertThat(latest(0, true)).isEqualTo(latest(0, false));
    }

    @Test
    void aProducerThatWasReplacedCanWriteNoMore() {
        TestProducer zombie = producer("one");
        assertThat(zombie.send(TOPIC, id, 0, "a")).isEqualTo(ErrorCode.NONE);

        TestProducer next = TestProducer.of("one", node::ask);
        ErrorCode begun = next.init();
        for (int i = 0; i < 10 && begun == ErrorCode.CONCURRENT_TRANSACTIONS; i++) {
            settle();
            begun = next.init();
        }
        assertThat(begun).isEqualTo(ErrorCode.NONE);

        assertThat(zombie.send(TOPIC, id, 0, "late")).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(zombie.send(TOPIC, id, 1, "late")).isEqualTo(ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(zombie.end(true)).isIn(ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH);
        assertThat(next.send(TOPIC, id, 0, "b")).isEqualTo(ErrorCode.NONE);
        assertThat(next.end(true)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(committed(0)).containsExactly("b");
    }

    @Test
    void offsetsHoldWhenTheTransactionDoes() {
        TestProducer one = producer("one");
        assertThat(one.commitOffset("readers", TOPIC, id, 0, 42)).isEqualTo(ErrorCode.NONE);
        assertThat(offset("readers").errorCode()).isEqualTo(ErrorCode.UNSTABLE_OFFSET_COMMIT.code());

        assertThat(one.end(true)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(offset("readers").committedOffset()).isEqualTo(42);

        assertThat(one.commitOffset("readers", TOPIC, id, 0, 43)).isEqualTo(ErrorCode.NONE);
        assertThat(one.end(false)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(offset("readers").committedOffset()).isEqualTo(42);
    }

    @Test
    void offsetsThatArePendingAreSoAfterARestart() {
        TestProducer one = producer("one");
        assertThat(one.commitOffset("readers", TOPIC, id, 0, 42)).isEqualTo(ErrorCode.NONE);
        node.restart();
        settle();
        assertThat(offset("readers").errorCode()).isEqualTo(ErrorCode.UNSTABLE_OFFSET_COMMIT.code());

        assertThat(one.end(true)).isEqualTo(ErrorCode.NONE);
        settle();
        node.restart();
        settle();
        assertThat(offset("readers").committedOffset()).isEqualTo(42);
    }

    @Test
    void pipelinedBatchesKeepTheirOrderWhileTheFirstIsVerified() {
        TestProducer one = producer("one");
        List<SimulatedNode.Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            outcomes.add(node.send(one.produce(TOPIC, id, 0, one.batch(i, "v" + i)), 13));
        }
        settle();

        for (SimulatedNode.Outcome outcome : outcomes) {
            ProduceResponse answer = (ProduceResponse) outcome.response();
            assertThat(answer.responses()
                            .getFirst()
                            .partitionResponses()
                            .getFirst()
                            .errorCode())
                    .isZero();
        }
        assertThat(one.end(true)).isEqualTo(ErrorCode.NONE);
        settle();
        assertThat(committed(0)).containsExactly("v0", "v1", "v2", "v3", "v4");
    }

    @Test
    void recordsOfATransactionNeedATransactionalId() {
        TestProducer one = producer("one");
        ProduceResponse answer = node.ask(
                one.produce(TOPIC, id, 0, one.batch(0, "a")).toBuilder()
                        .transactionalId(null)
                        .build(),
                13,
                ProduceResponse.class);

        assertThat(answer.responses().getFirst().partitionResponses().getFirst().errorCode())
                .isEqualTo(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code());
    }

    @Test
    void aTransactionThatNobodyEndsIsSeenAndCanBeAborted() {
        // Without verification a late batch begins a transaction behind the coordinator's back.
        node.restartWith(
                "transaction.state.log.num.partitions=3",
                "transaction.partition.verification.enable=false",
                "connections.max.idle.ms=10000000");
        settle();
        TestProducer one = TestProducer.first("one", node::ask);
        assertThat(one.init()).isEqualTo(ErrorCode.NONE);
        assertThat(one.send(TOPIC, id, 0, "late")).isEqualTo(ErrorCode.NONE);
        assertThat(hanging()).isZero();

        node.simulation().runFor(Duration.ofMinutes(21));
        assertThat(hanging()).isEqualTo(1);

        DescribeProducersResponse.ProducerState open = producers(0).stream()
                .filter(each -> each.producerId() == one.producerId)
                .findFirst()
                .orElseThrow();
        assertThat(open.currentTxnStartOffset()).isZero();
        node.ask(marker(one.producerId, open.producerEpoch(), false), 1, WriteTxnMarkersResponse.class);
        assertThat(hanging()).isZero();
        assertThat(latest(0, true)).isEqualTo(2);
        assertThat(committed(0)).isEmpty();
    }

    private int hanging() {
        return node.observe().partitions().stream()
                .mapToInt(Observation.OfPartition::hangingTransactions)
                .sum();
    }

    private static WriteTxnMarkersRequest marker(long producerId, int epoch, boolean committed) {
        return new WriteTxnMarkersRequest(List.of(WritableTxnMarker.builder()
                .producerId(producerId)
                .producerEpoch((short) epoch)
                .transactionResult(committed)
                .topics(List.of(new WritableTxnMarkerTopic(TOPIC, List.of(0, 77))))
                .coordinatorEpoch(0)
                .build()));
    }

    @Test
    void markersAreAnsweredForEachPartition() {
        WriteTxnMarkersResponse answer = node.ask(marker(5, 0, true), 2, WriteTxnMarkersResponse.class);

        assertThat(answer.markers().getFirst().topics().getFirst().partitions())
                .extracting(each -> ErrorCode.forCode(each.errorCode()))
                .containsExactly(ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private List<DescribeProducersResponse.ProducerState> producers(int partition) {
        return node.ask(
                        new DescribeProducersRequest(
                                List.of(new DescribeProducersRequest.TopicRequest(TOPIC, List.of(partition)))),
                        0,
                        DescribeProducersResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .activeProducers();
    }

    private OffsetFetchResponsePartitions offset(String group) {
        return node.ask(
                        OffsetFetchRequest.builder()
                                .groups(List.of(OffsetFetchRequestGroup.builder()
                                        .groupId(group)
                                        .topics(List.of(OffsetFetchRequestTopics.builder()
                                                .name(TOPIC)
                                                .partitionIndexes(List.of(0))
                                                .build()))
                                        .build()))
                                .requireStable(true)
                                .build(),
                        9,
                        OffsetFetchResponse.class)
                .groups()
                .getFirst()
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private long latest(int partition, boolean committedOnly) {
        return node.ask(
                        ListOffsetsRequest.builder()
                                .replicaId(-1)
                                .isolationLevel((byte) (committedOnly ? 1 : 0))
                                .topics(List.of(ListOffsetsRequest.ListOffsetsTopic.builder()
                                        .name(TOPIC)
                                        .partitions(List.of(ListOffsetsRequest.ListOffsetsPartition.builder()
                                                .partitionIndex(partition)
                                                .timestamp(ListOffsetsHandler.LATEST)
                                                .build()))
                                        .build()))
                                .build(),
                        7,
                        ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst()
                .offset();
    }

    /** As a consumer that reads what is committed. */
    private List<String> committed(int partition) {
        List<String> values = new ArrayList<>();
        long offset = 0;
        while (true) {
            FetchResponse.PartitionData found = fetch(partition, offset);
            if (!(found.records() instanceof MemoryRecords records) || records.sizeInBytes() == 0) {
                return values;
            }
            for (RecordBatch batch : RecordBatches.of(records.buffer())) {
                offset = batch.endOffset();
                if (!batch.isControl() && !isAborted(batch, found, records)) {
                    for (Record record : batch.records()) {
                        ByteBuffer value = record.value();
                        values.add(
                                value == null
                                        ? ""
                                        : StandardCharsets.UTF_8
                                                .decode(value.duplicate())
                                                .toString());
                    }
                }
            }
        }
    }

    private static boolean isAborted(RecordBatch batch, FetchResponse.PartitionData found, MemoryRecords records) {
        List<FetchResponse.AbortedTransaction> aborted = found.abortedTransactions();
        if (!batch.isTransactional() || aborted == null) {
            return false;
        }
        for (FetchResponse.AbortedTransaction each : aborted) {
            if (each.producerId() == batch.producerId()
                    && each.firstOffset() <= batch.baseOffset()
                    && batch.baseOffset() < endOf(each, records)) {
                return true;
            }
        }
        return false;
    }

    private static long endOf(FetchResponse.AbortedTransaction aborted, MemoryRecords records) {
        for (RecordBatch batch : RecordBatches.of(records.buffer())) {
            if (batch.isControl()
                    && batch.producerId() == aborted.producerId()
                    && batch.baseOffset() > aborted.firstOffset()) {
                return batch.baseOffset();
            }
        }
        return Long.MAX_VALUE;
    }

    private FetchResponse.PartitionData fetch(int partition, long offset) {
        return node.ask(
                        FetchRequest.builder()
                                .maxWaitMs(10)
                                .minBytes(1)
                                .isolationLevel((byte) 1)
                                .topics(List.of(FetchRequest.FetchTopic.builder()
                                        .topic(TOPIC)
                                        .topicId(Uuid.ZERO)
                                        .partitions(List.of(FetchRequest.FetchPartition.builder()
                                                .partition(partition)
                                                .fetchOffset(offset)
                                                .partitionMaxBytes(300_000)
                                                .build()))
                                        .build()))
                                .build(),
                        12,
                        FetchResponse.class)
                .responses()
                .getFirst()
                .partitions()
                .getFirst();
    }
}
