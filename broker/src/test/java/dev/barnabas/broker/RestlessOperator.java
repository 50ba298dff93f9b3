package dev.barnabas.broker;

import dev.barnabas.metadata.AlterReassignments;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.ElectLeaders;
import dev.barnabas.metadata.Topic;
import dev.barnabas.metadata.Wish;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who cannot leave a cluster alone: moves partitions to other brokers, changes his mind meanwhile, has
 * preferred leaders elected, and stops and starts nodes in order.
 */
final class RestlessOperator {

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Dice dice;
    private boolean stopped;
    private int granted;
    private int stopping;

    RestlessOperator(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.dice = simulation.dice("operator");
    }

    void start() {
        simulation.later(dice.between(Duration.ofMillis(100), Duration.ofSeconds(5)), this::act);
    }

    void stop() {
        stopped = true;
    }

    /** Whether every node that it has stopped is started again. */
    boolean isDone() {
        return stopping == 0;
    }

    /** How many partitions were given other replicas. */
    int reassigned() {
        return granted;
    }

    private void act() {
        if (stopped) {
            return;
        }
        switch (dice.nextInt(4)) {
            case 0, 1 -> reassign();
            case 2 -> submit(new ElectLeaders(ElectLeaders.Type.PREFERRED, null));
            default -> stopOne();
        }
        start();
    }

    private void reassign() {
        SimulatedHost node = dice.pick(cluster.nodes());
        Optional<Broker> broker = node.isUp() ? cluster.broker(node) : Optional.empty();
        if (broker.isEmpty()) {
            return;
        }
        ClusterImage image = broker.get().parts().node().image();
        List<Topic> topics = image.topics().stream()
                .sorted((one, other) -> one.name().compareTo(other.name()))
                .toList();
        if (topics.isEmpty()) {
            return;
        }
        Topic topic = dice.pick(topics);
        int index = dice.nextInt(topic.partitions().size());
        int factor = topic.partitions().get(index).replicas().size();
        List<Integer> brokers = new ArrayList<>(dice.shuffled(image.brokers().keySet()));
        List<Integer> chosen = dice.chance(0.2)
                ? null
                : brokers.subList(0, Math.min(brokers.size(), Math.max(1, Math.min(factor, 3))));
        submit(new AlterReassignments(List.of(new AlterReassignments.Wanted(topic.name(), index, chosen)), true));
        granted++;
    }

    /** Asks whoever leads; nobody may. */
    private void submit(Wish<?> wish) {
        for (SimulatedHost node : cluster.nodes()) {
            if (node.isUp() && !node.isPaused()) {
                cluster.broker(node).ifPresent(broker -> ask(broker, wish));
            }
        }
    }

    private static <A> void ask(Broker broker, Wish<A> wish) {
        ClusterMetadata metadata = broker.parts().metadata();
        metadata.submit(wish, broker.parts().node().share(0).loop(), answer -> {});
    }

    /** A rolling restart, one node at a time, as far as nothing else is down. */
    private void stopOne() {
        boolean whole = cluster.nodes().stream().allMatch(node -> node.isUp() && !node.isPaused());
        if (!whole || !cluster.isServing()) {
            return;
        }
        SimulatedHost node = dice.pick(cluster.nodes());
        int life = node.lives();
        cluster.broker(node).ifPresent(broker -> {
            stopping++;
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
            stopping--;
            if (!node.isUp()) {
                node.restart();
            }
        });
    }
}
