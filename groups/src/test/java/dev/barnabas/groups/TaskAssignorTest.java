package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.groups.TaskAssignor.Applicant;
import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What assignments of tasks have to be, whoever comes and goes. To repeat one: {@code mvn -pl groups -am test
 * -Dtest=TaskAssignorTest -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}.
 */
final class TaskAssignorTest {
    private static final int PARTITIONS = 7;

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 200));
    }

    /** A stateless subtopology and one with state, of so many tasks each. */
    private static ConfiguredTopology topology(int partitions) {
        MemoryTopics topics = new MemoryTopics();
        topics.create("t", partitions);
        topics.create("r", partitions);
        topics.create("c", partitions);
        StreamsGroupTopologyValue stored = RequestedTopology.stored(StreamsCommands.topology("count", 0));
        return ConfiguredTopology.of(stored, topics);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyTaskIsProcessedOnceByEquallyManyAndKeptInOtherProcesses(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ConfiguredTopology topology = topology(1 + random.nextInt(12));
        int standbys = random.nextInt(3);
        Map<String, String> members = new TreeMap<>();
        Map<String, TaskRoles> targets = new HashMap<>();
        for (int round = 0; round < 10; round++) {
            if (members.isEmpty() || random.nextInt(3) > 0) {
                members.put("m" + random.nextInt(20), "p" + random.nextInt(5));
            } else {
                members.remove(members.keySet().stream()
                        .skip(random.nextInt(members.size()))
                        .findFirst()
                        .orElseThrow());
            }
            Map<String, TaskRoles> before = targets;
            List<Applicant> applicants = new ArrayList<>();
            members.forEach((memberId, processId) -> applicants.add(
                    applicant(memberId, processId, before.getOrDefault(memberId, TaskRoles.NONE), Map.of())));
            targets = TaskAssignor.assign(applicants, topology, standbys, List.of());
            assertThat(targets.keySet()).isEqualTo(members.keySet());
            if (!members.isEmpty()) {
                check(members, targets, topology, standbys);
                // Nobody comes or goes: nothing changes.
                List<Applicant> again = new ArrayList<>();
                for (Applicant each : applicants) {
                    again.add(applicant(
                            each.memberId(),
                            each.processId(),
                            targets.getOrDefault(each.memberId(), TaskRoles.NONE),
                            Map.of()));
                }
                Map<String, TaskRoles> next = TaskAssignor.assign(again, topology, standbys, List.of());
                Map<String, TaskRoles> first = targets;
                next.forEach((memberId, target) -> assertThat(target.active())
                        .isEqualTo(first.getOrDefault(memberId, TaskRoles.NONE).active()));
            }
        }
    }

    private static void check(
            Map<String, String> members, Map<String, TaskRoles> targets, ConfiguredTopology topology, int standbys) {
        Map<String, Set<String>> processesOf = new HashMap<>();
        List<Integer> counts = new ArrayList<>();
        Set<String> active = new HashSet<>();
        targets.forEach((memberId, target) -> {
            counts.add(target.active().size());
            String processId = members.getOrDefault(memberId, "");
            target.active()
                    .forEach((subtopology, partition) -> assertThat(active.add(subtopology + "_" + partition))
                            .as("processed once")
                            .isTrue());
            for (Tasks tasks : List.of(target.active(), target.standby())) {
                tasks.forEach((subtopology, partition) -> assertThat(processesOf
                                .computeIfAbsent(subtopology + "_" + partition, _ -> new HashSet<>())
                                .add(processId))
                        .as("once in a process")
                        .isTrue());
            }
        });
        int tasks = topology.subtopologies().values().stream()
                .mapToInt(ConfiguredTopology.Configured::tasks)
                .sum();
        assertThat(active).hasSize(tasks);
        assertThat(counts).allMatch(count -> count == tasks / members.size() || count == tasks / members.size() + 1);
        int processes = new HashSet<>(members.values()).size();
        processesOf.forEach((task, copies) ->
                assertThat(copies).hasSize(task.startsWith("1_") ? Math.min(processes, 1 + standbys) : 1));
    }

    @Test
    void aTaskGoesToTheProcessThatHasItsStateAndIsFurthest() {
        Tasks kept = new Tasks.Builder().add("1", 0).build();
        TaskRoles standby = new TaskRoles(Tasks.NONE, kept, Tasks.NONE);
        List<Applicant> applicants = List.of(
                applicant("a", "p1", TaskRoles.NONE, Map.of()),
                applicant("b", "p2", standby, Map.of(0, 10L)),
                applicant("c", "p3", standby, Map.of(0, 20L)));
        Map<String, TaskRoles> targets = TaskAssignor.assign(applicants, topology(PARTITIONS), 0, List.of());
        assertThat(targets.getOrDefault("c", TaskRoles.NONE).active().contains("1", 0))
                .isTrue();
    }

    @Test
    void standbysAreSpreadOverTags() {
        List<Applicant> applicants = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            applicants.add(new Applicant(
                    "m" + i, "p" + i, new TreeMap<>(Map.of("zone", "z" + i % 3)), TaskRoles.NONE, TaskOffsets.NONE));
        }
        Map<String, TaskRoles> targets = TaskAssignor.assign(applicants, topology(PARTITIONS), 2, List.of("zone"));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int index = partition;
            Set<String> zones = new HashSet<>();
            targets.forEach((memberId, target) -> {
                if (target.active().contains("1", index) || target.standby().contains("1", index)) {
                    zones.add("z" + Integer.parseInt(memberId.substring(1)) % 3);
                }
            });
            assertThat(zones).hasSize(3);
        }
    }

    private static Applicant applicant(
            String memberId, String processId, TaskRoles before, Map<Integer, Long> offsets) {
        NavigableMap<String, NavigableMap<Integer, Long>> told = new TreeMap<>();
        told.put("1", new TreeMap<>(offsets));
        return new Applicant(memberId, processId, new TreeMap<>(), before, new TaskOffsets(told, new TreeMap<>()));
    }
}
