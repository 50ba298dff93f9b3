package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Consumers of the consumer protocol come, go, crash and lose connections, topics grow, appends are refused, leaders
 * are lost with what was not committed; {@link ConsumerChurnChecks} has what holds all the time. In the end, when
 * nothing fails any more, every partition has an owner. To repeat one run: {@code mvn -pl groups -am test
 * -Dtest=ConsumerChurnTest -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many:
 * {@code -Dgroups.seeds=10000}.
 */
final class ConsumerChurnTest {
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
        TestCoordinator coordinator = new TestCoordinator(GroupSettings.DEFAULTS, seed);
        coordinator.topics().create("t", 7);
        coordinator.topics().create("u", 3);
        int partitions = 10;
        ConsumerChurnChecks checks = new ConsumerChurnChecks();
        List<ConsumerChurnClient> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String instance = i < 5 ? null : "instance-" + i;
            clients.add(new ConsumerChurnClient(
                    coordinator, checks, "client-" + i, GROUPS.get(i % GROUPS.size()), instance));
        }

        for (int i = 0; i < STEPS; i++) {
            ConsumerChurnClient client = clients.get(random.nextInt(clients.size()));
            switch (random.nextInt(200)) {
                case 0 -> client.crash();
                case 1, 2 -> client.disconnect();
                case 3, 4 -> client.leave(random.nextBoolean());
                case 5 -> refuse(coordinator, random);
                case 6 -> coordinator.eachLog(log -> log.commits(false));
                case 7 -> {
                    coordinator.loseLeader(random.nextInt(TestCoordinator.PARTITIONS));
                    GROUPS.forEach(checks::moved);
                }
                case 8 -> coordinator.pass(Duration.ofSeconds(random.nextInt(50)));
                case 9, 10, 11, 12 -> heal(coordinator);
                case 13 -> {
                    if (partitions < 16) {
                        coordinator.topics().addPartitions("u", ++partitions - 7);
                    }
                }
                default -> {
                    client.step();
                    coordinator.pass(Duration.ofMillis(random.nextInt(300)));
                }
            }
            GROUPS.forEach(groupId -> checks.check(coordinator.shardOf(groupId), groupId, clients));
        }

        heal(coordinator);
        for (int second = 0; second < 200; second++) {
            clients.forEach(ConsumerChurnClient::step);
            coordinator.pass(Duration.ofSeconds(1));
            GROUPS.forEach(groupId -> checks.check(coordinator.shardOf(groupId), groupId, clients));
        }
        assertThat(clients).allMatch(ConsumerChurnClient::isSettled);
        for (String groupId : GROUPS) {
            checks.checkComplete(partitions, groupId, clients);
            assertThat(coordinator
                            .shardOf(groupId)
                            .consumers(groupId)
                            .orElseThrow()
                            .state())
                    .isEqualTo("Stable");
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
}
