package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.server.RunningNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The commands as a person types them, against a node in this process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsTest {

    private Path data;
    private RunningNode node;

    private record Outcome(int code, String out, String err) {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        data = folder;
        node = RunningNode.start(folder, "num.partitions=1");
    }

    @AfterAll
    void stop() throws Exception {
        node.close();
    }

    private static Outcome run(String input, String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                Streams.of(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err), command);
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Outcome onNode(String input, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.add("--bootstrap-server");
        words.add(node.address());
        return run(input, words.toArray(String[]::new));
    }

    private void succeeds(String... command) {
        Outcome outcome = onNode("", command);
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    @Test
    void linesComeOutInTheOrderInWhichTheyWentIn() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append("line ").append(i).append('\n');
        }

        Outcome produced = onNode(lines.toString(), "produce", "lines", "--compression", "zstd");
        Outcome consumed = onNode("", "consume", "lines", "--from-beginning", "--until-end");

        assertThat(produced).isEqualTo(new Outcome(0, "", ""));
        assertThat(consumed).isEqualTo(new Outcome(0, lines.toString(), ""));
    }

    @Test
    void jsonLinesKeepKeyHeadersTimestampAndPartition() {
        succeeds("topic", "create", "json", "--partitions", "3");
        String line = "{\"key\":\"k\",\"value\":{\"a\":[1]},\"headers\":{\"h\":\"x\"},\"timestamp\":1700000000000,"
                + "\"partition\":2}\n";

        Outcome produced = onNode(line, "produce", "json", "--json");
        Outcome consumed = onNode("", "consume", "json", "--json", "--from-beginning", "--max", "1");

        assertThat(produced).isEqualTo(new Outcome(0, "", ""));
        assertThat(consumed.out())
                .isEqualTo("{\"topic\":\"json\",\"partition\":2,\"offset\":0,\"timestamp\":1700000000000,\"key\":\"k\","
                        + "\"value\":\"{\\\"a\\\":[1]}\",\"headers\":[{\"key\":\"h\",\"value\":\"x\"}]}\n");
    }

    @Test
    void aLineThatIsNotJsonEndsProduceAndSaysWhich() {
        Outcome outcome = onNode("{\"value\":\"good\"}\nbad\n", "produce", "halfjson", "--json");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("barnabas: line 2: not valid JSON");
    }

    @Test
    void startsWhereItIsToldTo() {
        onNode(
                "{\"value\":\"old\",\"timestamp\":1000}\n{\"value\":\"new\"}\n{\"value\":\"last\"}\n",
                "produce",
                "starts",
                "--json");

        assertThat(onNode("", "consume", "starts", "--offset", "1", "--until-end")
                        .out())
                .isEqualTo("new\nlast\n");
        assertThat(onNode("", "consume", "starts", "--offset", "-1", "--until-end")
                        .out())
                .isEqualTo("last\n");
        assertThat(onNode("", "consume", "starts", "--since", "1h", "--partition", "0", "--until-end")
                        .out())
                .isEqualTo("new\nlast\n");
        assertThat(onNode("", "consume", "starts", "--until-end").out()).isEmpty();
    }

    @Test
    void aGroupGoesOnBehindTheLastRecordThatWasPrinted() {
        onNode("1\n2\n3\n4\n5\n", "produce", "shared");

        Outcome first = onNode("", "consume", "shared", "--group", "readers", "--from-beginning", "--max", "2");
        Outcome rest = onNode("", "consume", "shared", "--group", "readers", "--until-end");
        Outcome described = onNode("", "group", "describe", "readers", "--json");
        Outcome reset = onNode("", "group", "reset-offsets", "readers", "--shift-by", "-1", "--json");
        Outcome again = onNode("", "consume", "shared", "--group", "readers", "--until-end");

        assertThat(first.out()).isEqualTo("1\n2\n");
        assertThat(rest.out()).isEqualTo("3\n4\n5\n");
        assertThat(described.out()).contains("\"committed\":5,\"end\":5,\"lag\":0");
        assertThat(reset)
                .isEqualTo(new Outcome(0, "[{\"topic\":\"shared\",\"partition\":0,\"from\":5,\"to\":4}]\n", ""));
        assertThat(again.out()).isEqualTo("5\n");
        assertThat(onNode("", "group", "list").out()).contains("readers");
        assertThat(onNode("", "group", "delete", "readers").out()).isEqualTo("Deleted readers\n");
        assertThat(onNode("", "group", "describe", "readers").code()).isEqualTo(1);
    }

    @Test
    void howLongUnreadRecordsHaveWaitedIsShown() {
        onNode(
                "{\"value\":\"1\",\"timestamp\":1700000000000}\n{\"value\":\"2\",\"timestamp\":1700000000000}\n",
                "produce",
                "waiting",
                "--json");
        onNode("", "consume", "waiting", "--group", "waiters", "--from-beginning", "--max", "1");

        assertThat(onNode("", "group", "describe", "waiters").out()).containsPattern("waiting +0 +1 +2 +1 +[0-9]+ d");
        assertThat(onNode("", "group", "describe", "waiters", "--json").out()).containsPattern("\"lagMs\":[0-9]{11}");
        Outcome why = onNode("", "why", "group", "waiters");
        assertThat(why.code()).isEqualTo(1);
        assertThat(why.out())
                .contains("waiters: nobody reads", "It has no members, and 1 record that it has not read")
                .contains("./barnabas group delete waiters");
        onNode("", "consume", "waiting", "--group", "waiters", "--until-end");
        assertThat(onNode("", "why", "group", "waiters"))
                .isEqualTo(new Outcome(
                        0, "waiters: ok\n  It has no members, and there is nothing that it has not read.\n", ""));
        assertThat(onNode("", "why", "group", "nobodys").code()).isEqualTo(1);
    }

    @Test
    void groupsAreListedByTypeAndState() {
        onNode("1\n", "produce", "typed");
        onNode("", "consume", "typed", "--group", "of-a-type", "--from-beginning", "--max", "1");

        assertThat(onNode("", "group", "list", "--type", "Classic", "--state", "empty")
                        .out())
                .contains("of-a-type");
        assertThat(onNode("", "group", "list", "--type", "share").out()).isEqualTo("There are no such groups.\n");
    }

    @Test
    void offsetsGoIntoAFileAndComeBackFromIt(@TempDir Path folder) throws IOException {
        onNode("1\n2\n3\n", "produce", "filed");
        onNode("", "consume", "filed", "--group", "filers", "--from-beginning", "--max", "2");

        Outcome exported = onNode("", "group", "reset-offsets", "filers", "--to-current", "--export");
        assertThat(exported).isEqualTo(new Outcome(0, "filed,0,2\n", ""));
        Path file = Files.writeString(folder.resolve("offsets.csv"), "others,filed,0,3\n\"filers\",\"filed\",0,1\n");
        assertThat(onNode("", "group", "reset-offsets", "filers", "--from-file", file.toString(), "--dry-run")
                        .out())
                .containsPattern("filed +0 +2 +1")
                .contains("Nothing was changed");
        Outcome moved =
                onNode("", "group", "reset-offsets", "filers", "--from-file", file.toString(), "--execute", "--json");
        assertThat(moved)
                .isEqualTo(new Outcome(0, "[{\"topic\":\"filed\",\"partition\":0,\"from\":2,\"to\":1}]\n", ""));
        Path wrong = Files.writeString(folder.resolve("wrong.csv"), "filed,zero,1\n");
        assertThat(onNode("", "group", "reset-offsets", "filers", "--from-file", wrong.toString())
                        .err())
                .contains("line 1: expected TOPIC,PARTITION,OFFSET");
        assertThat(onNode("", "group", "reset-offsets", "filers", "--to-latest", "--dry-run", "--execute")
                        .code())
                .isEqualTo(2);
    }

    @Test
    void onlyMembersCanBeRemoved() {
        onNode("1\n", "produce", "left");
        onNode("", "consume", "left", "--group", "leavers", "--from-beginning", "--max", "1");

        assertThat(onNode("", "group", "remove-members", "leavers", "--all").out())
                .isEqualTo("Group leavers has no members.\n");
        Outcome unknown = onNode("", "group", "remove-members", "leavers", "--member", "m-1", "--member", "m-2");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("m-1: there is no such member", "m-2: there is no such member");
        assertThat(onNode("", "group", "remove-members", "leavers", "--instance", "i-1")
                        .err())
                .contains("i-1: there is no such member");
        assertThat(onNode("", "group", "remove-members", "leavers").code()).isEqualTo(2);
    }

    @Test
    void aShareGroupIsMadeMovedDescribedAndDeleted() {
        onNode("1\n2\n3\n4\n5\n", "produce", "queue");

        Outcome made = onNode(
                "", "group", "reset-offsets", "workers", "--share", "--topic", "queue", "--to-earliest", "--json");
        Outcome described = onNode("", "group", "describe", "workers", "--json");
        Outcome moved = onNode("", "group", "reset-offsets", "workers", "--shift-by", "2", "--json");

        assertThat(made)
                .isEqualTo(new Outcome(0, "[{\"topic\":\"queue\",\"partition\":0,\"from\":null,\"to\":0}]\n", ""));
        assertThat(described.out()).contains("\"type\":\"Share\"", "\"start\":0,\"end\":5,\"lag\":5,\"members\":[]");
        assertThat(moved.out()).contains("\"from\":0,\"to\":2");
        assertThat(onNode("", "group", "describe", "workers").out()).contains("share group", "START", "MEMBERS");
        assertThat(onNode("", "group", "list").out()).containsPattern("workers +Empty +share");
        assertThat(onNode("", "group", "delete", "workers").out()).isEqualTo("Deleted workers\n");
        assertThat(onNode("", "group", "describe", "workers").code()).isEqualTo(1);
    }

    @Test
    void topicsAreCreatedAlteredAndDeleted() {
        assertThat(onNode("", "topic", "create", "t", "--partitions", "2", "--config", "retention.ms=1234567")
                        .out())
                .isEqualTo("Created t: partitions 2, replicas 1\n");
        assertThat(onNode("", "topic", "create", "t").code()).isEqualTo(1);
        succeeds("topic", "create", "t", "--if-not-exists");
        succeeds("topic", "alter", "t", "--partitions", "3", "--config", "max.message.bytes=2000");
        assertThat(onNode("", "topic", "describe", "t").out())
                .contains("retention.ms=1234567", "max.message.bytes=2000", "PARTITION", "IN SYNC", "BYTES");
        assertThat(onNode("", "topic", "describe", "t", "--json").out()).contains("\"sizeBytes\":0");
        assertThat(onNode("", "topic", "list").out()).containsPattern("t +3 +1");
        assertThat(onNode("", "topic", "delete", "t").out()).isEqualTo("Deleted t\n");
        assertThat(onNode("", "topic", "describe", "t").err()).contains("topic t:", "./barnabas topic list");
    }

    @Test
    void settingsAreShownChangedAndTakenBack() {
        succeeds("topic", "create", "settings");

        succeeds("config", "set", "topic", "settings", "retention.ms=5000");
        assertThat(onNode("", "config", "get", "topic", "settings").out()).containsPattern("retention.ms +5000 +topic");
        succeeds("config", "set", "topic", "settings", "--unset", "retention.ms");
        assertThat(onNode("", "config", "get", "topic", "settings", "retention.ms", "--json")
                        .out())
                .contains("\"value\":\"604800000\"");
        assertThat(onNode("", "config", "set", "topic", "settings", "retention.ms=soon")
                        .code())
                .isEqualTo(1);
        assertThat(onNode("", "config", "get", "broker", "one").code()).isEqualTo(2);
    }

    @Test
    void aSegmentFileIsReadable() throws IOException {
        onNode("{\"key\":\"k\",\"value\":\"hello\"}\n", "produce", "dumped", "--json");
        Path segment;
        try (Stream<Path> files = Files.walk(data)) {
            segment = files.filter(file -> file.toString().contains("dumped-0")
                            && file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }

        assertThat(run("", "log", "dump", segment.toString()).out()).contains("POSITION", "0..0");
        assertThat(run("", "log", "dump", segment.toString(), "--records").out())
                .contains("\"key\":\"k\",\"value\":\"hello\"");
        assertThat(run("", "log", "dump", segment.toString(), "--json", "--records")
                        .out())
                .contains("\"baseOffset\":0", "\"crcValid\":true", "\"value\":\"hello\"");

        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 1] ^= 1;
        Path damaged = Files.write(data.resolve("damaged.log"), bytes);
        assertThat(run("", "log", "dump", damaged.toString()).err()).contains("at position 0: the CRC does not fit");
        assertThat(run("", "log", "dump", data.resolve("none").toString()).code())
                .isEqualTo(1);
    }

    @Test
    void theClusterIsDescribed() {
        assertThat(onNode("", "cluster", "describe").out()).contains("Cluster ", node.address(), "controller");
        assertThat(onNode("", "cluster", "describe", "--json").out()).contains("\"brokers\":[{\"id\":");
    }

    @Test
    void anOutputThatNobodyReadsAnyMoreEndsConsumeQuietly() {
        onNode("1\n", "produce", "pipe");
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int code = Main.run(
                Streams.of(new ByteArrayInputStream(new byte[0]), failing("Broken pipe"), err),
                "consume",
                "pipe",
                "--from-beginning",
                "--bootstrap-server",
                node.address());

        assertThat(code).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void aDocumentThatNobodyReadsEndsQuietlyAndAFullDiskDoesNot() {
        assertThat(listTo("Broken pipe")).isEqualTo(new Outcome(0, "", ""));
        assertThat(listTo("No space left on device").code()).isEqualTo(1);
        assertThat(listTo("No space left on device").err())
                .startsWith("barnabas: the output cannot be written:")
                .contains("No space left on device");
    }

    private Outcome listTo(String fault) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                Streams.of(new ByteArrayInputStream(new byte[0]), failing(fault), err),
                "topic",
                "list",
                "--json",
                "--bootstrap-server",
                node.address());
        return new Outcome(code, "", err.toString(StandardCharsets.UTF_8));
    }

    private static OutputStream failing(String fault) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(fault);
            }
        };
    }

    @Test
    void aGroupDoesNotGoPastWhatCouldNotBeWritten() {
        onNode("1\n2\n", "produce", "unwritten");

        int code = Main.run(
                Streams.of(
                        new ByteArrayInputStream(new byte[0]),
                        failing("No space left on device"),
                        OutputStream.nullOutputStream()),
                "consume",
                "unwritten",
                "--group",
                "careful",
                "--from-beginning",
                "--bootstrap-server",
                node.address());
        Outcome again = onNode("", "consume", "unwritten", "--group", "careful", "--from-beginning", "--max", "2");

        assertThat(code).isEqualTo(1);
        assertThat(again.out()).isEqualTo("1\n2\n");
    }

    @Test
    void aPartitionThatDoesNotExistIsToldBeforeAnythingIsSent() {
        onNode("1\n", "produce", "narrow");

        Outcome outcome = onNode("2\n", "produce", "narrow", "--partition", "9");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("topic narrow has no partition 9");
    }

    @Test
    void aTopicThatDoesNotExistIsNamed() {
        Outcome outcome = onNode("", "consume", "nowhere", "--until-end");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("barnabas: topic nowhere: there is no such topic");
    }

    @Test
    void aBrokerThatIsNotThereIsToldAtOnceWithWhatToDo() {
        Outcome outcome = run("", "topic", "list", "--bootstrap-server", "localhost:1");

        assertThat(outcome.code()).isEqualTo(69);
        assertThat(outcome.err()).contains("no broker at localhost:1", "./barnabas start", "--bootstrap-server");
    }

    @Test
    void aWrongCommandLineIsCode2() {
        assertThat(run("", "topic").code()).isEqualTo(2);
        assertThat(run("").code()).isEqualTo(2);
        assertThat(run("", "produse").err()).contains("produce");
        assertThat(run("", "consume", "t", "--from-beginning", "--offset", "1").code())
                .isEqualTo(2);
        assertThat(run("", "cluster", "describe", "--bootstrap-server", "nowhere")
                        .code())
                .isEqualTo(2);
    }

    static Stream<String> commands() {
        return names(Main.commandLine(Streams.of(
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream())));
    }

    private static Stream<String> names(CommandLine command) {
        return Stream.concat(
                Stream.of(command.getCommandSpec().qualifiedName()),
                command.getSubcommands().values().stream().flatMap(CommandsTest::names));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String name) {
        List<String> words = new ArrayList<>(List.of(name.split(" ")));
        words.removeFirst();
        words.add("--help");

        Outcome outcome = run("", words.toArray(String[]::new));

        assertThat(outcome.code()).isZero();
        assertThat(outcome.out()).startsWith("Usage: " + name);
    }

    @Test
    void bashTakesTheCompletion(@TempDir Path folder) throws Exception {
        Outcome outcome = run("", "completion", "bash");
        Path script = Files.writeString(folder.resolve("completion"), outcome.out());

        Process bash = new ProcessBuilder("bash", "-ec", "source " + script + "; complete -p barnabas")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(bash.waitFor()).as(said).isZero();
        assertThat(said).contains("_complete_barnabas");
    }

    @Test
    void transactionsAreListedDescribedAndFenced() {
        succeeds("topic", "create", "txn-topic");
        assertThat(onNode("", "txn", "list").out()).isEqualTo("There are no such transactional ids.\n");
        assertThat(onNode("", "txn", "find-hanging").out()).isEqualTo("No transaction hangs.\n");

        assertThat(onNode("", "txn", "abort", "--id", "mine"))
                .isEqualTo(new Outcome(0, "Fenced the producers of mine\n", ""));

        assertThat(onNode("", "txn", "list", "--json").out()).contains("\"transactionalId\"", "\"mine\"", "\"Empty\"");
        assertThat(onNode("", "txn", "describe", "mine").out()).startsWith("mine  Empty, producer ");
        Outcome unknown = onNode("", "txn", "describe", "yours");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("transactional id yours");
        Outcome nothing = onNode("", "txn", "abort", "--topic", "txn-topic", "--partition", "0", "--start-offset", "7");
        assertThat(nothing.code()).isEqualTo(1);
        assertThat(nothing.err()).contains("no transaction is open in txn-topic-0 that begins at offset 7");
        assertThat(onNode("", "txn", "abort").code()).isEqualTo(2);
    }
}
