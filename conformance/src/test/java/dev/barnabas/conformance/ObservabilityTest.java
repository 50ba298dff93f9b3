package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.gateway.Gateway;
import dev.barnabas.server.RunningNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node tells over HTTP of what clients have done with it. */
final class ObservabilityTest {

    @TempDir
    private Path data;

    private RunningNode node;
    private Gateway gateway;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        node = RunningNode.start(data);
        gateway = Gateway.start(node.broker(), "localhost", 0);
    }

    @AfterEach
    void stop() {
        http.close();
        gateway.close();
        node.close();
    }

    @Test
    void metricsTellOfRequestsLogsAndLag() throws Exception {
        // Given ten records, of which a group has read four
        Map<String, Object> cluster = Map.of("bootstrap.servers", node.address());
        try (Admin admin = Admin.create(cluster)) {
            admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                    .all()
                    .get();
        }
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(cluster, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("orders", "order " + i)).get();
            }
        }
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", node.address(), "group.id", "billing"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.commitSync(Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(4)));
        }

        // When
        HttpResponse<String> response = get("/metrics");

        // Then
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(value(response, "barnabas_requests_total{api=\"PRODUCE\"}")).isEqualTo(10);
        assertThat(value(response, "barnabas_request_bytes_total{api=\"PRODUCE\"}"))
                .isGreaterThan(10 * "order 0".length());
        assertThat(value(response, "barnabas_request_seconds_count{api=\"PRODUCE\"}"))
                .isEqualTo(10);
        assertThat(value(response, "barnabas_partition_high_watermark{partition=\"0\",topic=\"orders\"}"))
                .isEqualTo(10);
        assertThat(value(response, "barnabas_partition_log_size_bytes{partition=\"0\",topic=\"orders\"}"))
                .isGreaterThan(10 * "order 0".length());
        assertThat(value(response, "barnabas_group_lag_records{group=\"billing\",partition=\"0\",topic=\"orders\"}"))
                .isEqualTo(6);
        assertThat(value(response, "barnabas_group_lag_seconds{group=\"billing\",partition=\"0\",topic=\"orders\"}"))
                .isBetween(0.0, 600.0);
        assertThat(value(response, "barnabas_group_members{group=\"billing\",state=\"Empty\",type=\"classic\"}"))
                .isZero();
        assertThat(value(response, "barnabas_coordinator_shards{coordinator=\"group\",state=\"active\"}"))
                .isEqualTo(5);
        assertThat(value(response, "barnabas_partitions_offline")).isZero();
    }

    @Test
    void whatAClientPushesIsAmongTheMetrics() throws Exception {
        Map<String, Object> cluster = Map.of("bootstrap.servers", node.address());
        try (Admin admin = Admin.create(cluster)) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "all"),
                            List.of(
                                    new AlterConfigOp(new ConfigEntry("metrics", "*"), AlterConfigOp.OpType.SET),
                                    new AlterConfigOp(
                                            new ConfigEntry("interval.ms", "200"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", node.address(), "client.id", "telling"),
                new StringSerializer(),
                new StringSerializer())) {
            Eventually.await("the metrics of the producer are there", Duration.ofSeconds(30), () -> {
                producer.send(new ProducerRecord<>("pushed", "x")).get();
                return get("/metrics")
                        .body()
                        .lines()
                        .anyMatch(line -> line.startsWith("barnabas_client_metric{")
                                && line.contains("client_id=\"telling\"")
                                && line.contains("metric=\"org.apache.kafka.producer."));
            });
            assertThat(producer.clientInstanceId(Duration.ofSeconds(10))).isNotNull();
        }
    }

    @Test
    void healthIsForBalancersAndPeople() throws Exception {
        HttpResponse<String> response = get("/health");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("ok");
    }

    @Test
    void nothingCanBeChangedOverIt() throws Exception {
        HttpRequest post = HttpRequest.newBuilder(uri("/health"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();

        assertThat(http.send(post, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(405);
        assertThat(get("/elsewhere").statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://" + gateway.address() + path);
    }

    private static double value(HttpResponse<String> response, String metric) {
        return response.body()
                .lines()
                .filter(line -> line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(metric.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + metric + " in\n" + response.body()));
    }
}
