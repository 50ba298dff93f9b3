package dev.barnabas.conformance.streams;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.conformance.Eventually;
import dev.barnabas.conformance.NodeProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment.TaskIds;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances of an application in a streams group, with standby tasks: one leaves, the other goes on, and the output
 * is exactly right. What the official administration client and our command line show of it.
 */
final class StreamsGroupStoryTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Three partitions of each of: splitting, counting, joining. The last two have state. */
    private static final int TASKS = 9;

    private static final int TASKS_WITH_STATE = 6;

    @Test
    void oneInstanceTakesOverFromAnother(@TempDir Path data, @TempDir Path one, @TempDir Path other) throws Exception {
        try (NodeProcess node = NodeProcess.start(data, Map.of());
                Admin admin = Admin.create(Map.of("bootstrap.servers", node.address()))) {
            Inputs.createTopics(node.address());
            setStandbys(admin);
            try (Inputs inputs = new Inputs(node.address())) {
                Application stays = new Application(node.address(), "streams", one, Map.of());
                Application leaves = new Application(node.address(), "streams", other, Map.of());
                try {
                    Eventually.await("all tasks are with two instances", LIMIT, () -> isShared(stays, leaves));
                    StreamsGroupDescription shared = described(admin);
                    assertThat(shared.groupState()).isEqualTo(GroupState.STABLE);
                    assertThat(shared.members()).hasSize(4);
                    assertThat(shared.subtopologies()).hasSize(3);
                    assertThat(tasks(shared, StreamsGroupMemberAssignment::activeTasks))
                            .hasSize(TASKS)
                            .doesNotHaveDuplicates();
                    assertThat(tasks(shared, StreamsGroupMemberAssignment::standbyTasks))
                            .hasSize(TASKS_WITH_STATE)
                            .doesNotHaveDuplicates();
                    assertThat(listed(admin)).contains(Application.ID);
                    assertThatThrownBy(() -> delete(admin)).hasCauseInstanceOf(GroupNotEmptyException.class);

                    leaves.leave();
                    Eventually.await("one instance has everything", LIMIT, () -> stays.activeTasks() == TASKS);
                    inputs.finish();
                    int outputs = inputs.outputs();
                    Eventually.await("all of " + outputs + " outputs", LIMIT, () -> inputs.found() >= outputs);
                    inputs.assertOutputs();
                    assertThat(stays.failure()).isNull();
                    assertThat(leaves.failure()).isNull();
                    assertThat(barnabas(node, "group", "describe", Application.ID))
                            .contains("Stable, 2 members", "assignor sticky", Application.LINES);
                } finally {
                    stays.leave();
                    leaves.leave();
                }
            }
            Eventually.await("nobody is left", LIMIT, () -> described(admin).groupState() == GroupState.EMPTY);
            assertThat(admin.listStreamsGroupOffsets(Map.of(Application.ID, new ListStreamsGroupOffsetsSpec()))
                            .partitionsToOffsetAndMetadata(Application.ID)
                            .get(30, TimeUnit.SECONDS))
                    .isNotEmpty();
            assertThat(barnabas(node, "group", "list")).contains(Application.ID, "streams");
            assertThat(barnabas(
                            node,
                            "group",
                            "reset-offsets",
                            Application.ID,
                            "--topic",
                            Application.LINES,
                            "--to-earliest"))
                    .contains(Application.LINES);
            assertThat(barnabas(node, "group", "delete", Application.ID)).contains("Deleted");
            assertThat(listed(admin)).isEmpty();
        }
    }

    private static void setStandbys(Admin admin) throws Exception {
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.GROUP, Application.ID),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("streams.num.standby.replicas", "1"), AlterConfigOp.OpType.SET))))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private static boolean isShared(Application one, Application other) {
        return one.activeTasks() + other.activeTasks() == TASKS
                && one.activeTasks() >= TASKS / 2
                && other.activeTasks() >= TASKS / 2
                && one.standbyTasks() + other.standbyTasks() == TASKS_WITH_STATE;
    }

    private static StreamsGroupDescription described(Admin admin) throws Exception {
        return requireNonNull(admin.describeStreamsGroups(Set.of(Application.ID))
                        .describedGroups()
                        .get(Application.ID))
                .get(30, TimeUnit.SECONDS);
    }

    private static List<String> tasks(
            StreamsGroupDescription group, Function<StreamsGroupMemberAssignment, List<TaskIds>> role) {
        List<String> tasks = new ArrayList<>();
        group.members()
                .forEach(member -> role.apply(member.assignment())
                        .forEach(ids -> ids.partitions()
                                .forEach(partition -> tasks.add(ids.subtopologyId() + "_" + partition))));
        return tasks;
    }

    private static List<String> listed(Admin admin) throws Exception {
        return admin.listGroups(new ListGroupsOptions().withTypes(Set.of(GroupType.STREAMS))).all().get().stream()
                .map(GroupListing::groupId)
                .toList();
    }

    private static void delete(Admin admin) throws ExecutionException, InterruptedException {
        admin.deleteStreamsGroups(Set.of(Application.ID)).all().get();
    }

    private static String barnabas(NodeProcess node, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.barnabas.cli.Main"));
        all.addAll(List.of(command));
        all.addAll(List.of("--bootstrap-server", node.address()));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), said).isZero();
        return said;
    }
}
