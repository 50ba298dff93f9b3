package dev.barnabas.simulation;

import dev.barnabas.host.Host;
import dev.barnabas.host.TestBed;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** The simulated world that the contracts are tested in. */
final class SimulatedBed implements TestBed {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Simulation simulation;
    private final SimulatedHost host;

    SimulatedBed(long seed) {
        simulation = new Simulation(seed);
        host = simulation.addHost("n1", 3);
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public String directory() {
        return "data";
    }

    @Override
    public void await(String what, BooleanSupplier condition) {
        simulation.runUntil(what, condition, LIMIT);
    }

    @Override
    public void close() {
        simulation.runUntilIdle(LIMIT);
    }
}
