package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Threads of two streams applications come, go, crash and lose connections, appends are refused, leaders are lost with
 * what was not committed. All the time a task is processed by one member, and a process has it once. In the end, when
 * nothing fails any more, every task is processed, and has its standby. To repeat one run: {@code mvn -pl groups -am
 * test -Dtest=StreamsChurnTest -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many:
 * {@code -Dgroups.seeds=10000}.
 */
final class StreamsChurnTest {
    private static final int STEPS = 600;
    private static final List<String> GROUPS = List.of("g", "h");
    private static final int PARTITIONS = 7;
    private static final StreamsSettings SETTINGS =
            new StreamsSettings(true, 45_000, 5_000, 1_000, 3_000, 1, List.of(), 1_000);

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 100));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatHasToHoldHolds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TestCoordinator coordinator =
                new TestCoordinator(GroupSettings.DEFAULTS, ConsumerSettings.DEFAULTS, SETTINGS, seed);
        coordinator.topics().create("t", PARTITIONS);
        List<StreamsChurnClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            // Two threads in a process, now and then.
            clients.add(new StreamsChurnClient(
                    coordinator,
                    "client-" + i,
                    GROUPS.get(i % GROUPS.size()),
                    "process-" + (i < 4 ? i % 2 : i),
                    i < 5 ? null : "instance-" + i));
        }
        for (int i = 0; i < STEPS; i++) {
            StreamsChurnClient client = clients.get(random.nextInt(clients.size()));
            switch (random.nextInt(200)) {
                case 0 -> client.crash();
                case 1, 2 -> client.disconnect();
                case 3, 4 -> client.leave(random.nextBoolean());
                case 5 -> coordinator.eachLog(log -> log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS));
                case 6 -> coordinator.eachLog(log -> log.commits(false));
                case 7 -> coordinator.loseLeader(random.nextInt(TestCoordinator.PARTITIONS));
                case 8 -> coordinator.pass(Duration.ofSeconds(random.nextInt(50)));
                case 9, 10, 11, 12 -> heal(coordinator);
                case 13, 14 -> create(coordinator, client.missing());
                default -> {
                    client.step();
                    coordinator.pass(Duration.ofMillis(random.nextInt(300)));
                }
            }
            GROUPS.forEach(groupId -> check(coordinator.shardOf(groupId), groupId, clients));
        }

        heal(coordinator);
        for (int second = 0; second < 200; second++) {
            for (StreamsChurnClient client : clients) {
                client.step();
                create(coordinator, client.missing());
            }
            coordinator.pass(Duration.ofSeconds(1));
            GROUPS.forEach(groupId -> check(coordinator.shardOf(groupId), groupId, clients));
        }
        assertThat(clients).allMatch(StreamsChurnClient::isSettled);
        for (String groupId : GROUPS) {
            checkComplete(clients.stream()
                    .filter(client -> client.groupId().equals(groupId))
                    .toList());
            StreamsGroup group = coordinator.shardOf(groupId).streams(groupId).orElseThrow();
            assertThat(group.state()).isEqualTo("Stable");
        }
    }

    private static void heal(TestCoordinator coordinator) {
        coordinator.eachLog(log -> {
            log.refuse(null);
            log.commits(true);
        });
        coordinator.pass(Duration.ZERO);
    }

    private static void create(TestCoordinator coordinator, List<InternalTopic> missing) {
        for (InternalTopic topic : missing) {
            if (coordinator.topics().idOf(topic.name()).isEmpty()) {
                coordinator.topics().create(topic.name(), topic.partitions());
            }
        }
    }

    private static void check(GroupShard shard, String groupId, List<StreamsChurnClient> clients) {
        StreamsGroup group = shard.streams(groupId).orElse(null);
        if (group == null) {
            return;
        }
        assertThat(group.targetEpoch()).isLessThanOrEqualTo(group.epoch());
        Map<String, String> processors = new HashMap<>();
        Map<String, String> inProcess = new HashMap<>();
        group.members().forEach((memberId, member) -> {
            TaskAssignment current = group.current(memberId);
            Tasks processed = StreamsGroup.processed(current);
            processed.forEach(
                    (subtopology, partition) -> assertThat(processors.put(subtopology + "_" + partition, memberId))
                            .as("task %s_%s has two members", subtopology, partition)
                            .isNull());
            processed
                    .or(StreamsGroup.kept(current))
                    .forEach((subtopology, partition) -> assertThat(
                                    inProcess.put(member.processId() + " " + subtopology + "_" + partition, memberId))
                            .as("task %s_%s is twice in a process", subtopology, partition)
                            .isNull());
        });
        for (StreamsChurnClient client : clients) {
            boolean isMember = client.groupId().equals(groupId)
                    && group.member(client.memberId()).isPresent()
                    && client.epoch() > 0;
            if (isMember) {
                Tasks processed = StreamsGroup.processed(group.current(client.memberId()));
                assertThat(processed.containsAll(client.owned().active()))
                        .as("%s processes what it has", client.memberId())
                        .isTrue();
            }
        }
    }

    private static void checkComplete(List<StreamsChurnClient> clients) {
        Set<String> processed = new HashSet<>();
        Set<String> kept = new HashSet<>();
        for (StreamsChurnClient client : clients) {
            client.owned().active().forEach((subtopology, partition) -> processed.add(subtopology + "_" + partition));
            client.owned().standby().forEach((subtopology, partition) -> kept.add(subtopology + "_" + partition));
        }
        assertThat(processed).hasSize(2 * PARTITIONS);
        // Only the second subtopology has state, and each group has at least two processes.
        assertThat(kept).hasSize(PARTITIONS).allMatch(task -> task.startsWith("1_"));
    }
}
