package dev.barnabas.broker;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.Groups;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.client.Topics;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.Dice;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Share groups in whole clusters, under a seed: first with faults, when nothing that was stored may be lost, then
 * without, when every member has something to read, every partition a member, and everybody agrees on how far it is.
 */
final class ShareGroupSimulationTest {

    private static final Set<Fault.Kind> KINDS = EnumSet.of(
            Fault.Kind.CRASH,
            Fault.Kind.CRASH_IN_TASK,
            Fault.Kind.POWER_LOSS,
            Fault.Kind.POWER_LOSS_IN_TASK,
            Fault.Kind.PAUSE,
            Fault.Kind.CUT,
            Fault.Kind.HALF_CUT,
            Fault.Kind.ISOLATION,
            Fault.Kind.RESET,
            Fault.Kind.BAD_NETWORK,
            Fault.Kind.SLOW_DISK);

    private static final Duration STARTING = Duration.ofMinutes(1);
    private static final Duration FAULTS = Duration.ofSeconds(30);
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    @Test
    void nothingThatWasStoredIsLostWhenOneOfThreeFails() {
        Seeds.check(30, simulation -> run(simulation, 1));
    }

    @Test
    void alsoWhenAllFailAtOnce() {
        Seeds.check(15, simulation -> run(simulation, 3));
    }

    private static void run(Simulation simulation, int mostImpaired) {
        Dice dice = simulation.dice("settings");
        SimulatedCluster cluster = SimulatedCluster.of(
                simulation,
                3,
                "default.replication.factor=3",
                "min.insync.replicas=2",
                "share.coordinator.state.topic.num.partitions=" + (1 + dice.nextInt(3)),
                "share.coordinator.snapshot.update.records.per.snapshot=" + dice.nextInt(20));
        simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        Cluster client = cluster.client("operator");
        Admin admin = new Admin(client);
        Uuid topicId = createTopic(simulation, client, admin);
        // Members ask who coordinates their group, which makes the topic.
        get(simulation, client, () -> admin.describeGroups(List.of(ShareGroupWorkload.GROUP)));
        ShareGroupWorkload workload = new ShareGroupWorkload(simulation, cluster, topicId);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(KINDS, cluster.nodes(), mostImpaired, FAULTS));
        workload.start();
        plan.start();
        simulation.runFor(FAULTS);

        plan.stop();
        simulation.runUntil("all nodes serve again", cluster::isServing, DEADLINE);
        long before = workload.stored();
        simulation.runUntil("states are stored again", () -> workload.stored() > before + 20, DEADLINE);
        simulation.runUntil("every member has something to read", workload::isSettled, DEADLINE);
        Map<TopicPartition, Result<Groups.SharePosition>> told =
                get(simulation, client, () -> admin.shareGroupOffsets(ShareGroupWorkload.GROUP));
        for (int partition = 0; partition < ShareGroupWorkload.PARTITIONS; partition++) {
            Groups.SharePosition position = Optional.ofNullable(
                            told.get(new TopicPartition(ShareGroupWorkload.TOPIC, partition)))
                    .orElseThrow()
                    .orThrow();
            if (position.startOffset() < 0) {
                throw simulation.failure("partition " + partition + " has no start", null);
            }
        }
        workload.finding().ifPresent(finding -> {
            throw simulation.failure(finding, null);
        });
    }

    private static Uuid createTopic(Simulation simulation, Cluster client, Admin admin) {
        Topics.New wish = Topics.New.of(ShareGroupWorkload.TOPIC, ShareGroupWorkload.PARTITIONS, 3);
        return Optional.ofNullable(get(simulation, client, () -> admin.createTopics(List.of(wish)))
                        .get(ShareGroupWorkload.TOPIC))
                .orElseThrow()
                .orThrow()
                .id();
    }

    private static <T> T get(Simulation simulation, Cluster client, Supplier<Eventual<T>> operation) {
        AtomicReference<Eventual<T>> eventual = new AtomicReference<>();
        client.loop().execute(() -> eventual.set(operation.get()));
        simulation.runUntil(
                "the operation is done",
                () -> eventual.get() != null && eventual.get().isSettled(),
                DEADLINE);
        return Optional.ofNullable(eventual.get())
                .flatMap(Eventual::result)
                .orElseThrow()
                .orThrow();
    }
}
