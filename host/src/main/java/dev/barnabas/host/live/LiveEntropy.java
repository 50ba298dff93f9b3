package dev.barnabas.host.live;

import dev.barnabas.host.Entropy;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;

/** SplitMix64, seeded from the operating system. From any thread. */
final class LiveEntropy implements Entropy {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final AtomicLong state = new AtomicLong(seed());

    @Override
    public long nextLong() {
        long z = state.addAndGet(GOLDEN_GAMMA);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Asks the system itself where it can: starting Java's security providers takes longer than the rest of a host. */
    private static long seed() {
        try (DataInputStream random = new DataInputStream(Files.newInputStream(Path.of("/dev/urandom")))) {
            return random.readLong();
        } catch (IOException e) {
            return new SecureRandom().nextLong();
        }
    }
}
