package dev.barnabas.replication;

import dev.barnabas.host.Loop;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** What carries messages between the nodes and the controller of a test: late, twice, in any order, or not at all. */
final class Wire {
    private final Loop loop;
    private final Dice dice;
    private final Set<Integer> cutOff = new HashSet<>();
    private boolean faulty = true;

    Wire(Simulation simulation) {
        SimulatedHost world = simulation.addHost("world", 1);
        this.loop = world.loops().getFirst();
        this.dice = simulation.dice("wire");
    }

    /** Where the controller and the clients live. */
    Loop loop() {
        return loop;
    }

    /** From now on everything arrives, once. */
    void repair() {
        faulty = false;
        cutOff.clear();
    }

    /** A node that nothing comes to or from. */
    void cutOff(int node) {
        cutOff.add(node);
    }

    void join(int node) {
        cutOff.remove(node);
    }

    /** Carries a message from one node to another; 0 is the controller, or a client. */
    void send(int from, int to, Runnable arrival) {
        boolean lost = cutOff.contains(from) || cutOff.contains(to) || (faulty && dice.chance(0.02));
        if (lost) {
            return;
        }
        after(delay(), () -> {
            if (!cutOff.contains(to)) {
                arrival.run();
            }
        });
        if (faulty && dice.chance(0.02)) {
            after(delay().multipliedBy(5), arrival);
        }
    }

    void after(Duration delay, Runnable task) {
        loop.execute(() -> loop.schedule(delay, task));
    }

    private Duration delay() {
        long most = faulty && dice.chance(0.03) ? 400_000_000 : 2_000_000;
        return Duration.ofNanos(dice.magnitude(20_000, most));
    }
}
