package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Consumers come, go, crash and lose connections, appends are refused, leaders are lost with what was not committed;
 * {@link ChurnChecks} has what holds all the time. In the end, when nothing fails any more, the groups become stable.
 * To repeat one run: {@code mvn -pl groups -am test -Dtest=ChurnTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dgroups.seed=4711}; to try many: {@code -Dgroups.seeds=10000}.
 */
final class ChurnTest {
    private static final int STEPS = 600;
    private static final List<String> GROUPS = List.of("g", "h");

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 100));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatHasToHoldHolds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int delayMs = random.nextInt(2) * 3_000;
        TestCoordinator coordinator =
                new TestCoordinator(GroupSettings.DEFAULTS.withInitialRebalanceDelayMs(delayMs), seed);
        coordinator.topics().create("t");
        ChurnChecks checks = new ChurnChecks();
        List<ChurnClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String groupId = GROUPS.get(i % GROUPS.size());
            clients.add(new ChurnClient(coordinator, checks, "client-" + i, groupId, i < 4 ? null : "instance-" + i));
        }

        for (int i = 0; i < STEPS; i++) {
            ChurnClient client = clients.get(random.nextInt(clients.size()));
            switch (random.nextInt(200)) {
                case 0 -> client.crash();
                case 1 -> client.disconnect();
                case 2 -> client.leave();
                case 3 -> refuse(coordinator, random);
                case 4 -> coordinator.eachLog(log -> log.commits(false));
                case 5 -> {
                    coordinator.loseLeader(random.nextInt(TestCoordinator.PARTITIONS));
                    checks.moved();
                }
                case 6 -> coordinator.pass(Duration.ofSeconds(random.nextInt(15)));
                case 7, 8, 9, 10 -> heal(coordinator);
                case 11, 12, 13 -> client.lateCommit();
                case 14, 15, 16, 17, 18, 19 -> client.pend(clients.indexOf(client));
                case 20, 21, 22, 23 -> endTransaction(coordinator, clients, client, random.nextBoolean());
                default -> {
                    client.step(random.nextInt(3) == 0);
                    coordinator.pass(Duration.ofMillis(random.nextInt(300)));
                }
            }
        }

        for (ChurnClient client : clients) {
            endTransaction(coordinator, clients, client, random.nextBoolean());
        }
        heal(coordinator);
        for (int second = 0; second < 120; second++) {
            clients.forEach(client -> client.step(false));
            coordinator.pass(Duration.ofSeconds(1));
        }
        assertThat(clients).allMatch(ChurnClient::isAssigned);
        for (String groupId : GROUPS) {
            assertThat(coordinator
                            .shardOf(groupId)
                            .classic(groupId)
                            .orElseThrow()
                            .phase())
                    .isInstanceOf(Phase.Stable.class);
            assertThat(coordinator.shardOf(groupId).pendingOffsets().has(groupId))
                    .isFalse();
            checkOffsets(coordinator, checks, groupId);
        }
        assertThat(checks.accepted()).isPositive();
    }

    /** A coordinator of transactions tries until its markers are committed; here they are at once. */
    private static void endTransaction(
            TestCoordinator coordinator, List<ChurnClient> clients, ChurnClient client, boolean commit) {
        if (client.hasTransaction()) {
            heal(coordinator);
            client.endTransaction(clients.indexOf(client), commit);
            coordinator.pass(Duration.ZERO);
        }
    }

    private static void refuse(TestCoordinator coordinator, SplittableRandom random) {
        ErrorCode why = random.nextBoolean() ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.KAFKA_STORAGE_ERROR;
        coordinator.eachLog(log -> log.refuse(why));
    }

    private static void heal(TestCoordinator coordinator) {
        coordinator.eachLog(log -> {
            log.refuse(null);
            log.commits(true);
        });
        coordinator.pass(Duration.ZERO);
    }

    private static void checkOffsets(TestCoordinator coordinator, ChurnChecks checks, String groupId) {
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequestGroup.builder()
                        .groupId(groupId)
                        .topics(null)
                        .build()))
                .requireStable(true)
                .build();
        List<String> answered = new ArrayList<>();
        coordinator.fetch(request, new Caller("admin", "/10.0.0.1", 9), answer -> {
            answered.add(groupId);
            answer.groups()
                    .getFirst()
                    .topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> checks.fetched(
                                    groupId, String.valueOf(partition.metadata()), partition.committedOffset())));
        });
        coordinator.pass(Duration.ZERO);
        assertThat(answered).containsExactly(groupId);
    }
}
