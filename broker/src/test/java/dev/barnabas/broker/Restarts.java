package dev.barnabas.broker;

import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.List;

/** Nodes that are stopped on purpose and started again: one, one after the other, or all at once without a word. */
final class Restarts {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Dice dice;
    private boolean rolling;
    private boolean stopped;
    private int down;

    Restarts(Simulation simulation, SimulatedCluster cluster, Dice dice) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.dice = dice;
    }

    void stop() {
        stopped = true;
    }

    /** Whether all are started again. */
    boolean isDone() {
        return down == 0;
    }

    /** Stops one in order, if nothing else is down. */
    void one() {
        if (isWhole()) {
            stopInOrder(dice.pick(cluster.nodes()));
        }
    }

    /** Stops each in order, the next one when all serve again. */
    void rolling() {
        if (!rolling) {
            rolling = true;
            simulation.note("operator", "rolling restart");
            rollOn(dice.shuffled(cluster.nodes()));
        }
    }

    private void rollOn(List<SimulatedHost> left) {
        if (stopped || left.isEmpty()) {
            rolling = false;
            return;
        }
        boolean next = isWhole();
        if (next) {
            stopInOrder(left.getFirst());
        }
        simulation.later(LOOK_AGAIN, () -> rollOn(next ? left.subList(1, left.size()) : left));
    }

    /** A power cut of the whole building, or somebody who kills all processes. */
    void all() {
        boolean power = dice.chance(0.5);
        for (SimulatedHost node : cluster.nodes()) {
            if (power) {
                node.powerLoss();
            } else {
                node.crash();
            }
            down++;
            startAgain(node, node.lives());
        }
    }

    private boolean isWhole() {
        return cluster.nodes().stream().allMatch(node -> node.isUp() && !node.isPaused()) && cluster.isServing();
    }

    private void stopInOrder(SimulatedHost node) {
        int life = node.lives();
        cluster.broker(node).ifPresent(broker -> {
            down++;
            broker.stop(() -> simulation.later(Duration.ofMillis(1), () -> {
                if (node.isUp() && node.lives() == life) {
                    simulation.note(node.name(), "stopped in order");
                    node.crash();
                }
            }));
            startAgain(node, life);
        });
    }

    /** When it has stopped, for whatever reason; a fault may have been faster. */
    private void startAgain(SimulatedHost node, int life) {
        simulation.later(dice.between(Duration.ofMillis(100), Duration.ofSeconds(5)), () -> {
            if (node.isUp() && node.lives() == life) {
                startAgain(node, life);
                return;
            }
            down--;
            if (!node.isUp() && node.lives() == life) {
                node.startAgain();
            }
        });
    }
}
