package dev.barnabas.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.simulation.Fault.Kind;
import dev.barnabas.simulation.TinyLog.Bug;
import dev.barnabas.simulation.history.Checks;
import dev.barnabas.simulation.history.Finding;
import dev.barnabas.simulation.history.History;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How a run is put together: a server and clients under faults; then no faults, and everything has to come to its end;
 * then the history is checked.
 */
public final class TinyLogScenario implements Scenario {
    /** Without bit rot, which one node alone cannot survive. */
    static final Set<Kind> KINDS = EnumSet.complementOf(EnumSet.copyOf(Kind.DESTRUCTIVE));

    private static final Duration FAULTS = Duration.ofSeconds(20);
    private static final Duration RECOVERY = Duration.ofMinutes(2);

    @Override
    public void run(Simulation simulation) {
        assertThat(run(simulation, KINDS, EnumSet.noneOf(Bug.class))).isEmpty();
    }

    static List<Finding> run(Simulation simulation, Set<Kind> kinds, Set<Bug> bugs) {
        History history = new History();
        SimulatedHost server = simulation.addHost("server", 2);
        SimulatedHost client = simulation.addHost("client", 1);
        server.run(host -> TinyLog.start(host, bugs));
        List<TinyClient.Producer> producers = List.of(
                new TinyClient.Producer(client, "p1", "server", history, 110),
                new TinyClient.Producer(client, "p2", "server", history, 110));
        producers.forEach(TinyClient::connect);
        new TinyClient.Reader(client, "tail", "server", history, false).connect();

        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(kinds, List.of(server), 1, FAULTS));
        plan.start();
        simulation.runFor(FAULTS);

        plan.stop();
        simulation.runUntil(
                "all is acknowledged", () -> producers.stream().allMatch(TinyClient.Producer::isDone), RECOVERY);
        TinyClient.Reader last = new TinyClient.Reader(client, "last", "server", history, true);
        last.connect();
        simulation.runUntil("all is read", last::isDone, RECOVERY);
        return Checks.all(history);
    }
}
