package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.GetTelemetrySubscriptionsRequest;
import dev.barnabas.protocol.message.GetTelemetrySubscriptionsResponse;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import dev.barnabas.protocol.message.PushTelemetryRequest;
import dev.barnabas.protocol.message.PushTelemetryResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class ClientTelemetryTest {

    private static final byte CLIENT_METRICS = 16;
    private static final byte GZIP = 1;
    private static final byte NONE = 0;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none(), "telemetry.max.bytes=200");
    private final SimulatedNode.Client client = node.connectAs("apache-kafka-java");

    @Test
    void withoutASubscriptionAClientIsGivenAnIdAndAskedForNothing() {
        GetTelemetrySubscriptionsResponse answer = ask(Uuid.ZERO);

        assertThat(answer.errorCode()).isEqualTo(ErrorCode.NONE.code());
        assertThat(answer.clientInstanceId()).isNotEqualTo(Uuid.ZERO);
        assertThat(answer.requestedMetrics()).isEmpty();
        assertThat(answer.pushIntervalMs()).isEqualTo(300_000);
        assertThat(answer.telemetryMaxBytes()).isEqualTo(200);
        assertThat(answer.acceptedCompressionTypes()).containsExactly((byte) 4, (byte) 3, (byte) 1, (byte) 2);
    }

    @Test
    void allSubscriptionsThatMatchCountTogether() {
        subscribe("one", "a.b,c", 5_000, "client_software_name=apache-.*");
        subscribe("two", "a.c", 1_000, "client_id=test,client_software_version=1\\.2");
        subscribe("others", "*", 100, "client_software_name=librdkafka");

        GetTelemetrySubscriptionsResponse answer = ask(Uuid.ZERO);

        assertThat(answer.requestedMetrics()).containsExactly("a.b", "a.c", "c");
        assertThat(answer.pushIntervalMs()).isEqualTo(1_000);
        assertThat(node.connectAs("librdkafka")
                        .ask(
                                new GetTelemetrySubscriptionsRequest(Uuid.ZERO),
                                0,
                                GetTelemetrySubscriptionsResponse.class)
                        .requestedMetrics())
                .containsExactly("*");
    }

    @Test
    void whatIsPushedIsSeenUntilItIsOld() {
        subscribe("all", "*", 1_000, "");
        GetTelemetrySubscriptionsResponse asked = ask(Uuid.ZERO);

        assertThat(push(asked, asked.subscriptionId(), GZIP, gzip(metrics("connections", 7.5))))
                .isEqualTo(ErrorCode.NONE);

        assertThat(node.observe().clients().points()).singleElement().satisfies(point -> {
            assertThat(point.clientId()).isEqualTo("test");
            assertThat(point.instanceId()).isEqualTo(asked.clientInstanceId().toString());
            assertThat(point.metric()).isEqualTo("connections");
            assertThat(point.value()).isEqualTo(7.5);
            assertThat(point.attributes()).containsEntry("rack", "r1");
        });
        node.simulation().runFor(Duration.ofMillis(3_100));
        assertThat(node.observe().clients().points()).isEmpty();
    }

    @Test
    void whoComesTooEarlyIsTurnedAway() {
        subscribe("all", "*", 10_000, "");
        GetTelemetrySubscriptionsResponse asked = ask(Uuid.ZERO);
        assertThat(ErrorCode.forCode(ask(asked.clientInstanceId()).errorCode()))
                .isEqualTo(ErrorCode.THROTTLING_QUOTA_EXCEEDED);
        ByteBuffer bytes = metrics("m", 1);
        assertThat(push(asked, asked.subscriptionId(), NONE, bytes)).isEqualTo(ErrorCode.NONE);
        assertThat(push(asked, asked.subscriptionId(), NONE, bytes)).isEqualTo(ErrorCode.THROTTLING_QUOTA_EXCEEDED);

        node.simulation().runFor(Duration.ofSeconds(10));

        assertThat(push(asked, asked.subscriptionId(), NONE, bytes)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aClientThatIsAskedForSomethingElseNowAsksAgainAtOnce() {
        subscribe("all", "*", 10_000, "");
        GetTelemetrySubscriptionsResponse asked = ask(Uuid.ZERO);
        subscribe("all", "m", 10_000, "");

        assertThat(push(asked, asked.subscriptionId(), NONE, metrics("m", 1)))
                .isEqualTo(ErrorCode.UNKNOWN_SUBSCRIPTION_ID);

        GetTelemetrySubscriptionsResponse again = ask(asked.clientInstanceId());
        assertThat(again.requestedMetrics()).containsExactly("m");
        assertThat(push(again, again.subscriptionId(), NONE, metrics("m", 1))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whatCannotBeTakenIsRefused() {
        subscribe("all", "*", 100, "");
        GetTelemetrySubscriptionsResponse asked = ask(Uuid.ZERO);
        int id = asked.subscriptionId();

        assertThat(push(asked, id, NONE, ByteBuffer.allocate(201))).isEqualTo(ErrorCode.TELEMETRY_TOO_LARGE);
        pass();
        assertThat(push(asked, id, (byte) 9, metrics("m", 1))).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
        pass();
        assertThat(push(asked, id, GZIP, metrics("m", 1))).isEqualTo(ErrorCode.INVALID_RECORD);
        pass();
        assertThat(push(asked, id, NONE, ByteBuffer.wrap(new byte[] {10, 100}))).isEqualTo(ErrorCode.INVALID_RECORD);
        assertThat(ErrorCode.forCode(client.ask(
                                PushTelemetryRequest.builder()
                                        .clientInstanceId(Uuid.ZERO)
                                        .build(),
                                0,
                                PushTelemetryResponse.class)
                        .errorCode()))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void nothingComesAfterTheLastPush() {
        subscribe("all", "*", 10_000, "");
        GetTelemetrySubscriptionsResponse asked = ask(Uuid.ZERO);
        push(asked, asked.subscriptionId(), NONE, metrics("m", 1));
        PushTelemetryRequest last = PushTelemetryRequest.builder()
                .clientInstanceId(asked.clientInstanceId())
                .subscriptionId(asked.subscriptionId())
                .terminating(true)
                .metrics(metrics("m", 2))
                .build();

        assertThat(client.ask(last, 0, PushTelemetryResponse.class).errorCode()).isEqualTo(ErrorCode.NONE.code());

        assertThat(client.ask(last, 0, PushTelemetryResponse.class).errorCode())
                .isEqualTo(ErrorCode.INVALID_REQUEST.code());
    }

    private void pass() {
        node.simulation().runFor(Duration.ofMillis(150));
    }

    private GetTelemetrySubscriptionsResponse ask(Uuid id) {
        return client.ask(new GetTelemetrySubscriptionsRequest(id), 0, GetTelemetrySubscriptionsResponse.class);
    }

    private ErrorCode push(
            GetTelemetrySubscriptionsResponse asked, int subscription, byte compression, ByteBuffer metrics) {
        return ErrorCode.forCode(client.ask(
                        PushTelemetryRequest.builder()
                                .clientInstanceId(asked.clientInstanceId())
                                .subscriptionId(subscription)
                                .compressionType(compression)
                                .metrics(metrics)
                                .build(),
                        0,
                        PushTelemetryResponse.class)
                .errorCode());
    }

    private void subscribe(String name, String metrics, int intervalMs, String match) {
        IncrementalAlterConfigsRequest request = IncrementalAlterConfigsRequest.builder()
                .resources(List.of(AlterConfigsResource.builder()
                        .resourceType(CLIENT_METRICS)
                        .resourceName(name)
                        .configs(List.of(
                                new AlterableConfig("metrics", (byte) 0, metrics),
                                new AlterableConfig("interval.ms", (byte) 0, Integer.toString(intervalMs)),
                                new AlterableConfig("match", (byte) 0, match)))
                        .build()))
                .build();
        assertThat(node.ask(request, 1, IncrementalAlterConfigsResponse.class)
                        .responses()
                        .getFirst()
                        .errorCode())
                .isEqualTo(ErrorCode.NONE.code());
    }

    /** A gauge with one number and one attribute. */
    private static ByteBuffer metrics(String name, double value) {
        byte[] attribute = field(7, join(field(1, text("rack")), field(2, field(1, text("r1")))));
        byte[] number = ByteBuffer.allocate(9)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) ((4 << 3) | 1))
                .putDouble(value)
                .array();
        byte[] gauge = field(5, field(1, join(attribute, number)));
        byte[] metric = field(2, join(field(1, text(name)), gauge));
        return ByteBuffer.wrap(field(1, field(2, metric)));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] field(int number, byte[] content) {
        return ByteBuffer.allocate(2 + content.length)
                .put((byte) ((number << 3) | 2))
                .put((byte) content.length)
                .put(content)
                .array();
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length)
                .put(one)
                .put(other)
                .array();
    }

    private static ByteBuffer gzip(ByteBuffer bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ByteBuffer.wrap(out.toByteArray());
    }
}
