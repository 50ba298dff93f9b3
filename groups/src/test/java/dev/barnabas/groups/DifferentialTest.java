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
 * Random stories, told to our coordinator and to Kafka's: they have to answer the same. (Odd timeouts, so that no two
 * of them end at the same time.) To repeat one: {@code mvn -pl groups -am test -Dtest=DifferentialTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}; to try many: {@code -Dgroups.seeds=10000}.
 *
 * <p>Kafka keeps members in no order. When a leader leaves, or votes are even, it chooses as it likes; where it chooses
 * otherwise than we do, the story ends.
 */
final class DifferentialTest {

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 150));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void answersLikeKafka(long seed) {
        RandomGenerator random = new SplittableRandom(seed);
        Scenario ours = new Scenario(settings -> new TestCoordinator(settings, seed));
        Scenario kafka = new Scenario(KafkaGroups::new);
        List<String> story = new ArrayList<>();
        boolean delays = random.nextBoolean();
        Stories stories = new Stories(random, delays);
        for (int i = 0; i < (delays ? 40 : 120); i++) {
            String command = stories.next(ours);
            List<String> expected = kafka.play(command).stream().sorted().toList();
            List<String> actual = ours.play(command).stream().sorted().toList();
            story.add("> " + command);
            story.addAll(actual);
            if (withoutChoice(actual, delays).equals(withoutChoice(expected, delays)) && !actual.equals(expected)) {
                return;
            }
            assertThat(actual)
                    .as("seed %d, to be repeated with -Dgroups.seed=%d:%n%s%n", seed, seed, String.join("\n", story))
                    .isEqualTo(expected);
        }
    }

    /**
     * Without what Kafka chooses as it likes, and when an initial delay ends: if somebody joined in the last part of
     * one, Kafka extends the next.
     */
    private static List<String> withoutChoice(List<String> answers, boolean delays) {
        return answers.stream()
                .filter(line -> !delays || !line.contains(": joined generation "))
                .map(line -> line.contains(": joined generation ") ? line.substring(0, line.indexOf(" with ")) : line)
                .toList();
    }
}
