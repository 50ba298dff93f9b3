package dev.barnabas.host.live;

import dev.barnabas.host.Entropy;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** SplitMix64, seeded from the operating system. From any thread. */
final class LiveEntropy implements Entropy {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final AtomicLong state = new AtomicLong(new SecureRandom().nextLong());

    @Override
    public long nextLong() {
        long z = state.addAndGet(GOLDEN_GAMMA);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
