package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.barnabas.client.Admin;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.client.Topics;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import dev.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import dev.barnabas.simulation.Fault;
import dev.barnabas.simulation.FaultPlan;
import dev.barnabas.simulation.Seeds;
import dev.barnabas.simulation.Simulation;
import dev.barnabas.simulation.SimulationFailure;
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
 * A queue in a cluster under a seed: first with faults, when nothing may be accepted twice and the order of keys must
 * hold, then without, when everything must be accepted in the end.
 */
final class ShareQueueSimulationTest {

    private static final Set<Fault.Kind> KINDS = EnumSet.of(
            Fault.Kind.CRASH,
            Fault.Kind.CRASH_IN_TASK,
            Fault.Kind.POWER_LOSS,
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
    void everyRecordIsAcceptedOnce() {
        Seeds.check(15, simulation -> run(simulation, "none", false, 1));
    }

    @Test
    void recordsOfAKeyAreFinishedInOrder() {
        Seeds.check(15, simulation -> run(simulation, "strict_key", true, 1));
    }

    @Test
    void alsoWhenAllFailAtOnce() {
        Seeds.check(8, simulation -> run(simulation, "strict_key", true, 3));
    }

    @Test
    void anOrderThatIsNotKeptIsFound() {
        assertThatThrownBy(() -> Seeds.check(5, simulation -> run(simulation, "none", true, 1)))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("was given out before");
    }

    private static void run(Simulation simulation, String order, boolean keepsOrder, int mostImpaired) {
        SimulatedCluster cluster = SimulatedCluster.of(
                simulation,
                3,
                "default.replication.factor=3",
                "min.insync.replicas=2",
                "share.coordinator.state.topic.num.partitions=2",
                "group.share.max.delivery.count.limit=25");
        simulation.runUntil("all nodes serve", cluster::isServing, STARTING);
        Cluster client = cluster.client("operator");
        Admin admin = new Admin(client);
        Uuid topicId = createTopic(simulation, client, admin);
        setGroup(simulation, cluster, order);
        get(simulation, client, () -> admin.describeGroups(List.of(ShareQueueWorkload.GROUP)));
        get(
                simulation,
                client,
                () -> admin.alterShareGroupOffsets(
                        ShareQueueWorkload.GROUP, Map.of(new TopicPartition(ShareQueueWorkload.TOPIC, 0), 0L)));
        ShareQueueWorkload workload = new ShareQueueWorkload(simulation, cluster, topicId, keepsOrder);
        FaultPlan plan = FaultPlan.draw(simulation, new FaultPlan.Limits(KINDS, cluster.nodes(), mostImpaired, FAULTS));
        workload.start();
        plan.start();
        simulation.runFor(FAULTS);

        plan.stop();
        simulation.runUntil("all nodes serve again", cluster::isServing, DEADLINE);
        int before = workload.acceptedCount();
        simulation.runUntil("records are accepted again", () -> workload.acceptedCount() > before + 20, DEADLINE);
        workload.stopProducing();
        simulation.runUntil("everything is accepted", workload::isDone, DEADLINE);
        workload.finding().ifPresent(finding -> {
            throw simulation.failure(finding, null);
        });
    }

    private static void setGroup(Simulation simulation, SimulatedCluster cluster, String order) {
        List<Endpoint> nodes = cluster.nodes().stream()
                .map(node -> new Endpoint(node.name(), 9092))
                .toList();
        WanderingPeer peer = new WanderingPeer(simulation, "configurer", nodes);
        IncrementalAlterConfigsRequest request = IncrementalAlterConfigsRequest.builder()
                .resources(List.of(new IncrementalAlterConfigsRequest.AlterConfigsResource(
                        ConfigTypes.GROUP,
                        ShareQueueWorkload.GROUP,
                        List.of(
                                new IncrementalAlterConfigsRequest.AlterableConfig(
                                        "barnabas.share.order", (byte) 0, order),
                                new IncrementalAlterConfigsRequest.AlterableConfig(
                                        "share.delivery.count.limit", (byte) 0, "25")))))
                .build();
        AtomicReference<IncrementalAlterConfigsResponse> answer = new AtomicReference<>();
        peer.loop().execute(() -> peer.ask(request, 1, IncrementalAlterConfigsResponse.class, answer::set, () -> {}));
        simulation.runUntil("the group has its settings", () -> answer.get() != null, STARTING);
        IncrementalAlterConfigsResponse told = Optional.ofNullable(answer.get()).orElseThrow();
        if (told.responses().getFirst().errorCode() != 0) {
            throw simulation.failure("the settings are refused: " + told, null);
        }
    }

    private static Uuid createTopic(Simulation simulation, Cluster client, Admin admin) {
        Topics.New wish = Topics.New.of(ShareQueueWorkload.TOPIC, 1, 3);
        return Optional.ofNullable(get(simulation, client, () -> admin.createTopics(List.of(wish)))
                        .get(ShareQueueWorkload.TOPIC))
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
