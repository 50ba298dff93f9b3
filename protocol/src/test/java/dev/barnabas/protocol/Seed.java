package dev.barnabas.protocol;

import java.util.Objects;
import java.util.Random;

/**
 * Where the randomness of a test comes from: {@code -Dbarnabas.seed=N}, or always the same seed, so that the build
 * repeats itself. {@code -Dbarnabas.rounds=N} makes every random test N times as long.
 */
final class Seed {
    private static final long VALUE = Long.getLong("barnabas.seed", 20_260_101L);
    private static final int ROUNDS = Integer.getInteger("barnabas.rounds", 1);

    private Seed() {}

    /** A source of randomness that depends only on the seed and on what it is for. */
    static Random random(Object... purpose) {
        return new Random(VALUE * 31 + Objects.hash(purpose));
    }

    static int times(int usual) {
        return usual * ROUNDS;
    }

    /** What to say when a random test fails. */
    static String howToRepeat(Class<?> test) {
        return "to repeat: mvn -pl protocol -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest="
                + test.getSimpleName() + " -Dbarnabas.seed=" + VALUE + " -Dbarnabas.rounds=" + ROUNDS;
    }
}
