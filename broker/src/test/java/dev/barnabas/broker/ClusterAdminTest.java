package dev.barnabas.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.client.Admin;
import dev.barnabas.client.ClientError;
import dev.barnabas.client.Cluster;
import dev.barnabas.client.ClusterView;
import dev.barnabas.client.Configs;
import dev.barnabas.client.DrainPlan;
import dev.barnabas.client.Eventual;
import dev.barnabas.client.MetadataQuorum;
import dev.barnabas.client.Replicas;
import dev.barnabas.client.Result;
import dev.barnabas.client.TopicPartition;
import dev.barnabas.client.Topics;
import dev.barnabas.host.Endpoint;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.simulation.SimulatedHost;
import dev.barnabas.simulation.Simulation;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What operators do with a cluster of three nodes, through whichever broker answers. */
final class ClusterAdminTest {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final TopicPartition FIRST = new TopicPartition("t", 0);

    private final Simulation simulation = new Simulation(7);
    private final SimulatedCluster cluster = SimulatedCluster.of(
            simulation,
            3,
            "default.replication.factor=3",
            "min.insync.replicas=2",
            "broker.rack=r{id}",
            "leader.imbalance.check.interval.seconds=60");
    private final Cluster client = cluster.client("operator");
    private final Admin admin = new Admin(client);

    ClusterAdminTest() {
        simulation.runUntil("all nodes serve", cluster::isServing, LIMIT);
    }

    private <T> Result<T> result(Supplier<Eventual<T>> operation) {
        AtomicReference<Eventual<T>> eventual = new AtomicReference<>();
        client.loop().execute(() -> eventual.set(operation.get()));
        simulation.runUntil(
                "the operation is done",
                () -> eventual.get() != null && eventual.get().isSettled(),
                LIMIT);
        return Optional.ofNullable(eventual.get()).flatMap(Eventual::result).orElseThrow();
    }

    private <T> T get(Supplier<Eventual<T>> operation) {
        return result(operation).orThrow();
    }

    /** @param result null if there is none for what was asked about */
    private static ErrorCode refusal(@Nullable Result<?> result) {
        return switch (requireNonNull(result)) {
            case Result.Success<?> _ -> ErrorCode.NONE;
            case Result.Failure<?>(ClientError.Refused(ErrorCode code, String _)) -> code;
            case Result.Failure<?>(ClientError error) -> throw new AssertionError(error);
        };
    }

    private void create(int partitions, int factor) {
        get(() -> admin.createTopics(List.of(Topics.New.of("t", partitions, factor))))
                .values()
                .forEach(Result::orThrow);
    }

    private void create(Map<Integer, List<Integer>> replicas) {
        get(() -> admin.createTopics(List.of(new Topics.New("t", -1, -1, replicas, Map.of()))))
                .values()
                .forEach(Result::orThrow);
    }

    private List<Replicas.State> states() {
        return get(() -> admin.describeReplicas("t"));
    }

    private void await(String what, Predicate<List<Replicas.State>> condition) {
        for (int attempt = 0; attempt < 600; attempt++) {
            if (condition.test(states())) {
                return;
            }
            simulation.runFor(Duration.ofMillis(500));
        }
        throw simulation.failure(what + " did not happen: " + states(), null);
    }

    @Test
    void replicasOfNewTopicsAreSpreadOverBrokersAndRacks() {
        create(12, 3);

        List<Replicas.State> states = states();

        assertThat(states).hasSize(12).allSatisfy(state -> {
            assertThat(state.replicas()).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(state.inSync()).hasSameElementsAs(state.replicas());
        });
        Map<Integer, Integer> leaders = new HashMap<>();
        states.forEach(state -> leaders.merge(state.leader(), 1, Integer::sum));
        assertThat(leaders).containsEntry(1, 4).containsEntry(2, 4).containsEntry(3, 4);
        assertThat(get(admin::describeCluster).brokers())
                .extracting(broker -> broker.broker().rack())
                .containsExactly("r1", "r2", "r3");
    }

    @Test
    void aReassignedPartitionLeavesOneBrokerForAnother() {
        create(Map.of(0, List.of(1, 2, 3)));
        cluster.add(4);
        simulation.runUntil("the fourth node serves", cluster::isServing, LIMIT);

        assertThat(get(() -> admin.alterReassignments(Map.of(FIRST, Optional.of(List.of(4, 2, 3))), false)))
                .allSatisfy((partition, result) -> assertThat(result).isInstanceOf(Result.Success.class));

        await("the reassignment", states -> states.getFirst().replicas().equals(List.of(4, 2, 3)));
        assertThat(get(admin::listReassignments)).isEmpty();
        assertThat(states().getFirst().inSync()).containsExactlyInAnyOrder(2, 3, 4);
    }

    @Test
    void aReassignmentThatCannotGoOnIsListedAndCanBeCancelled() {
        create(Map.of(0, List.of(1, 2)));
        cluster.nodes().get(2).crash();
        assertThat(get(() -> admin.alterReassignments(Map.of(FIRST, Optional.of(List.of(1, 3))), false))
                        .get(FIRST))
                .isInstanceOf(Result.Success.class);

        assertThat(get(admin::listReassignments))
                .containsEntry(FIRST, new Replicas.Reassignment(List.of(1, 3, 2), List.of(3), List.of(2)));
        get(() -> admin.alterReassignments(Map.of(FIRST, Optional.empty()), true));

        assertThat(get(admin::listReassignments)).isEmpty();
        assertThat(states().getFirst().replicas()).containsExactly(1, 2);
        assertThat(refusal(get(() -> admin.alterReassignments(Map.of(FIRST, Optional.empty()), true))
                        .get(FIRST)))
                .isEqualTo(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    }

    @Test
    void eachPartitionOfAReassignmentHasItsOwnResult() {
        create(Map.of(0, List.of(1, 2)));
        TopicPartition absent = new TopicPartition("t", 7);

        Map<TopicPartition, Result<dev.barnabas.client.Done>> results = get(() -> admin.alterReassignments(
                Map.of(FIRST, Optional.of(List.of(1, 2, 3)), absent, Optional.of(List.of(1))), false));

        assertThat(refusal(results.get(FIRST))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(refusal(results.get(absent))).isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aBrokerThatIsBackLeadsAgainWhenThatIsAskedFor() {
        create(Map.of(0, List.of(1, 2, 3)));
        SimulatedHost first = cluster.nodes().getFirst();
        first.crash();
        await("another leader", states -> states.getFirst().leader() > 1);
        first.restart();
        simulation.runUntil("it serves again", cluster::isServing, LIMIT);
        await("it is in sync again", states -> states.getFirst().inSync().contains(1));
        // Unless the controller has done it by itself meanwhile.
        boolean needed = states().getFirst().leader() != 1;

        Result<dev.barnabas.client.Done> elected = get(() ->
                        admin.electLeaders(Replicas.Election.PREFERRED, List.of(FIRST)))
                .get(FIRST);

        assertThat(refusal(elected)).isEqualTo(needed ? ErrorCode.NONE : ErrorCode.ELECTION_NOT_NEEDED);
        await("it leads again", states -> states.getFirst().leader() == 1);
        assertThat(get(() -> admin.electLeaders(Replicas.Election.PREFERRED, null)))
                .isEmpty();
    }

    @Test
    void partitionsGoBackToTheirPreferredLeadersByThemselves() {
        create(6, 3);
        SimulatedHost first = cluster.nodes().getFirst();
        first.crash();
        await("other leaders", states -> states.stream().noneMatch(state -> state.leader() == 1));

        first.restart();

        await(
                "balance",
                states -> states.stream()
                        .allMatch(state -> state.leader() == state.replicas().getFirst()));
    }

    @Test
    void aBrokerThatIsGoneForGoodIsUnregistered() {
        create(Map.of(0, List.of(1, 2)));
        cluster.nodes().get(2).crash();
        simulation.runFor(Duration.ofSeconds(30));
        assertThat(get(admin::describeCluster).brokers())
                .extracting(Admin.DescribedBroker::fenced)
                .containsExactly(false, false, true);

        get(() -> admin.unregisterBroker(3));

        assertThat(get(admin::describeCluster).brokers())
                .extracting(broker -> broker.broker().id())
                .containsExactly(1, 2);
        assertThat(refusal(result(() -> admin.unregisterBroker(3)))).isEqualTo(ErrorCode.BROKER_ID_NOT_REGISTERED);
    }

    @Test
    void settingsAndLogLevelsAreAlteredThroughEveryBroker() {
        for (int id = 1; id <= 3; id++) {
            Configs.Resource settings = Configs.Resource.broker(id);
            Configs.Resource loggers = new Configs.Resource(Configs.Kind.BROKER_LOGGER, Integer.toString(id));

            assertThat(alter(settings, new Configs.Change.Set("log.retention.ms", "1000")))
                    .isEqualTo(ErrorCode.NONE);
            // The nodes of a simulation have no loggers; the controller would have said that it is not the one that is
            // meant.
            assertThat(alter(loggers, new Configs.Change.Set("dev.barnabas", "DEBUG")))
                    .isEqualTo(ErrorCode.INVALID_CONFIG);
        }
    }

    private ErrorCode alter(Configs.Resource resource, Configs.Change change) {
        return refusal(get(() -> admin.alterConfigs(Map.of(resource, List.of(change)), false))
                .get(resource));
    }

    @Test
    void theQuorumIsDescribedByItsLeader() {
        MetadataQuorum quorum = get(admin::describeQuorum);

        assertThat(quorum.leader()).isEqualTo(get(admin::describeCluster).controllerId());
        assertThat(quorum.voters()).extracting(MetadataQuorum.Member::nodeId).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(quorum.voters())
                .allSatisfy(voter -> assertThat(voter.logEndOffset()).isPositive());
        assertThat(quorum.highWatermark()).isPositive();
    }

    @Test
    void anObserverBecomesAVoterAndAVoterAnObserver() {
        cluster.add(4);
        simulation.runUntil("the fourth node serves", cluster::isServing, LIMIT);
        MetadataQuorum.Member observer = get(admin::describeQuorum).observers().getFirst();
        assertThat(observer.nodeId()).isEqualTo(4);

        get(() -> admin.addVoter(
                new MetadataQuorum.NewVoter(4, observer.directoryId(), "CONTROLLER", new Endpoint("node4", 9093))));

        assertThat(get(admin::describeQuorum).voters())
                .extracting(MetadataQuorum.Member::nodeId)
                .containsExactlyInAnyOrder(1, 2, 3, 4);
        get(() -> admin.removeVoter(4, observer.directoryId()));
        assertThat(get(admin::describeQuorum).voters())
                .extracting(MetadataQuorum.Member::nodeId)
                .containsExactlyInAnyOrder(1, 2, 3);
        assertThat(refusal(result(() -> admin.addVoter(
                        new MetadataQuorum.NewVoter(5, new Uuid(5, 5), "ELSEWHERE", new Endpoint("node5", 9093))))))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void aBrokerIsDrainedInPortions() {
        create(12, 2);
        cluster.add(4);
        simulation.runUntil("the fourth node serves", cluster::isServing, LIMIT);
        int portions = 0;
        while (true) {
            ClusterView view = get(admin::view);
            Set<TopicPartition> moving =
                    new HashSet<>(get(admin::listReassignments).keySet());
            DrainPlan plan = DrainPlan.next(view, Set.of(2), moving, 3);
            if (plan.isDone()) {
                break;
            }
            if (!plan.moves().isEmpty()) {
                Map<TopicPartition, Optional<List<Integer>>> targets = new HashMap<>();
                plan.moves().forEach(move -> targets.put(move.partition(), Optional.of(move.replicas())));
                get(() -> admin.alterReassignments(targets, false)).values().forEach(Result::orThrow);
                portions++;
            }
            simulation.runFor(Duration.ofMillis(500));
        }

        assertThat(portions).isPositive();
        assertThat(states())
                .allSatisfy(state -> assertThat(state.inSync()).hasSize(2).doesNotContain(2));
    }
}
