package dev.barnabas.simulation;

import dev.barnabas.host.Entropy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A stream of chance that follows from a seed (SplitMix64). Every part of a simulation throws its own dice,
 * {@linkplain #fork named} and derived from the seed of the run, so that one part's use does not shift what the others
 * see.
 */
public final class Dice implements Entropy {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;
    private long state;

    public Dice(long seed) {
        this.seed = mix(seed ^ GOLDEN_GAMMA);
        this.state = this.seed;
    }

    /** Other dice for that purpose. The same name gives the same numbers, however much was thrown before. */
    public Dice fork(String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash + name.charAt(i));
        }
        return new Dice(hash);
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** A number from 0 (inclusive) to 1 (exclusive). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Whether something happens that happens with that probability. */
    public boolean chance(double probability) {
        return probability > 0 && nextDouble() < probability;
    }

    /** A number from {@code low} to {@code high}, both inclusive. */
    public long between(long low, long high) {
        return low + Long.remainderUnsigned(nextLong(), high - low + 1);
    }

    /** A duration between the two, to the nanosecond. */
    public Duration between(Duration low, Duration high) {
        return Duration.ofNanos(between(low.toNanos(), high.toNanos()));
    }

    /**
     * A number between the two (positive) bounds whose order of magnitude is uniform: mostly small ones, sometimes very
     * large ones, as with most delays and sizes in the world.
     */
    public long magnitude(long low, long high) {
        double logLow = Math.log((double) low);
        return Math.min(high, Math.round(Math.exp(logLow + nextDouble() * (Math.log(high + 1.0) - logLow))));
    }

    /** One of them; there must be at least one. */
    public <T> T pick(List<T> choices) {
        return choices.get(nextInt(choices.size()));
    }

    /** All of them in some order. */
    public <T> List<T> shuffled(Collection<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            int j = nextInt(i + 1);
            T moved = shuffled.get(i);
            shuffled.set(i, shuffled.get(j));
            shuffled.set(j, moved);
        }
        return shuffled;
    }

    /** Fills the range with random bytes. */
    void fill(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            bytes[i] = (byte) nextLong();
        }
    }

    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
