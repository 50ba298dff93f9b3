package dev.barnabas.broker;

import dev.barnabas.client.Admin;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.DrainPlan;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.host.Loop;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who cannot leave a cluster alone: moves partitions to other brokers and changes his mind meanwhile, drains a
 * broker, has preferred leaders elected, and stops and starts nodes. Talks to the cluster as a client does.
 */
final class RestlessOperator {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final Restarts restarts;
    private final Admin admin;
    private final Loop loop;
    private final Dice dice;
    private boolean stopped;
    private @Nullable Integer draining;
    private int fewestReplicas = 1;
    private int granted;
    private int drained;

    RestlessOperator(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
        this.dice = simulation.dice("operator");
        this.restarts = new Restarts(simulation, cluster, dice);
        dev.barnabas.client.Cluster client = cluster.client("operator");
        this.admin = new Admin(client);
        this.loop = client.loop();
    }

    void start() {
        later(dice.between(Duration.ofMillis(100), Duration.ofSeconds(5)), this::act);
    }

    /** Leaves no partition with a single replica, which nobody could replace if its disk were lost, or rotted. */
    void keepCopies() {
        fewestReplicas = 2;
    }

    /** Begins nothing new. */
    void stop() {
        stopped = true;
        restarts.stop();
    }

    /** Whether every node that it has stopped is started again. */
    boolean isDone() {
        return restarts.isDone();
    }

    /** How many partitions were given other replicas. */
    int reassigned() {
        return granted;
    }

    /** How many brokers were emptied to the end. */
    int drained() {
        return drained;
    }

    private void later(Duration delay, Runnable task) {
        simulation.later(delay, () -> {
            if (!stopped) {
                loop.execute(task);
            }
        });
    }

    private void act() {
        switch (dice.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> look(this::reassign);
            case 5, 6 -> admin.electLeaders(Replicas.Election.PREFERRED, null);
            case 7 -> startDraining();
            case 8 -> restarts.rolling();
            case 9 -> restarts.all();
            default -> restarts.one();
        }
        start();
    }

    private void look(Consumer<ClusterView> then) {
        admin.view().then(result -> {
            if (result instanceof Result.Success<ClusterView>(ClusterView view)) {
                then.accept(view);
            }
        });
    }

    private void reassign(ClusterView view) {
        List<ClusterView.Topic> topics = List.copyOf(view.topics().values());
        if (topics.isEmpty()) {
            return;
        }
        ClusterView.Topic topic = dice.pick(topics);
        ClusterView.Partition partition = dice.pick(topic.partitions());
        int factor = partition.replicas().size();
        List<Integer> brokers = new ArrayList<>(dice.shuffled(view.brokers().keySet()));
        if (brokers.size() < fewestReplicas) {
            return;
        }
        Optional<List<Integer>> chosen = dice.chance(0.2)
                ? Optional.empty()
                : Optional.of(brokers.subList(0, Math.min(brokers.size(), Math.min(factor, 3))));
        admin.alterReassignments(Map.of(new TopicPartition(topic.name(), partition.index()), chosen), true);
        granted++;
    }

    /** One broker at a time, as the command does it: portion by portion, each with a new look. */
    private void startDraining() {
        if (draining == null) {
            int id = dice.pick(List.copyOf(cluster.ids()));
            draining = id;
            simulation.note("operator", "drains node " + id);
            // Some lose patience.
            later(dice.between(Duration.ofSeconds(5), Duration.ofSeconds(30)), () -> draining = null);
            drain(id);
        }
    }

    private void drain(int id) {
        if (draining == null || draining != id) {
            return;
        }
        admin.listReassignments().then(listed -> {
            if (listed instanceof Result.Success<Map<TopicPartition, Replicas.Reassignment>>(var moving)) {
                look(view -> moveOff(id, view, moving.keySet()));
            }
        });
        later(LOOK_AGAIN, () -> drain(id));
    }

    private void moveOff(int id, ClusterView view, Set<TopicPartition> moving) {
        DrainPlan plan = DrainPlan.next(view, Set.of(id), moving, 3);
        if (plan.isDone() && draining != null) {
            simulation.note("operator", "node " + id + " is drained");
            drained++;
            draining = null;
        }
        plan.moves()
                .forEach(move ->
                        admin.alterReassignments(Map.of(move.partition(), Optional.of(move.replicas())), false));
    }
}
