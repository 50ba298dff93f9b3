package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.server.RunningNode;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of other languages, as their users run them. */
final class ForeignClientsTest {

    private static RunningNode node;

    @BeforeAll
    static void startNode(@TempDir Path data) throws Exception {
        node = RunningNode.start(data);
    }

    @AfterAll
    static void stopNode() throws Exception {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void kcatProducesAndConsumesWithEveryCodec(String codec) throws Exception {
        ForeignClient kcat = ForeignClient.kcat();
        String topic = "kcat-" + codec;
        String lines = lines(1_000);

        kcat.run(lines, "-b", node.address(), "-P", "-t", topic, "-z", codec, "-X", "enable.idempotence=true");

        assertThat(kcat.run("", "-b", node.address(), "-C", "-t", topic, "-o", "beginning", "-e", "-q"))
                .isEqualTo(lines);
    }

    @Test
    void kcatReadsKeysHeadersAndTimestamps() throws Exception {
        ForeignClient kcat = ForeignClient.kcat();

        kcat.run("k1:v1\n", "-b", node.address(), "-P", "-t", "kcat-keys", "-K:", "-H", "origin=test");

        assertThat(kcat.run("", "-b", node.address(), "-C", "-t", "kcat-keys", "-e", "-q", "-f", "%k=%s %h %o\n"))
                .isEqualTo("k1=v1 origin=test 0\n");
    }

    @Test
    void kcatConsumesAsAGroupAndGoesOnWhereItStopped() throws Exception {
        ForeignClient kcat = ForeignClient.kcat();
        kcat.run(lines(10), "-b", node.address(), "-P", "-t", "kcat-group");

        String first = kcat.run(
                "",
                "-b",
                node.address(),
                "-G",
                "kcat-readers",
                "-c",
                "10",
                "-q",
                "-X",
                "auto.offset.reset=earliest",
                "kcat-group");
        kcat.run("one more\n", "-b", node.address(), "-P", "-t", "kcat-group");
        String second = kcat.run("", "-b", node.address(), "-G", "kcat-readers", "-c", "1", "-q", "kcat-group");

        assertThat(first).isEqualTo(lines(10));
        assertThat(second).isEqualTo("one more\n");
    }

    @Test
    void kcatListsTheCluster() throws Exception {
        ForeignClient kcat = ForeignClient.kcat();
        kcat.run("x\n", "-b", node.address(), "-P", "-t", "kcat-listed");

        assertThat(kcat.run("", "-b", node.address(), "-L"))
                .contains("1 brokers")
                .contains("topic \"kcat-listed\" with 1 partitions");
    }

    @Test
    void pythonKafkaProducesConsumesAndAdministers() throws Exception {
        ForeignClient python = ForeignClient.python("kafka", "python3-kafka", "python_kafka.py");

        assertThat(python.run("", node.address())).endsWith("done\n");
    }

    @Test
    void confluentKafkaProducesConsumesAndAdministers() throws Exception {
        ForeignClient python =
                ForeignClient.python("confluent_kafka", "python3-confluent-kafka", "confluent_kafka_client.py");

        assertThat(python.run("", node.address())).endsWith("done\n");
    }

    @Test
    void confluentKafkaWritesInTransactions() throws Exception {
        ForeignClient python =
                ForeignClient.python("confluent_kafka", "python3-confluent-kafka", "confluent_kafka_transactions.py");

        assertThat(python.run("", node.address())).endsWith("done\n");
    }

    @Test
    void kafkajsProducesConsumesAndAdministers() throws Exception {
        ForeignClient node20 = ForeignClient.kafkajs("kafkajs_client.js");

        assertThat(node20.run("", node.address())).endsWith("done\n");
    }

    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    }
}
