package dev.barnabas.simulation;

import dev.barnabas.host.LoopContract;
import dev.barnabas.host.TestBed;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
final class SimulatedLoopTest extends LoopContract {
    private final long seed;

    SimulatedLoopTest(long seed) {
        this.seed = seed;
    }

    @Override
    protected TestBed bed() {
        return new SimulatedBed(seed);
    }
}
