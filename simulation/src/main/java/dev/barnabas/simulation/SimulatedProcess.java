package dev.barnabas.simulation;

import dev.barnabas.host.Loop;
import java.util.ArrayList;
import java.util.List;

/**
 * One life of a host's process: what is gone when it is killed. Owned by its {@link SimulatedHost}; restarting a host
 * makes a new one.
 */
final class SimulatedProcess {
    private final SimulatedHost host;
    private final String name;
    private final Dice dice;
    private final List<SimulatedLoop> loops = new ArrayList<>();
    private final List<SimulatedDisk> disks = new ArrayList<>();
    private final HostNetwork network;
    private final List<Runnable> untilResumed = new ArrayList<>();
    private boolean alive = true;
    private int unreleasedFrames;

    SimulatedProcess(SimulatedHost host, int life, int loops) {
        this.host = host;
        this.name = life == 1 ? host.name() : host.name() + "." + life;
        this.dice = host.simulation().fork("process/" + this);
        for (int i = 0; i < loops; i++) {
            this.loops.add(new SimulatedLoop(this, i, dice.fork("loop/" + i)));
        }
        this.network = new HostNetwork(this, dice.fork("network"));
    }

    SimulatedHost host() {
        return host;
    }

    Simulation simulation() {
        return host.simulation();
    }

    Dice dice() {
        return dice;
    }

    List<Loop> loops() {
        return List.copyOf(loops);
    }

    SimulatedLoop loop(int index) {
        return loops.get(index);
    }

    HostNetwork network() {
        return network;
    }

    boolean isAlive() {
        return alive;
    }

    /** Every port begins with this: dead code goes no further. */
    void requireAlive() {
        if (!alive) {
            throw new ProcessDied(toString());
        }
    }

    void opened(SimulatedDisk disk) {
        disks.add(disk);
    }

    /** Something that the process (a worker of it, not a loop) does later, unless it is dead then. */
    void later(long delayNanos, Runnable action) {
        simulation().at(simulation().nanos() + delayNanos, () -> {
            if (!alive) {
                return;
            }
            if (host.isPaused()) {
                untilResumed.add(action);
            } else {
                simulation().runAs(this, action);
            }
        });
    }

    void resumed() {
        List<Runnable> actions = List.copyOf(untilResumed);
        untilResumed.clear();
        actions.forEach(action -> later(dice.magnitude(100, 100_000), action));
        loops.forEach(SimulatedLoop::wake);
    }

    /** Virtual time that the running task takes longer because of what it just did. */
    void charge(long nanos) {
        for (SimulatedLoop loop : loops) {
            if (loop.isCurrent()) {
                loop.charge(nanos);
            }
        }
    }

    void frameHanded() {
        unreleasedFrames++;
    }

    void frameReleased() {
        unreleasedFrames--;
    }

    int unreleasedFrames() {
        return unreleasedFrames;
    }

    /** The crash that was planned for the host comes now, if this is still its process. */
    void carryOutPlannedCrash() {
        if (alive) {
            host.carryOutPlannedCrash();
        }
    }

    /** @param silently whether the machine is gone too, so that not even the kernel tells the other ends */
    void die(boolean silently) {
        alive = false;
        network.processDied(silently);
        disks.forEach(SimulatedDisk::processDied);
    }

    @Override
    public String toString() {
        return name;
    }
}
