package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateRequest;
import dev.barnabas.protocol.message.InitializeShareGroupStateResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ShareAcknowledgeRequest;
import dev.barnabas.protocol.message.ShareAcknowledgeResponse;
import dev.barnabas.protocol.message.ShareFetchRequest;
import dev.barnabas.protocol.message.ShareFetchResponse;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Share sessions, share fetches and acknowledgements, as clients see them. */
class ShareFetchTest {

    private static final String GROUP = "workers";
    /** When simulated worlds begin: older records would be deleted at once. */
    private static final long NOW_MS = 1_767_225_600_000L;

    private static final byte ACCEPT = 1;
    private static final byte RELEASE = 2;
    private static final byte RENEW = 4;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());
    private final Uuid topic = EveryVersionTest.createTopic(node, "queue");

    ShareFetchTest() {
        node.ask(
                FindCoordinatorRequest.builder()
                        .keyType((byte) 2)
                        .coordinatorKeys(List.of(GROUP + ":" + topic + ":0"))
                        .build(),
                6,
                Response.class);
        InitializeShareGroupStateResponse begun = node.ask(
                new InitializeShareGroupStateRequest(
                        GROUP,
                        List.of(new InitializeShareGroupStateRequest.InitializeStateData(
                                topic, List.of(new InitializeShareGroupStateRequest.PartitionData(0, 0, 0))))),
                0,
                InitializeShareGroupStateResponse.class);
        assertThat(begun.results().getFirst().partitions().getFirst().errorCode())
                .isZero();
    }

    private void produce(int records) {
        RecordBatchBuilder batch = new RecordBatchBuilder(1 << 20);
        for (int i = 0; i < records; i++) {
            batch.append(NOW_MS, new byte[] {(byte) i}, new byte[] {(byte) i}, List.of());
        }
        ByteBuffer bytes = batch.build();
        node.ask(
                ProduceRequest.builder()
                        .acks((short) -1)
                        .timeoutMs(1000)
                        .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                                .topicId(topic)
                                .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                        .index(0)
                                        .records(new MemoryRecords(bytes))
                                        .build()))
                                .build()))
                        .build(),
                13,
                Response.class);
    }

    private ShareFetchResponse fetch(
            String member, int epoch, int maxWaitMs, List<ShareFetchRequest.AcknowledgementBatch> acknowledged) {
        return node.ask(request(member, epoch, maxWaitMs, acknowledged), 2, ShareFetchResponse.class);
    }

    private ShareFetchRequest request(
            String member, int epoch, int maxWaitMs, List<ShareFetchRequest.AcknowledgementBatch> acknowledged) {
        boolean names = epoch == 0 || !acknowledged.isEmpty();
        return ShareFetchRequest.builder()
                .groupId(GROUP)
                .memberId(member)
                .shareSessionEpoch(epoch)
                .maxWaitMs(maxWaitMs)
                .minBytes(1)
                .maxRecords(500)
                .batchSize(500)
                .topics(
                        names
                                ? List.of(new ShareFetchRequest.FetchTopic(
                                        topic,
                                        List.of(ShareFetchRequest.FetchPartition.builder()
                                                .partitionIndex(0)
                                                .acknowledgementBatches(acknowledged)
                                                .build())))
                                : List.of())
                .forgottenTopicsData(List.of())
                .build();
    }

    private static List<ShareFetchRequest.AcknowledgementBatch> said(long first, long last, byte type) {
        return List.of(new ShareFetchRequest.AcknowledgementBatch(first, last, List.of(type)));
    }

    private static ShareFetchResponse.PartitionData partition(ShareFetchResponse response) {
        assertThat(response.errorCode()).isZero();
        return response.responses().getFirst().partitions().getFirst();
    }

    private ErrorCode acknowledge(String member, int epoch, long first, long last, byte type) {
        ShareAcknowledgeResponse response = node.ask(
                ShareAcknowledgeRequest.builder()
                        .groupId(GROUP)
                        .memberId(member)
                        .shareSessionEpoch(epoch)
                        .isRenewAck(type == RENEW)
                        .topics(List.of(new ShareAcknowledgeRequest.AcknowledgeTopic(
                                topic,
                                List.of(new ShareAcknowledgeRequest.AcknowledgePartition(
                                        0,
                                        List.of(new ShareAcknowledgeRequest.AcknowledgementBatch(
                                                first, last, List.of(type))))))))
                        .build(),
                2,
                ShareAcknowledgeResponse.class);
        return response.errorCode() != 0
                ? ErrorCode.forCode(response.errorCode())
                : ErrorCode.forCode(
                        response.responses().getFirst().partitions().getFirst().errorCode());
    }

    @Test
    void aMemberGetsRecordsAndAcceptsThemWithTheNextFetch() {
        produce(10);

        ShareFetchResponse.PartitionData got = partition(fetch("anna", 0, 1000, List.of()));
        assertThat(got.acquiredRecords()).containsExactly(new ShareFetchResponse.AcquiredRecords(0, 9, (short) 1));
        assertThat(got.records()).isNotEqualTo(MemoryRecords.EMPTY);

        assertThat(partition(fetch("anna", 1, 0, said(0, 9, ACCEPT))).acknowledgeErrorCode())
                .isZero();
        assertThat(fetch("anna", 2, 0, List.of()).responses()).isEmpty();
        produce(5);
        assertThat(partition(fetch("anna", 3, 1000, List.of())).acquiredRecords())
                .containsExactly(new ShareFetchResponse.AcquiredRecords(10, 14, (short) 1));
    }

    @Test
    void aSessionThatIsClosedGivesBackWhatItHas() {
        produce(10);
        fetch("anna", 0, 0, List.of());
        assertThat(partition(fetch("anna", 0, 1000, List.of())).errorCode()).isZero();
        assertThat(partition(fetch("bert", 0, 0, List.of())).acquiredRecords()).isEmpty();

        assertThat(acknowledge("anna", -1, 0, 4, ACCEPT)).isEqualTo(ErrorCode.NONE);

        assertThat(partition(fetch("bert", 1, 1000, List.of())).acquiredRecords())
                .containsExactly(new ShareFetchResponse.AcquiredRecords(5, 9, (short) 2));
        assertThat(acknowledge("anna", 1, 5, 5, ACCEPT)).isEqualTo(ErrorCode.SHARE_SESSION_NOT_FOUND);
    }

    @Test
    void sessionsAreAsInKafka() {
        assertThat(fetch("anna", 1, 0, List.of()).errorCode()).isEqualTo(ErrorCode.SHARE_SESSION_NOT_FOUND.code());
        assertThat(fetch("anna", 0, 0, said(0, 1, ACCEPT)).errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
        assertThat(fetch("anna", 0, 0, List.of()).errorCode()).isZero();
        assertThat(fetch("anna", 2, 0, List.of()).errorCode()).isEqualTo(ErrorCode.INVALID_SHARE_SESSION_EPOCH.code());
        assertThat(acknowledge("anna", 0, 0, 0, ACCEPT)).isEqualTo(ErrorCode.INVALID_SHARE_SESSION_EPOCH);
        assertThat(acknowledge("anna", 1, 0, 0, ACCEPT)).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void whatIsReleasedGoesToWhoeverWaits() {
        produce(3);
        assertThat(partition(fetch("anna", 0, 1000, List.of())).acquiredRecords())
                .hasSize(1);

        assertThat(acknowledge("anna", 1, 0, 2, RENEW)).isEqualTo(ErrorCode.NONE);
        assertThat(acknowledge("anna", 2, 1, 1, RELEASE)).isEqualTo(ErrorCode.NONE);

        assertThat(partition(fetch("bert", 0, 60_000, List.of())).acquiredRecords())
                .containsExactly(new ShareFetchResponse.AcquiredRecords(1, 1, (short) 2));
        assertThat(acknowledge("bert", 1, 0, 0, ACCEPT)).isEqualTo(ErrorCode.INVALID_RECORD_STATE);
    }

    @Test
    void aLockThatIsOverFreesARecordForWhoeverWaits() {
        produce(3);
        assertThat(partition(fetch("anna", 0, 1000, List.of())).acquiredRecords())
                .hasSize(1);

        assertThat(partition(fetch("bert", 0, 60_000, List.of())).acquiredRecords())
                .containsExactly(new ShareFetchResponse.AcquiredRecords(0, 2, (short) 2));
    }

    @Test
    void whatWasStoredIsThereAfterARestart() {
        produce(10);
        fetch("anna", 0, 1000, List.of());
        acknowledge("anna", 1, 0, 3, ACCEPT);
        acknowledge("anna", 2, 6, 6, ACCEPT);

        node.restartWith();

        assertThat(partition(fetch("bert", 0, 20_000, List.of())).acquiredRecords())
                .containsExactly(
                        new ShareFetchResponse.AcquiredRecords(4, 5, (short) 1),
                        new ShareFetchResponse.AcquiredRecords(7, 9, (short) 1));
    }
}
