package dev.barnabas.metadata;

import dev.barnabas.host.TestBed;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A simulated host of two loops. */
class SimulatedBed implements TestBed {

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Simulation simulation;
    private final SimulatedHost host;

    SimulatedBed(long seed) {
        simulation = new Simulation(seed);
        host = simulation.addHost("n1", 2);
    }

    Simulation simulation() {
        return simulation;
    }

    @Override
    public SimulatedHost host() {
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
