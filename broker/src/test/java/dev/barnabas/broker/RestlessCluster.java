package dev.barnabas.broker;

import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.Scenario;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Three to seven nodes with random settings and an operator, and whatever can go wrong with a minority at a time. What
 * was synced may be destroyed on one node only.
 */
public final class RestlessCluster implements Scenario {

    private static final double ROT = 0.3;
    /** How long a checkpoint takes that is due, at most: disks are slow. */
    private static final Duration WRITING = Duration.ofSeconds(5);

    @Override
    public void run(Simulation simulation) {
        Dice dice = simulation.dice("settings");
        SmallSettings drawn = SmallSettings.draw(dice);
        List<String> settings = new ArrayList<>(drawn.settings());
        Dice more = simulation.dice("more settings");
        Duration checkpoints = Duration.ofMillis(more.magnitude(50, 2_000));
        settings.add("log.flush.offset.checkpoint.interval.ms=" + checkpoints.toMillis());
        Set<Fault.Kind> kinds = EnumSet.allOf(Fault.Kind.class);
        boolean rots = dice.chance(ROT);
        if (rots) {
            // What is in memory does not rot, and is not looked at twice: so nothing is.
            settings.add("barnabas.hot.bytes=0");
        } else {
            kinds.remove(Fault.Kind.BIT_ROT);
        }
        SimulatedCluster cluster = SimulatedCluster.of(simulation, drawn.nodes(), settings.toArray(String[]::new));
        if (!rots) {
            cluster.nodes().forEach(node -> node.cached(dice.nextDouble()));
        }
        new ClusterRun(simulation, cluster)
                .withOperator()
                .withRotAfter(checkpoints.plus(WRITING))
                .play(kinds, (drawn.nodes() - 1) / 2);
    }
}
