package dev.barnabas.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.RequestHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WireTest {
    private static final Records SOME = new MemoryRecords(ByteBuffer.wrap("some".getBytes(StandardCharsets.UTF_8)));

    private static ProduceRequest produce(Records records) {
        ProduceRequest.PartitionProduceData partition = ProduceRequest.PartitionProduceData.builder()
                .index(7)
                .records(records)
                .build();
        return ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs(1000)
                .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                        .name("t")
                        .partitionData(List.of(partition))
                        .build()))
                .build();
    }

    @Test
    void aProduceRequestHasTheBytesThatTheProtocolGuideDescribes() {
        Encoded encoded = Wire.encodeRequest(5, "me", produce(SOME), 9);

        assertThat(HexFormat.of().formatHex(encoded.flatten().array()))
                .isEqualTo("0000" + "0009" + "00000005" + "0002" + "6d65" + "00" // header version 2
                        + "00" + "ffff" + "000003e8" // no transactional id, acks, timeout
                        + "02" + "02" + "74" // one topic: t
                        + "02" + "00000007" + "05" + "736f6d65" // one partition: 7, 4 bytes of records
                        + "00" + "00" + "00"); // no tagged fields
    }

    @Test
    void recordsAreNotCopiedWhenTheyAreWritten() {
        Encoded encoded = Wire.encodeRequest(5, "me", produce(SOME), 9);

        assertThat(encoded.splices()).hasSize(1);
        assertThat(encoded.splices().getFirst().records()).isSameAs(SOME);
        assertThat(encoded.size()).isEqualTo(encoded.bytes().remaining() + 4);
        assertThat(encoded.flatten().remaining()).isEqualTo(encoded.size());
    }

    @Test
    void whatWasWrittenIsReadBack() {
        for (int version = ProduceRequest.LOWEST_VERSION; version <= 12; version++) {
            Reader in = new Reader(
                    Wire.encodeRequest(5, "me", produce(SOME), version).flatten());

            RequestHeader header = Wire.readRequestHeader(in);

            assertThat(header.correlationId()).isEqualTo(5);
            assertThat(header.clientId()).isEqualTo("me");
            assertThat(header.requestApiVersion()).isEqualTo((short) version);
            assertThat(ApiKey.PRODUCE.readRequest(in, version)).isEqualTo(produce(SOME));
            assertThat(in.remaining()).isZero();
        }
    }

    @Test
    void recordsInAFileCannotBeFlattened() {
        record InAFile(int sizeInBytes) implements Records {}
        Encoded encoded = Wire.encodeRequest(5, "me", produce(new InAFile(1 << 30)), 9);

        assertThat(encoded.size()).isGreaterThan(1 << 30);
        assertThat(encoded.bytes().remaining()).isLessThan(100);
        assertThatThrownBy(encoded::flatten).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFieldThatTheVersionDoesNotHaveIsRefusedUnlessItMayBeIgnored() {
        FetchResponse withSession = FetchResponse.builder().sessionId(9).build();

        assertThatThrownBy(() -> Encoded.message(withSession, 4))
                .isInstanceOf(UnsupportedFieldException.class)
                .hasMessage("FetchResponse.sessionId does not exist in version 4");
        FetchResponse withThrottle =
                FetchResponse.builder().errorCode((short) 3).build();
        assertThat(FetchResponse.read(
                        new Reader(Encoded.message(withThrottle, 4).flatten()), 4))
                .isEqualTo(FetchResponse.builder().build());
    }

    @Test
    void aVersionThatDoesNotExistIsTheCallersMistake() {
        assertThatThrownBy(() -> Encoded.message(produce(SOME), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("ProduceRequest has no version 2");
    }

    @Test
    void theHeaderOfAnApiVersionsRequestOfTheFutureCanBeRead() {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("0012" + "0063" + "00000001" + "ffff" + "00"));

        RequestHeader header = Wire.readRequestHeader(new Reader(bytes));

        assertThat(header).isEqualTo(new RequestHeader(ApiKey.API_VERSIONS.id(), (short) 99, 1, null));
    }

    @Test
    void aHeaderThatNamesAnUnknownApiIsRefused() {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("0004" + "0000" + "00000001" + "ffff"));

        assertThatThrownBy(() -> Wire.readRequestHeader(new Reader(bytes)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("there is no API 4");
    }
}
