package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.ShardRecord;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.transactions.TransactionRecord.Stored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Producers of all versions fence each other, lose answers and come back; appends are refused, markers take their time,
 * leaders are lost with what was not committed; {@link ChurnChecks} has what holds. In the end, when nothing fails any
 * more, everybody gets on. To repeat one run: {@code mvn -pl transactions -am test -Dtest=ChurnTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtransactions.seed=4711}; to try many: {@code -Dtransactions.seeds=10000}.
 */
final class ChurnTest {
    private static final int STEPS = 800;
    private static final int CHECK_EVERY = 80;
    private static final List<String> IDS = List.of("a", "b", "c");

    static LongStream seeds() {
        Long seed = Long.getLong("transactions.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("transactions.seeds", 100));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatHasToHoldHolds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TestCoordinator coordinator = new TestCoordinator(TransactionSettings.DEFAULTS);
        coordinator.transactionVersion(random.nextInt(4) == 0 ? random.nextInt(2) : 2);
        ChurnChecks checks = new ChurnChecks();
        List<ChurnProducer> producers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String id = IDS.get(i % IDS.size());
            producers.add(new ChurnProducer(coordinator, checks, random.split(), id, newest(coordinator, random)));
        }
        for (int i = 0; i < STEPS; i++) {
            ChurnProducer producer = producers.get(random.nextInt(producers.size()));
            switch (random.nextInt(150)) {
                case 0 -> producer.restart();
                case 1, 2, 3 -> producer.lose();
                case 4 -> producer.recover();
                case 5 -> refuse(coordinator, random);
                case 6 -> coordinator.eachLog(log -> log.commits(false));
                case 7 -> coordinator.loseLeader(random.nextInt(TestCoordinator.PARTITIONS));
                case 8 -> coordinator.pass(Duration.ofSeconds(random.nextInt(25)));
                case 9, 10 -> coordinator.holdMarkers(true);
                case 11 -> coordinator.ids().refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
                case 12, 13 -> coordinator.markers().settle(new TopicPartition("t", random.nextInt(4)));
                case 14, 15, 16, 17, 18 -> heal(coordinator);
                default -> {
                    producer.step();
                    coordinator.pass(Duration.ofMillis(random.nextInt(300)));
                }
            }
            if (i % CHECK_EVERY == 0) {
                check(coordinator, checks);
            }
        }

        heal(coordinator);
        for (String id : IDS) {
            ChurnProducer last =
                    new ChurnProducer(coordinator, checks, random.split(), id, newest(coordinator, random));
            for (int second = 0; second < 120 && last.completed() < 3; second++) {
                last.step();
                coordinator.pass(Duration.ofSeconds(1));
            }
            assertThat(last.completed())
                    .as("transactions of a producer that nobody disturbs")
                    .isEqualTo(3);
        }
        // Whatever is still open is aborted in time.
        coordinator.pass(Duration.ofSeconds(60));
        for (String id : IDS) {
            Transaction transaction = coordinator.shardOf(id).transaction(id).orElseThrow();
            assertThat(transaction.isOngoing() || transaction.status().isEnding())
                    .as("%s", transaction)
                    .isFalse();
        }
        check(coordinator, checks);
        assertThat(checks.ended()).isPositive();
    }

    private static boolean newest(TestCoordinator coordinator, SplittableRandom random) {
        return coordinator.transactionVersion() == 2 && random.nextInt(3) > 0;
    }

    private static void refuse(TestCoordinator coordinator, SplittableRandom random) {
        ErrorCode why = random.nextBoolean() ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.KAFKA_STORAGE_ERROR;
        coordinator.eachLog(log -> log.refuse(why));
    }

    private static void heal(TestCoordinator coordinator) {
        coordinator.ids().refuse(null);
        coordinator.eachLog(log -> {
            log.refuse(null);
            log.commits(true);
        });
        coordinator.holdMarkers(false);
        coordinator.pass(Duration.ZERO);
    }

    private static void check(TestCoordinator coordinator, ChurnChecks checks) {
        Map<String, List<Transaction>> histories = new TreeMap<>();
        for (String id : IDS) {
            for (ShardRecord record : coordinator.logOf(id).committed()) {
                Stored stored = (Stored) TransactionRecords.decode(record).orElseThrow();
                if (stored.id().equals(id)) {
                    histories.computeIfAbsent(id, _ -> new ArrayList<>()).add(stored.transaction());
                }
            }
            checks.stored(id, histories.getOrDefault(id, List.of()));
            boolean allCommitted = coordinator.logOf(id).committed().size()
                    == coordinator.logOf(id).records().size();
            if (allCommitted) {
                Transaction rebuilt =
                        histories.containsKey(id) ? histories.get(id).getLast() : null;
                assertThat(coordinator.shardOf(id).transaction(id).orElse(null))
                        .as("what another coordinator would make of the records")
                        .isEqualTo(rebuilt);
            }
        }
        checks.markers(histories, coordinator.markers().written());
    }
}
