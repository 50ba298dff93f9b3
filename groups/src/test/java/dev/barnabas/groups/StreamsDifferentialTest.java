package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random stories of streams applications, told to our coordinator and to Kafka's: they have to answer the same, but for
 * which tasks a member gets. To repeat one: {@code mvn -pl groups -am test -Dtest=StreamsDifferentialTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many: {@code -Dgroups.seeds=10000}.
 */
final class StreamsDifferentialTest {
    private static final List<String> NAMES = List.of("A", "B", "C", "D");
    private static final int COMMANDS = 120;

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersLikeKafka(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        // An assignment that has to wait is made by a timer here, and with a later heartbeat by Kafka.
        StreamsSettings settings =
                new StreamsSettings(true, 45_000, 5_000, 0, random.nextInt(2) * 3_000, 0, List.of(), 1_000);
        Scenario ours = new Scenario(
                groups -> new TestCoordinator(groups, ConsumerSettings.DEFAULTS, settings, seed), true);
        Scenario kafka = new Scenario(groups -> new KafkaGroups(groups, ConsumerSettings.DEFAULTS, settings), true);
        List<String> story = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            // So many tasks that each number of members gets the same number.
            String command = i == 0 ? "add-partitions t 12" : i == 1 ? "add-partitions u 12" : command(random, ours);
            List<String> expected = kafka.play(command).stream().sorted().toList();
            List<String> actual = ours.play(command).stream().sorted().toList();
            story.add("> " + command);
            story.addAll(actual);
            // When somebody is gone we assign at once, Kafka with the next heartbeat of anybody else.
            if (expected.stream().anyMatch(line -> line.contains("Assigning"))) {
                continue;
            }
            assertThat(actual)
                    .as("seed %d, to be repeated with -Dgroups.seed=%d:%n%s%n", seed, seed, String.join("\n", story))
                    .isEqualTo(expected);
        }
    }

    private static String command(RandomGenerator random, Scenario ours) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        boolean isStatic = name.equals("D");
        int dice = random.nextInt(100);
        if (dice < 12 && isStatic && ours.client(name).generation > 0) {
            // Kafka does not let a static member join again that has not left before, not even under the same id.
            return "wait 1s";
        }
        if (dice < 12) {
            return "stream " + name + " g topology=" + oneOf(random, "count", "count", "count", "count", "join", "loop")
                    + (isStatic ? " instance=d" : "") + " rebalance=" + oneOf(random, "5003ms", "20011ms", "60017ms");
        }
        if (dice < 60) {
            return "pulse " + name + oneOf(random, "", " owned=all", " owned=all", " owned=all", " owned=")
                    + oneOf(random, "", "", "", "", "", "", " epoch=2", " epoch=5");
        }
        if (dice < 65) {
            return "stop " + name + (isStatic ? oneOf(random, "", " for-now", " for-now") : "");
        }
        if (dice < 70) {
            return "create-missing";
        }
        if (dice < 74) {
            return "commit " + name + " t/0=" + random.nextInt(100) + oneOf(random, "", "", " generation=2");
        }
        if (dice < 76) {
            return "commit group=g t/1=" + random.nextInt(100);
        }
        if (dice < 77) {
            return "pulse " + name + " shutdown";
        }
        if (dice < 78) {
            return "fetch g";
        }
        if (dice < 81) {
            return "streams g";
        }
        if (dice < 83) {
            return oneOf(random, "list", "list types=streams", "describe g", "delete g");
        }
        if (dice < 84) {
            return "delete-offsets g t/0 t/1";
        }
        return "wait " + oneOf(random, "1s", "2s", "3s", "7s", "23s", "61s");
    }

    private static String oneOf(RandomGenerator random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
