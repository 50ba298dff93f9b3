package dev.barnabas.simulation;

import org.jspecify.annotations.Nullable;

/**
 * A run went wrong. The message has all that is needed to go on from here: the seed, how to repeat the run, and the
 * timeline up to the failure.
 */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final long seed;

    SimulationFailure(String what, long seed, String howToRepeat, String timeline, @Nullable Throwable cause) {
        super(
                what + "\n\nseed " + seed + ", repeat with: " + howToRepeat + "\n\ntimeline (virtual ms, who, what):\n"
                        + timeline,
                cause);
        this.seed = seed;
    }

    public long seed() {
        return seed;
    }
}
