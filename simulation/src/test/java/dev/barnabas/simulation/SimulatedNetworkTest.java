package dev.barnabas.simulation;

import dev.barnabas.host.NetworkContract;
import dev.barnabas.host.TestBed;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(longs = {1, 2, 3})
final class SimulatedNetworkTest extends NetworkContract {
    private final long seed;

    SimulatedNetworkTest(long seed) {
        this.seed = seed;
    }

    @Override
    protected TestBed bed() {
        return new SimulatedBed(seed);
    }
}
