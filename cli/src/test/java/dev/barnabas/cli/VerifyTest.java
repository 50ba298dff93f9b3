package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.server.RunningNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node has stored, checked while it runs and when it has stopped. */
class VerifyTest {

    @TempDir
    private Path data;

    private record Outcome(int code, String out, String err) {}

    private static Outcome run(String input, List<String> command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                Streams.of(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err),
                command.toArray(String[]::new));
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Outcome verify(String... arguments) {
        List<String> command = new ArrayList<>(List.of("log", "verify", "--data", data.toString()));
        command.addAll(List.of(arguments));
        return run("", command);
    }

    /** Three batches of the same size in one topic, and compressed ones in another. */
    @BeforeEach
    void storeSomething() throws Exception {
        try (RunningNode node = RunningNode.start(data, "num.partitions=1")) {
            for (String value : List.of("a", "b", "c")) {
                produce(node, value + "\n", "orders");
            }
            produce(node, "x".repeat(10_000) + "\n" + "y".repeat(10_000) + "\n", "zipped", "--compression", "zstd");
            assertThat(verify()).isEqualTo(new Outcome(0, healthy(2, 4, 5), ""));
        }
    }

    private static void produce(RunningNode node, String input, String topic, String... options) {
        List<String> command = new ArrayList<>(List.of("produce", topic, "--bootstrap-server", node.address()));
        command.addAll(List.of(options));
        assertThat(run(input, command)).isEqualTo(new Outcome(0, "", ""));
    }

    private String healthy(int partitions, int batches, int records) throws IOException {
        long bytes = Files.size(segment("orders")) + Files.size(segment("zipped"));
        return "Checked " + partitions + " partitions, " + batches + " batches, " + records + " records, " + bytes
                + " bytes: nothing is damaged\n";
    }

    private Path segment(String topic) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.toString().contains(topic + "-0-")
                            && file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Turns a bit and says where. */
    private void rot(Path file, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[position] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void whatAStoppedNodeHasStoredIsInOrder() throws IOException {
        assertThat(verify()).isEqualTo(new Outcome(0, healthy(2, 4, 5), ""));
        assertThat(verify("orders-0", "zipped").out()).isEqualTo(healthy(2, 4, 5));
        assertThat(verify("orders", "--json").out())
                .isEqualTo("{\"partitions\":1,\"batches\":3,\"records\":3,\"bytes\":" + Files.size(segment("orders"))
                        + ",\"damaged\":0,\"damages\":[]}\n");
    }

    @Test
    void oneChangedByteIsFoundAndNamed() throws IOException {
        Path segment = segment("orders");
        int batch = (int) Files.size(segment) / 3;
        rot(segment, 2 * batch - 1);

        Outcome outcome = verify();

        assertThat(outcome.code()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.out())
                .containsPattern("orders +0 +1 +" + batch + " +0 +\\S+\\.log +the CRC does not fit")
                .contains("Checked 2 partitions, 3 batches, 4 records")
                .contains(": 1 damaged\n");
        assertThat(verify("orders", "--json").out())
                .contains("\"damaged\":1", "\"offset\":1,\"file\":\"" + segment + "\",\"position\":" + batch);
        assertThat(verify("zipped").code()).isZero();
    }

    @Test
    void recordsThatDoNotFitTheirBatchAreFoundAlthoughTheCrcFits() throws IOException {
        Path segment = segment("zipped");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[61 + 20] ^= 1;
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(bytes);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(buffer.slice(21, bytes.length - 21));
        buffer.putInt(17, (int) crc.getValue());
        Files.write(segment, bytes);

        assertThat(verify().out()).contains("the CRC fits, but not the records");
        assertThat(verify().code()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void aFileThatWasCutShortIsDamaged() throws IOException {
        Path segment = segment("orders");
        byte[] bytes = Files.readAllBytes(segment);
        Files.write(segment, java.util.Arrays.copyOf(bytes, bytes.length - 3));

        Outcome outcome = verify("orders");

        assertThat(outcome.code()).isEqualTo(ExitCode.FAILED);
        assertThat(outcome.out()).containsPattern("orders +0 +2 +" + 2 * bytes.length / 3);
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThat(verify("nothing"))
                .isEqualTo(new Outcome(1, "", "barnabas: there is no topic or partition nothing in " + data + "\n"));
        assertThat(run("", List.of("log", "verify", "--data", data + "/none")).err())
                .contains("there is no directory " + data + "/none");
        assertThat(run("", List.of("log", "verify", "--data", data + "/metadata"))
                        .err())
                .contains("there is no partition in");
    }
}
