package dev.barnabas.groups;

import dev.barnabas.host.Entropy;
import java.util.SplittableRandom;

/** Random numbers that follow from a seed. */
final class SeededEntropy implements Entropy {
    private final SplittableRandom random;

    SeededEntropy(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }
}
