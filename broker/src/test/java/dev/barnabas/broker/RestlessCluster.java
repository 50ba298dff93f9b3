package dev.barnabas.broker;

import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.Simulation;
import java.util.EnumSet;
import java.util.Set;

/**
 * Three to seven nodes with random settings and an operator, and whatever can go wrong with a minority at a time. What
 * was synced may be destroyed on one node only.
 */
public final class RestlessCluster implements Scenario {

    private static final double ROT = 0.3;

    @Override
    public void run(Simulation simulation) {
        Dice dice = simulation.dice("settings");
        SmallSettings drawn = SmallSettings.draw(dice);
        SimulatedCluster cluster =
                SimulatedCluster.of(simulation, drawn.nodes(), drawn.settings().toArray(String[]::new));
        Set<Fault.Kind> kinds = EnumSet.allOf(Fault.Kind.class);
        if (!dice.chance(ROT)) {
            kinds.remove(Fault.Kind.BIT_ROT);
            // What is in memory does not rot, and is not looked at twice.
            cluster.nodes().forEach(node -> node.cached(dice.nextDouble()));
        }
        new ClusterRun(simulation, cluster).withOperator().play(kinds, (drawn.nodes() - 1) / 2);
    }
}
