package dev.barnabas.simulation;

import java.util.ArrayList;
import java.util.List;

/** The way from one host to another, in that direction only. Owned by {@link SimulatedNetwork}. */
final class Link {
    private static final long LOOPBACK_FASTEST = 2_000;
    private static final long LOOPBACK_USUAL = 50_000;

    private final SimulatedNetwork network;
    private final SimulatedHost from;
    private final SimulatedHost to;
    private final Dice dice;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean cut;

    Link(SimulatedNetwork network, SimulatedHost from, SimulatedHost to, Dice dice) {
        this.network = network;
        this.from = from;
        this.to = to;
        this.dice = dice;
    }

    /** Whether nothing passes now. */
    boolean isBroken() {
        return cut || !to.isPowered() || !from.isPowered();
    }

    boolean isCut() {
        return cut;
    }

    void cut() {
        cut = true;
    }

    void heal() {
        cut = false;
        passAgain();
    }

    boolean touches(SimulatedHost host) {
        return from == host || to == host;
    }

    boolean isLoopback() {
        return from == to;
    }

    /** The link may be whole again: who waits for it tries again some time later, as retransmissions do. */
    void passAgain() {
        if (isBroken()) {
            return;
        }
        List<Runnable> retries = List.copyOf(waiting);
        waiting.clear();
        Simulation simulation = network.simulation();
        retries.forEach(retry -> simulation.at(simulation.nanos() + dice.magnitude(100_000, 400_000_000), retry));
    }

    /** Runs the retry some time after the link is whole again. */
    void whenWhole(Runnable retry) {
        waiting.add(retry);
    }

    /** How long something takes that is put on the link now. */
    long delay() {
        NetworkFaults faults = network.faults();
        if (isLoopback()) {
            return dice.magnitude(LOOPBACK_FASTEST, LOOPBACK_USUAL);
        }
        long usual = dice.magnitude(
                Math.max(1, faults.fastest().toNanos()), faults.usual().toNanos());
        return dice.chance(faults.spike())
                ? usual
                        + dice.magnitude(
                                1_000_000,
                                Math.max(1_000_000, faults.spikeAtMost().toNanos()))
                : usual;
    }

    @Override
    public String toString() {
        return from.name() + " -> " + to.name();
    }
}
