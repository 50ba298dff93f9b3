package dev.barnabas.simulation;

/**
 * One run of something under one seed: sets up the world, lets it go on, and throws when something is wrong. All its
 * chance must come from the simulation's dice. Scenarios that {@link Marathon} is to find are named in
 * {@code META-INF/services/dev.barnabas.simulation.Scenario} and have a public constructor without arguments.
 */
@FunctionalInterface
public interface Scenario {

    void run(Simulation simulation) throws Exception;

    /** What {@link Marathon} knows it by. */
    default String name() {
        return getClass().getSimpleName();
    }
}
