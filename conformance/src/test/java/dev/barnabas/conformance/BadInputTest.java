package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ApiVersionsRequest;
import dev.barnabas.protocol.message.ApiVersionsResponse;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.DeleteRecordsRequest;
import dev.barnabas.protocol.message.DeleteRecordsResponse;
import dev.barnabas.protocol.message.FetchRequest;
import dev.barnabas.protocol.message.FetchResponse;
import dev.barnabas.protocol.message.ListOffsetsRequest;
import dev.barnabas.protocol.message.ListOffsetsResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.protocol.record.Compression;
import dev.barnabas.server.RunningNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever comes through a socket gets Kafka's error or a closed connection. All the time there are a producer and a
 * consumer of the official Java client, the witnesses: after each test they must be able to go on as before.
 */
final class BadInputTest {

    private static final long SEED = 20_261_120;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RunningNode node;
    private static KafkaProducer<String, String> producer;
    private static KafkaConsumer<String, String> consumer;
    private static int witnessed;

    @BeforeAll
    static void startNode(@TempDir Path data) throws Exception {
        node = RunningNode.start(data, "auto.create.topics.enable=false");
        for (String topic : List.of("witness", "target")) {
            assertThat(create(topic(topic))).isEqualTo(ErrorCode.NONE);
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.address()), new StringSerializer(), new StringSerializer());
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", node.address(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
        consumer.assign(List.of(new TopicPartition("witness", 0)));
    }

    @AfterAll
    static void stopNode() throws Exception {
        consumer.close();
        producer.close();
        node.close();
    }

    @AfterEach
    void nobodyElseIsDisturbed() throws Exception {
        String value = "witness " + witnessed;
        producer.send(new ProducerRecord<>("witness", value)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (records.isEmpty() && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
        }
        assertThat(records).singleElement().satisfies(record -> {
            assertThat(record.value()).isEqualTo(value);
            assertThat(record.offset()).isEqualTo(witnessed);
        });
        witnessed++;
    }

    // Frames

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 104_857_601, 0, 1, 7})
    void aFrameOfImpossibleLengthClosesTheConnection(int length) throws Exception {
        try (RawClient client = RawClient.connect(node)) {
            client.send(ByteBuffer.allocate(Integer.BYTES + 7).putInt(length).array());
            client.expectClosed();
        }
    }

    @Test
    void aRequestThatEndsTooEarlyClosesTheConnection() throws Exception {
        byte[] whole = RawClient.frame(1, metadata("target"), 12);
        for (int size = 0; size < whole.length; size++) {
            try (RawClient client = RawClient.connect(node)) {
                client.send(RawClient.prefixed(Arrays.copyOf(whole, size)));
                client.expectClosed();
            }
        }
    }

    @Test
    void aConnectionThatEndsInTheMiddleOfAFrameIsClosed() throws Exception {
        byte[] whole = RawClient.prefixed(RawClient.frame(1, metadata("target"), 12));
        for (int size = 0; size < whole.length; size += 3) {
            try (RawClient client = RawClient.connect(node)) {
                client.send(Arrays.copyOf(whole, size));
                client.endOfStream();
                client.expectClosed();
            }
        }
    }

    @Test
    void bytesBehindARequestCloseTheConnection() throws Exception {
        byte[] whole = RawClient.frame(1, metadata("target"), 12);
        try (RawClient client = RawClient.connect(node)) {
            client.send(RawClient.prefixed(Arrays.copyOf(whole, whole.length + 1)));
            client.expectClosed();
        }
    }

    @Test
    void otherProtocolsAndNoiseCloseTheConnection() throws Exception {
        List<byte[]> noise = new ArrayList<>();
        noise.add("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        noise.add("SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII));
        // The beginning of a TLS ClientHello.
        noise.add(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, (byte) 0xfc, 0x03, 0x03});
        Random random = new Random(SEED);
        for (int i = 0; i < 100; i++) {
            byte[] bytes = new byte[random.nextInt(1, 300)];
            random.nextBytes(bytes);
            // Every other one with a length that is true.
            noise.add(i % 2 == 0 ? bytes : RawClient.prefixed(bytes));
        }
        for (byte[] bytes : noise) {
            try (RawClient client = RawClient.connect(node)) {
                client.send(bytes);
                client.endOfStream();
                client.expectClosed();
            }
        }
    }

    // APIs and versions

    @ParameterizedTest
    @CsvSource({"9999,0", "-1,0", "32767,0", "52,0", "3,99", "3,-1", "0,-32768", "1,3", "18,-1"})
    void anApiOrVersionThatIsNotOfferedClosesTheConnection(short api, short version) throws Exception {
        ByteBuffer frame = ByteBuffer.allocate(64).putShort(api).putShort(version);
        try (RawClient client = RawClient.connect(node)) {
            client.send(RawClient.prefixed(frame.array()));
            if (api == ApiKey.API_VERSIONS.id()) {
                assertThat(client.response(0, ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class)
                                .errorCode())
                        .isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
            } else {
                client.expectClosed();
            }
        }
    }

    @Test
    void anUnknownVersionOfApiVersionsIsAnsweredInVersionZeroAndTheClientTriesAgain() throws Exception {
        try (RawClient client = RawClient.connect(node)) {
            byte[] frame = RawClient.frame(77, ApiVersionsRequest.builder().build(), 0);
            ByteBuffer.wrap(frame).putShort(2, (short) 99);
            client.send(RawClient.prefixed(frame));

            ApiVersionsResponse refused = client.response(77, ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class);

            assertThat(refused.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
            assertThat(refused.apiKeys()).anySatisfy(api -> {
                assertThat(api.apiKey()).isEqualTo(ApiKey.API_VERSIONS.id());
                assertThat(api.maxVersion()).isGreaterThanOrEqualTo((short) 4);
            });
            assertThat(client.ask(ApiVersionsRequest.builder().build(), 0, ApiVersionsResponse.class)
                            .errorCode())
                    .isZero();
        }
    }

    // Produce

    static List<BadBatches.BadBatch> badBatches() {
        return BadBatches.all().toList();
    }

    @ParameterizedTest
    @MethodSource("badBatches")
    void aBadBatchIsRefusedAndTheConnectionGoesOn(BadBatches.BadBatch bad) throws Exception {
        try (RawClient client = RawClient.connect(node)) {
            ProduceRequest request =
                    BadBatches.produce("target", 0, bad.bytes()).build();
            assertThat(produce(client, request, bad.version())).isEqualTo(bad.expected());
            ProduceRequest good =
                    BadBatches.produce("target", 0, BadBatches.batch(1, 10)).build();
            assertThat(produce(client, good, 12)).isEqualTo(ErrorCode.NONE);
        }
    }

    @Test
    void aBadBatchWithoutAcknowledgementClosesTheConnection() throws Exception {
        BadBatches.BadBatch bad = badBatches().getFirst();
        try (RawClient client = RawClient.connect(node)) {
            ProduceRequest request =
                    BadBatches.produce("target", 0, bad.bytes()).acks((short) 0).build();
            client.send(RawClient.prefixed(RawClient.frame(1, request, 12)));
            client.expectClosed();
        }
    }

    @Test
    void aProduceRequestThatCannotBeServedSaysWhy() throws Exception {
        ByteBuffer batch = BadBatches.batch(1, 10);
        try (RawClient client = RawClient.connect(node)) {
            assertThat(produce(client, BadBatches.produce("absent", 0, batch).build(), 12))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(produce(
                            client, BadBatches.produce("not a name/", 0, batch).build(), 12))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(produce(client, BadBatches.produce("target", 1, batch).build(), 12))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(produce(client, BadBatches.produce("target", -1, batch).build(), 12))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(produce(client, BadBatches.produce("", 0, batch).build(), 13))
                    .isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
            assertThat(produce(
                            client,
                            BadBatches.produce("target", 0, batch)
                                    .acks((short) 7)
                                    .build(),
                            12))
                    .isEqualTo(ErrorCode.INVALID_REQUIRED_ACKS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"producer", "lz4"})
    void aCompressedBombHarmsNobody(String compressionType) throws Exception {
        String topic = "bomb-" + compressionType;
        assertThat(create(topic(topic).configs(List.of(setting("compression.type", compressionType)))))
                .isEqualTo(ErrorCode.NONE);
        ByteBuffer bomb = BadBatches.compressed(Compression.GZIP, 40 << 20);
        try (RawClient client = RawClient.connect(node)) {
            assertThat(produce(client, BadBatches.produce(topic, 0, bomb).build(), 12))
                    .isEqualTo(ErrorCode.NONE);
            // Has to look into it.
            ListOffsetsResponse found = client.ask(
                    ListOffsetsRequest.builder()
                            .replicaId(-1)
                            .topics(List.of(ListOffsetsRequest.ListOffsetsTopic.builder()
                                    .name(topic)
                                    .partitions(List.of(ListOffsetsRequest.ListOffsetsPartition.builder()
                                            .timestamp(1)
                                            .build()))
                                    .build()))
                            .build(),
                    7,
                    ListOffsetsResponse.class);
            assertThat(found.topics().getFirst().partitions().getFirst().offset())
                    .isZero();
            assertThat(fetch(client, topic, 0, 12)).isEqualTo(ErrorCode.NONE);
        }
    }

    // Fetch and the rest

    @Test
    void whatCannotBeFetchedIsRefused() throws Exception {
        assertThat(create(topic("zstd").configs(List.of(setting("compression.type", "zstd")))))
                .isEqualTo(ErrorCode.NONE);
        try (RawClient client = RawClient.connect(node)) {
            assertThat(fetch(client, "target", 1L << 40, 12)).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(fetch(client, "target", -5, 12)).isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE);
            assertThat(fetch(client, "absent", 0, 12)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(fetch(client, "", 0, 13)).isEqualTo(ErrorCode.UNKNOWN_TOPIC_ID);
            assertThat(fetch(client, "zstd", 0, 9)).isEqualTo(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE);
            assertThat(fetch(client, "zstd", 0, 10)).isEqualTo(ErrorCode.NONE);

            DeleteRecordsResponse deleted = client.ask(
                    DeleteRecordsRequest.builder()
                            .timeoutMs(10_000)
                            .topics(List.of(DeleteRecordsRequest.DeleteRecordsTopic.builder()
                                    .name("target")
                                    .partitions(List.of(DeleteRecordsRequest.DeleteRecordsPartition.builder()
                                            .offset(1L << 40)
                                            .build()))
                                    .build()))
                            .build(),
                    2,
                    DeleteRecordsResponse.class);
            assertThat(deleted.topics().getFirst().partitions().getFirst().errorCode())
                    .isEqualTo(ErrorCode.OFFSET_OUT_OF_RANGE.code());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "a/b", "ä", "a\n", "\u0000", "long"})
    void anInvalidTopicNameIsRefused(String name) throws Exception {
        String asked = name.equals("long") ? "x".repeat(250) : name;
        assertThat(create(topic(asked))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        try (RawClient client = RawClient.connect(node)) {
            MetadataResponse answer = client.ask(metadata(asked), 9, MetadataResponse.class);
            assertThat(answer.topics())
                    .singleElement()
                    .satisfies(topic -> assertThat(ErrorCode.forCode(topic.errorCode()))
                            .isIn(ErrorCode.INVALID_TOPIC_EXCEPTION, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
    }

    @Test
    void invalidSettingsAndCountsAreRefused() throws Exception {
        assertThat(create(topic("bad").configs(List.of(setting("no.such.setting", "1")))))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(create(topic("bad").configs(List.of(setting("retention.ms", "many")))))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(create(topic("bad").configs(List.of(setting("segment.bytes", "-1")))))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
        assertThat(create(topic("bad").numPartitions(0))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(create(topic("bad").numPartitions(Integer.MIN_VALUE))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(create(topic("bad").numPartitions(Integer.MAX_VALUE))).isEqualTo(ErrorCode.POLICY_VIOLATION);
        assertThat(create(topic("bad").replicationFactor((short) 0))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(create(topic("bad").replicationFactor((short) 9))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
    }

    // Connections

    @Test
    void aClientThatDoesNotReadItsResponsesIsNotReadFrom() throws Exception {
        assertThat(create(topic("wide").numPartitions(100))).isEqualTo(ErrorCode.NONE);
        int requests = 20_000;
        ByteArrayOutputStream pipelined = new ByteArrayOutputStream();
        for (int i = 0; i < requests; i++) {
            pipelined.writeBytes(RawClient.prefixed(RawClient.frame(i, metadata("wide"), 9)));
        }
        try (RawClient client = RawClient.connect(node)) {
            Thread writer = Thread.ofVirtual().start(() -> send(client, pipelined.toByteArray()));
            for (int i = 0; i < 20; i++) {
                nobodyElseIsDisturbed();
                // All responses together would take more than 50 MB.
                assertThat(node.bufferBytes()).isLessThan(20L << 20);
            }
            for (int i = 0; i < requests; i++) {
                MetadataResponse response = client.response(i, ApiKey.METADATA, 9, MetadataResponse.class);
                assertThat(response.topics().getFirst().partitions()).hasSize(100);
            }
            writer.join();
        }
    }

    @Test
    void thousandsOfIdleAndSlowConnectionsLeaveTheOthersAlone() throws Exception {
        byte[] request = RawClient.prefixed(
                RawClient.frame(1, ApiVersionsRequest.builder().build(), 0));
        List<RawClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 2_000; i++) {
                clients.add(RawClient.connect(node));
            }
            nobodyElseIsDisturbed();
            List<RawClient> slow = clients.subList(0, 200);
            for (byte each : request) {
                for (RawClient client : slow) {
                    client.send(new byte[] {each});
                }
            }
            nobodyElseIsDisturbed();
            for (RawClient client : slow) {
                assertThat(client.response(1, ApiKey.API_VERSIONS, 0, ApiVersionsResponse.class)
                                .errorCode())
                        .isZero();
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void connectionsThatAreCutWhileTheyWaitAreForgotten() throws Exception {
        FetchRequest waiting = fetchRequest("witness", witnessed, Uuid.ZERO)
                .minBytes(1 << 20)
                .maxWaitMs(Integer.MAX_VALUE)
                .build();
        for (int i = 0; i < 50; i++) {
            RawClient client = RawClient.connect(node);
            client.send(RawClient.prefixed(RawClient.frame(1, waiting, 12)));
            if (i % 2 == 0) {
                client.reset();
            } else {
                client.endOfStream();
                client.expectClosed();
                client.close();
            }
        }
    }

    private static void send(RawClient client, byte[] bytes) {
        try {
            client.send(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ErrorCode produce(RawClient client, ProduceRequest request, int version) throws Exception {
        return ErrorCode.forCode(client.ask(request, version, ProduceResponse.class)
                .responses()
                .getFirst()
                .partitionResponses()
                .getFirst()
                .errorCode());
    }

    private static ErrorCode fetch(RawClient client, String topic, long offset, int version) throws Exception {
        FetchRequest request = fetchRequest(topic, offset, version < 13 ? Uuid.ZERO : new Uuid(7, 7))
                .build();
        return ErrorCode.forCode(client.ask(request, version, FetchResponse.class)
                .responses()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode());
    }

    private static FetchRequest.Builder fetchRequest(String topic, long offset, Uuid topicId) {
        return FetchRequest.builder()
                .maxBytes(1 << 20)
                .topics(List.of(FetchRequest.FetchTopic.builder()
                        .topic(topic)
                        .topicId(topicId)
                        .partitions(List.of(FetchRequest.FetchPartition.builder()
                                .fetchOffset(offset)
                                .partitionMaxBytes(1 << 20)
                                .build()))
                        .build()));
    }

    private static ErrorCode create(CreateTopicsRequest.CreatableTopic.Builder topic) throws Exception {
        try (RawClient client = RawClient.connect(node)) {
            CreateTopicsRequest request = CreateTopicsRequest.builder()
                    .topics(List.of(topic.build()))
                    .timeoutMs(30_000)
                    .build();
            return ErrorCode.forCode(client.ask(request, 7, CreateTopicsResponse.class)
                    .topics()
                    .getFirst()
                    .errorCode());
        }
    }

    private static CreateTopicsRequest.CreatableTopic.Builder topic(String name) {
        return CreateTopicsRequest.CreatableTopic.builder()
                .name(name)
                .numPartitions(1)
                .replicationFactor((short) 1);
    }

    private static CreateTopicsRequest.CreatableTopicConfig setting(String name, String value) {
        return CreateTopicsRequest.CreatableTopicConfig.builder()
                .name(name)
                .value(value)
                .build();
    }

    private static MetadataRequest metadata(String topic) {
        return MetadataRequest.builder()
                .topics(List.of(MetadataRequest.MetadataRequestTopic.builder()
                        .name(topic)
                        .build()))
                .build();
    }
}
