package dev.barnabas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.server.RunningNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Commands about clusters, against a node in this process which is a cluster alone; and clusters in processes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterCommandsTest {

    private static final Pattern PID = Pattern.compile("\"pid\":([0-9]+)");

    private RunningNode node;

    private record Outcome(int code, String out, String err) {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        node = RunningNode.start(folder, "num.partitions=2");
        run("", "topic", "create", "t");
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private Outcome run(String input, String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--bootstrap-server", node.address()));
        return runAlone(input, words.toArray(String[]::new));
    }

    private static Outcome runAlone(String input, String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                Streams.of(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out, err), command);
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theClusterIsDescribedWithWhatEachBrokerHas() {
        Outcome people = run("", "cluster", "describe");
        Outcome programs = run("", "cluster", "describe", "--json");

        assertThat(people.code()).as(people.err()).isZero();
        assertThat(people.out()).contains("serving, controller", "0 without leader, 0 under-replicated");
        assertThat(programs.out()).contains("\"controller\":1", "\"leaderless\":0", "\"fenced\":false");
        assertThat(run("", "broker", "list", "--json").out()).contains("\"id\":1", "\"notInSync\":0");
    }

    @Test
    void topicsAreDescribedWithTheStateOfTheirPartitions() {
        Outcome people = run("", "topic", "describe", "t");
        Outcome programs = run("", "topic", "describe", "t", "--json");

        assertThat(people.code()).as(people.err()).isZero();
        assertThat(people.out()).contains("ELIGIBLE", "STATE", "ok").doesNotContain("why partition");
        assertThat(programs.out()).contains("\"eligible\":[]", "\"state\":\"well\"", "\"sizeBytes\":0");
    }

    @Test
    void theQuorumOfANodeThatIsAloneIsDescribedAndCannotBeChanged() {
        Outcome described = run("", "quorum", "describe");
        Outcome removed = run("", "quorum", "remove-voter", "1");
        Outcome added = run("", "quorum", "add-voter", "2");

        assertThat(described.code()).as(described.err()).isZero();
        assertThat(described.out()).contains("Leader: node 1", "1 voter", "0 may fail");
        assertThat(run("", "quorum", "describe", "--json").out()).contains("\"leader\":1", "\"voters\":[{\"node\":1");
        assertThat(removed.code()).isEqualTo(1);
        assertThat(removed.err()).contains("controller.quorum.voters");
        assertThat(added.err()).contains("does not follow the metadata log");
    }

    @Test
    void aPlanIsCarriedOutAndVerified() {
        String plan = "{\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[1]}]}";
        String impossible = "{\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[9]},"
                + "{\"topic\":\"none\",\"partition\":0,\"replicas\":[1]}]}";

        assertThat(run(plan, "partition", "reassign", "-").out())
                .contains(
                        "Before: {\"version\":1,\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[1]}]}",
                        "Reassigned 1 partition");
        assertThat(run(plan, "partition", "reassign", "-", "--verify"))
                .isEqualTo(new Outcome(0, "t-0 complete: on broker 1\n", ""));
        assertThat(run(plan, "partition", "reassign", "-", "--cancel").out()).contains("Nothing of this plan");
        Outcome refused = run(impossible, "partition", "reassign", "-");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("t-0", "no such broker is registered", "none-0");
        assertThat(run(impossible, "partition", "reassign", "-", "--verify").code())
                .isEqualTo(1);
        assertThat(run("{}", "partition", "reassign", "-").code()).isEqualTo(2);
    }

    @Test
    void aThrottleIsShownChangedAndRemoved() {
        assertThat(run("", "partition", "throttle").out()).isEqualTo("Nothing is throttled.\n");
        assertThat(run("", "partition", "throttle", "20M").code()).isEqualTo(1);
        assertThat(run("", "config", "set", "topic", "t", "leader.replication.throttled.replicas=0:1")
                        .code())
                .isZero();
        assertThat(run("", "config", "set", "broker", "1", "leader.replication.throttled.rate=1000")
                        .code())
                .isZero();

        assertThat(run("", "partition", "throttle").out())
                .contains(
                        "topic t: leader.replication.throttled.replicas=0:1", "leader.replication.throttled.rate=1000");
        assertThat(run("", "partition", "throttle", "20M").out()).contains("Changed the rate of 1 broker.");
        assertThat(run("", "partition", "throttle", "--json").out())
                .contains("\"follower.replication.throttled.rate\":\"20971520\"");
        assertThat(run("", "partition", "throttle", "--remove").out()).contains("Nothing is throttled any more.");
        assertThat(run("", "partition", "throttle").out()).isEqualTo("Nothing is throttled.\n");
    }

    @Test
    void moreReplicasThanBrokersCannotBeHad() {
        Outcome outcome = run("", "topic", "alter", "t", "--replication-factor", "2");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("there are not 2 brokers that serve for t-0, t-1");
        assertThat(run("", "topic", "alter", "t", "--replication-factor", "1").out())
                .contains("t: 1 replica");
        assertThat(run("", "topic", "alter", "--all-below", "--replication-factor", "1")
                        .out())
                .contains("No topic has fewer replicas.");
        assertThat(run("", "topic", "alter", "--replication-factor", "1").code())
                .isEqualTo(2);
        assertThat(run("", "topic", "alter", "none", "--replication-factor", "1")
                        .err())
                .contains("no topic none");
        assertThat(run("", "topic", "alter", "t", "--replication-factor", "2", "--dry-run")
                        .code())
                .isEqualTo(1);
    }

    @Test
    void leadersAreElectedWhereThatIsNeeded() {
        assertThat(run("", "partition", "elect-leader"))
                .isEqualTo(new Outcome(0, "Every partition has its preferred leader.\n", ""));
        assertThat(run("", "partition", "elect-leader", "t-0").out()).contains("has the right leader already");
        assertThat(run("", "partition", "elect-leader", "none-0").code()).isEqualTo(1);
        assertThat(run("", "partition", "elect-leader", "--unclean").code()).isEqualTo(2);
        assertThat(run("", "partition", "elect-leader", "t").code()).isEqualTo(2);
    }

    @Test
    void itIsSaidWhyAPartitionIsAsItIs() {
        Outcome all = run("", "why", "partition");
        Outcome one = run("", "why", "partition", "t-1");

        assertThat(all.code()).as(all.err()).isZero();
        assertThat(all.out()).startsWith("All partitions are well");
        assertThat(one.out()).contains("t-1: ok", "broker 1 leads");
        assertThat(run("", "why", "partition", "t-1", "--json").out())
                .contains("\"state\":\"well\"", "\"trouble\":\"none\"");
        assertThat(run("", "why", "partition", "t-9").code()).isEqualTo(1);
    }

    @Test
    void theOnlyBrokerCanNeitherBeDrainedNorUnregistered() {
        Outcome drained = run("", "broker", "drain", "1");
        Outcome unregistered = run("", "broker", "unregister", "1");

        assertThat(drained.code()).isEqualTo(1);
        assertThat(drained.err()).contains("t-0 cannot leave broker 1", "Add a broker");
        assertThat(unregistered.code()).isEqualTo(1);
        assertThat(unregistered.err()).contains("broker 1 is running");
        assertThat(run("", "broker", "drain", "7").err()).contains("there is no broker 7");
        assertThat(run("", "broker", "drain", "1", "--cancel").out()).contains("Nothing is moving off broker 1");
    }

    @Test
    void aClusterOfAnotherSizeInTheFolderIsRefused(@TempDir Path folder) throws Exception {
        LocalCluster.in(folder, 3, 9092, 9644, List.of("num.partitions=6"));

        Outcome outcome = runAlone("", "cluster", "start", "--nodes", "5", "--dir", folder.toString());

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("a cluster of 3 nodes");
        assertThat(Files.readAllLines(folder.resolve("node-2.properties")))
                .contains(
                        "node.id=2",
                        "listeners=PLAINTEXT://localhost:9094,CONTROLLER://localhost:9095",
                        "controller.quorum.voters=1@localhost:9093,2@localhost:9095,3@localhost:9097",
                        "min.insync.replicas=2",
                        "barnabas.http.listener=http://localhost:9645",
                        "num.partitions=6");
    }

    @Test
    void theProcessesOfAClusterEndWithTheOneThatStartedThem(@TempDir Path folder) throws Exception {
        Process cluster = startAlone(folder);
        long pid = readyPid(cluster);

        cluster.destroyForcibly();

        ProcessHandle started = ProcessHandle.of(pid).orElseThrow();
        started.onExit().get(60, TimeUnit.SECONDS);
        assertThat(started.isAlive()).isFalse();
        assertThat(folder.resolve("node-1")).isDirectory();
    }

    @Test
    void aSignalStopsAllAndTheSameFolderStartsAgain(@TempDir Path folder) throws Exception {
        for (int round = 0; round < 2; round++) {
            Process cluster = startAlone(folder);
            long pid = readyPid(cluster);

            cluster.destroy();

            assertThat(cluster.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        }
    }

    /** A cluster of one node on free ports, started by a process of its own. */
    private static Process startAlone(Path folder) throws Exception {
        if (!Files.exists(folder.resolve("node-1.properties"))) {
            LocalCluster.in(folder, 1, 9092, 9644, List.of());
            Files.writeString(
                    folder.resolve("node-1.properties"),
                    "node.id=1\nlisteners=PLAINTEXT://localhost:0\nbarnabas.http.listener=http://localhost:0\nlog.dirs="
                            + folder.resolve("node-1") + "\n");
        }
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "cluster",
                        "start",
                        "--nodes",
                        "1",
                        "--dir",
                        folder.toString(),
                        "--json")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static long readyPid(Process cluster) throws Exception {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(cluster.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        Matcher pid = PID.matcher(String.valueOf(line));
        assertThat(pid.find()).as(line).isTrue();
        return Long.parseLong(pid.group(1));
    }
}
