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
 * Random stories of consumers, two of them static, told to our coordinator and to Kafka's: they have to answer the
 * same. To repeat one: {@code mvn -pl groups -am test -Dtest=ConsumerDifferentialTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many: {@code -Dgroups.seeds=10000}.
 */
final class ConsumerDifferentialTest {
    private static final List<String> NAMES = List.of("A", "B", "C", "D", "E");
    private static final int COMMANDS = 150;

    /** An assignment that has to wait is made by a timer here, and with a later heartbeat by Kafka. */
    private static final ConsumerSettings AT_ONCE = new ConsumerSettings(
            true, 45_000, 5_000, 0, 1_000, List.of("uniform", "range"), ConsumerSettings.Migration.BIDIRECTIONAL);

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersLikeKafka(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Scenario ours = new Scenario(settings -> new TestCoordinator(settings, AT_ONCE, seed));
        Scenario kafka = new Scenario(settings -> new KafkaGroups(settings, AT_ONCE));
        List<String> story = new ArrayList<>();
        for (int i = 0; i < COMMANDS; i++) {
            String command = command(random, ours);
            List<String> expected = kafka.play(command).stream().sorted().toList();
            List<String> actual = ours.play(command).stream().sorted().toList();
            story.add("> " + command);
            story.addAll(actual);
            // When somebody is gone we assign at once, Kafka with the next heartbeat of anybody else.
            if (expected.stream().anyMatch(line -> line.contains("Assigning"))) {
                continue;
            }
            // As long as a member's epoch stays, we let it come with the one before: from here on the two differ.
            if (command.startsWith("beat ")
                    && expected.stream().anyMatch(line -> line.endsWith("FENCED_MEMBER_EPOCH"))
                    && actual.stream().anyMatch(line -> line.contains(": epoch "))) {
                return;
            }
            assertThat(actual)
                    .as("seed %d, to be repeated with -Dgroups.seed=%d:%n%s%n", seed, seed, String.join("\n", story))
                    .isEqualTo(expected);
        }
    }

    private static String command(RandomGenerator random, Scenario ours) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        boolean isStatic = name.equals("D") || name.equals("E");
        int dice = random.nextInt(100);
        if (dice < 12 && isStatic && ours.client(name).generation > 0) {
            // Kafka does not let a static member join again that has not left before, not even under the same id.
            return "wait 1s";
        }
        if (dice < 12) {
            return "consume " + name + " g assignor=range topics=" + oneOf(random, "t", "t", "t,u", "u")
                    + (isStatic ? " instance=" + (name.equals("D") ? "d" : "e") : "")
                    + " rebalance=" + oneOf(random, "5003ms", "20011ms", "60017ms");
        }
        if (dice < 55) {
            return "beat " + name + oneOf(random, "", " owned=all", " owned=all", " owned=", " owned=t/0")
                    + oneOf(random, "", "", "", "", "", " topics=t", " topics=u", " epoch=2", " epoch=5");
        }
        if (dice < 60) {
            return "quit " + name + (isStatic ? oneOf(random, "", " for-now", " for-now") : "");
        }
        if (dice < 66) {
            return "commit " + name + " t/0=" + random.nextInt(100) + " u/1=3" + oneOf(random, "", "", " generation=2");
        }
        if (dice < 68) {
            return "commit group=g t/1=" + random.nextInt(100);
        }
        if (dice < 70) {
            return "fetch g";
        }
        if (dice < 74) {
            return "pend 7 " + name + " t/0=" + random.nextInt(100) + " u/1=4"
                    + oneOf(random, "", " version=6", " generation=2", " version=6 generation=2");
        }
        if (dice < 75) {
            return oneOf(random, "end 7 commit", "end 7 abort");
        }
        if (dice < 78) {
            return "consumers g";
        }
        if (dice < 80) {
            return oneOf(random, "list", "list types=consumer", "describe g", "delete g", "remove g instances=d");
        }
        if (dice < 82) {
            return "delete-offsets g t/0 u/1";
        }
        return "wait " + oneOf(random, "1s", "2s", "3s", "7s", "23s", "61s");
    }

    private static String oneOf(RandomGenerator random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
