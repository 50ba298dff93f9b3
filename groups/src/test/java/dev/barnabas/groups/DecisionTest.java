package dev.barnabas.groups;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens: deciding changes nothing, and replaying the records gives the same state. To repeat one story:
 * {@code mvn -pl groups -am test -Dtest=DecisionTest -Dsurefire.failIfNoSpecifiedTests=false -Dgroups.seed=4711}.
 */
final class DecisionTest {
    private static final int COMMANDS = 150;

    static LongStream seeds() {
        Long seed = Long.getLong("groups.seed");
        return seed != null ? LongStream.of(seed) : LongStream.range(0, Long.getLong("groups.seeds", 100));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void decidesWithoutChangingAnythingAndReplaysToTheSameState(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Scenario scenario = new Scenario(CheckedGroups::new);
        Stories stories = new Stories(random, random.nextBoolean());
        for (int i = 0; i < COMMANDS; i++) {
            scenario.play(stories.next(scenario));
        }
    }
}
