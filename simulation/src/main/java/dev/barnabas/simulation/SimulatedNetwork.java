package dev.barnabas.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is between the hosts of a {@link Simulation}. Connections behave like TCP: what is sent arrives in order or not
 * at all, a cut is not noticed before something had to be acknowledged for a while, and a connection to a dead machine
 * stays open until somebody sends. Hosts are reached by their names, and by {@code localhost} or {@code 127.0.0.1} from
 * themselves.
 */
public final class SimulatedNetwork {
    private final Simulation simulation;
    private final Dice dice;
    /** In the order in which they were made. */
    private final Map<Ends, Link> links = new LinkedHashMap<>();

    private final List<SimulatedConnection> open = new ArrayList<>();
    private NetworkFaults faults = NetworkFaults.NONE;
    private int connections;

    SimulatedNetwork(Simulation simulation) {
        this.simulation = simulation;
        this.dice = simulation.fork("network");
    }

    /** What goes wrong from now on. Cuts are apart from it. */
    public void faults(NetworkFaults from) {
        if (!from.equals(faults)) {
            simulation.mark("network", from.toString());
        }
        faults = from;
    }

    /** Lets nothing through from the one to the other; the opposite direction stays as it is. */
    public void cutOneWay(SimulatedHost from, SimulatedHost to) {
        Link link = link(from, to);
        simulation.mark("network", "cut " + link);
        link.cut();
    }

    public void cut(SimulatedHost one, SimulatedHost other) {
        cutOneWay(one, other);
        cutOneWay(other, one);
    }

    /** Cuts the host off from all others. */
    public void isolate(SimulatedHost host) {
        simulation.hosts().stream().filter(other -> other != host).forEach(other -> cut(host, other));
    }

    /** Lets everything through again between the host and all others. */
    public void rejoin(SimulatedHost host) {
        simulation.hosts().stream().filter(other -> other != host).forEach(other -> heal(host, other));
    }

    /** Whether something sent now by the one would get to the other: for models of what talks without connections. */
    public boolean reaches(SimulatedHost from, SimulatedHost to) {
        return !link(from, to).isBroken();
    }

    /** How long something takes that the one sends to the other now, if it gets there. */
    public Duration delay(SimulatedHost from, SimulatedHost to) {
        return Duration.ofNanos(link(from, to).delay());
    }

    /** Whether nothing gets from or to the host. */
    boolean isIsolated(SimulatedHost host) {
        return simulation.hosts().size() > 1
                && simulation.hosts().stream()
                        .filter(other -> other != host)
                        .allMatch(other ->
                                link(host, other).isCut() || link(other, host).isCut());
    }

    /** Lets everything through again between the two. */
    public void heal(SimulatedHost one, SimulatedHost other) {
        simulation.mark("network", "heal " + one.name() + " <-> " + other.name());
        link(one, other).heal();
        link(other, one).heal();
    }

    /** Lets everything through again everywhere. */
    public void healAll() {
        simulation.mark("network", "heal everything");
        List.copyOf(links.values()).forEach(Link::heal);
    }

    /** Breaks a connection, if there is one between different hosts. Both ends notice as soon as they can. */
    public void resetOne() {
        open.removeIf(connection -> !connection.isOpen());
        List<SimulatedConnection> remote =
                open.stream().filter(connection -> !connection.isLoopback()).toList();
        if (!remote.isEmpty()) {
            dice.pick(remote).reset("reset by the network");
        }
    }

    /** Ends of connections that are open. */
    public int openEnds() {
        open.removeIf(connection -> !connection.isOpen());
        return open.size();
    }

    Simulation simulation() {
        return simulation;
    }

    Dice dice() {
        return dice;
    }

    NetworkFaults faults() {
        return faults;
    }

    Link link(SimulatedHost from, SimulatedHost to) {
        Ends ends = new Ends(from, to);
        Link known = links.get(ends);
        if (known == null) {
            known = new Link(this, from, to, simulation.fork("link/" + from.name() + " -> " + to.name()));
            links.put(ends, known);
        }
        return known;
    }

    private record Ends(SimulatedHost from, SimulatedHost to) {}

    @Nullable
    SimulatedHost host(String name) {
        return simulation.host(name);
    }

    void poweredOn(SimulatedHost host) {
        List.copyOf(links.values()).stream().filter(link -> link.touches(host)).forEach(Link::passAgain);
    }

    int nextConnection() {
        return ++connections;
    }

    void opened(SimulatedConnection end) {
        if (open.size() > 1_000) {
            open.removeIf(connection -> !connection.isOpen());
        }
        open.add(end);
    }
}
