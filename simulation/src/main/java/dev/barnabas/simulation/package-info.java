/**
 * The ports of {@link dev.barnabas.host} in one thread under a seed, with everything that can go wrong in the world. A
 * run is repeated, step for step, by its seed.
 *
 * <pre>{@code
 * Simulation simulation = new Simulation(seed);
 * SimulatedHost node = simulation.addHost("n1", 2);   // a machine: two loops, a clock, drives, a network
 * node.run(host -> new Thing(host).start());          // on its first loop, now and after every restart
 * simulation.after(Duration.ofSeconds(1), "power", node::powerLoss);
 * simulation.after(Duration.ofSeconds(2), "restart", node::restart);
 * simulation.runUntil("the thing is done", () -> done, Duration.ofMinutes(1));
 * }</pre>
 *
 * <ul>
 *   <li>{@link dev.barnabas.simulation.Simulation} is the world: virtual time, one queue of events, the
 *       {@linkplain dev.barnabas.simulation.Trace timeline}. A task that throws fails the run, with the seed and the
 *       timeline.
 *   <li>{@link dev.barnabas.simulation.SimulatedHost} is a machine with one process: it can crash (even in the middle
 *       of a task, at an operation on its disk), lose power, restart, stop and go on, and its wall clock can jump.
 *   <li>{@link dev.barnabas.simulation.SimulatedDrive} is what is behind a log directory: what was not synced is lost,
 *       torn or reordered when power is lost; reads, appends and syncs fail; it fills up, is slow, rots.
 *   <li>{@link dev.barnabas.simulation.SimulatedNetwork} is between the machines: delays, spikes, cuts in one or both
 *       directions, resets, refusals. Frames are overwritten when they are released.
 *   <li>{@link dev.barnabas.simulation.Dice} is where all chance comes from.
 *   <li>{@link dev.barnabas.simulation.FaultPlan} draws what goes wrong and when, and makes everything whole again for
 *       the second part of a run: safety under faults first, then liveness without.
 *   <li>{@link dev.barnabas.simulation.Seeds} runs a {@link dev.barnabas.simulation.Scenario} under many seeds in a
 *       test, {@link dev.barnabas.simulation.Marathon} for hours.
 *   <li>{@link dev.barnabas.simulation.history} judges what the clients did and saw.
 * </ul>
 *
 * <p>{@code TinyLogScenario} in this module's tests is the pattern of a whole run, and proves, with planted bugs, that
 * the simulator and the checks find what they are for. A failure prints the seed, the command that repeats it, and the
 * timeline. When a seed has failed:
 *
 * <pre>
 * mvn -q -pl MODULE -am test -Dtest=TEST -Dsurefire.failIfNoSpecifiedTests=false -Dbarnabas.seed=SEED
 * mvn -q -pl MODULE -am test -Dtest=TEST -Dsurefire.failIfNoSpecifiedTests=false -Dbarnabas.for=8h
 * </pre>
 *
 * <p>The first repeats it; {@link dev.barnabas.simulation.Simulation#note} puts more into the timeline. The second
 * looks for others. A seed is a run only as long as nothing in the code changes that throws dice or takes virtual time:
 * keep the story of a failure as a test of its own, not its seed alone.
 *
 * <p>Code under test sees only the ports. What may be called from outside of the events (by a test, between two steps)
 * is what the ports allow from any thread, and everything that is public here.
 */
@NullMarked
package dev.barnabas.simulation;

import org.jspecify.annotations.NullMarked;
