package dev.barnabas.metadata;

import static dev.barnabas.protocol.ErrorCode.BROKER_ID_NOT_REGISTERED;
import static dev.barnabas.protocol.ErrorCode.DUPLICATE_BROKER_REGISTRATION;
import static dev.barnabas.protocol.ErrorCode.STALE_BROKER_EPOCH;
import static dev.barnabas.protocol.ErrorCode.UNSUPPORTED_VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.BrokerHeartbeat.State;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Brokers come, are let in, fenced and go, and their partitions follow. */
final class BrokerLifecycleTest {

    private static final Uuid DIRECTORY = new Uuid(7, 1);
    private static final Uuid OTHER_DIRECTORY = new Uuid(7, 2);
    private static final Map<String, String> TWO_IN_SYNC = Map.of("min.insync.replicas", "2");
    private static final Map<String, String> AFTER_WRITE = Map.of("barnabas.durability", "after-write");

    private final Given given = Given.brokers(3);

    private Partition partition() {
        return given.partition("t", 0);
    }

    private static Broker startIn(Given cluster, int id, long incarnation, long previousEpoch, Uuid... directories) {
        cluster.grant(Given.registration(id, incarnation, previousEpoch, directories));
        return cluster.letIn(id);
    }

    @Test
    void aNewBrokerIsFencedUntilItAsksToBeLetInAndKnowsOfItsRegistration() {
        Given one = Given.brokers(0);

        Broker broker = one.grant(Given.registration(1, 1));

        assertThat(broker.fenced()).isTrue();
        BrokerHeartbeat behind =
                new BrokerHeartbeat(1, broker.epoch(), broker.epoch() - 1, false, false, List.of(), List.of());
        assertThat(one.changesNothing(behind)).isTrue();
        assertThat(one.grant(behind)).isEqualTo(new State(false, true, false));
        assertThat(one.grant(one.heartbeat(1, false))).isEqualTo(new State(true, false, false));
        assertThat(one.broker(1).isServing()).isTrue();
        assertThat(one.changesNothing(one.heartbeat(1, false))).isTrue();
    }

    @Test
    void heartbeatsOfOtherRegistrationsAreRefused() {
        long epoch = given.broker(1).epoch();

        assertThat(given.error(new BrokerHeartbeat(1, epoch - 1, 0, false, false, List.of(), List.of())))
                .isEqualTo(STALE_BROKER_EPOCH);
        assertThat(given.error(new BrokerHeartbeat(9, epoch, 0, false, false, List.of(), List.of())))
                .isEqualTo(BROKER_ID_NOT_REGISTERED);
        assertThat(given.error(new FenceBroker(1, epoch - 1))).isEqualTo(STALE_BROKER_EPOCH);
        assertThat(given.error(new UnregisterBroker(9))).isEqualTo(BROKER_ID_NOT_REGISTERED);
    }

    @Test
    void whenALeaderIsFencedAnotherInSyncReplicaLeads() {
        given.topicOn("t", TWO_IN_SYNC, 1, 2, 3);

        given.fence(1);

        assertThat(partition()).isEqualTo(Partition.of(List.of(1, 2, 3), List.of(2, 3), 2, 1, 1));
        assertThat(given.changesNothing(new FenceBroker(1, given.broker(1).epoch())))
                .isTrue();
    }

    @Test
    void whoLeavesWhenTooFewAreInSyncStaysEligible() {
        given.topicOn("t", TWO_IN_SYNC, 1, 2, 3);

        given.fence(1);
        given.fence(2);
        assertThat(partition().inSyncReplicas()).containsExactly(3);
        assertThat(partition().eligibleLeaders()).containsExactly(2);
        given.fence(3);

        assertThat(partition().inSyncReplicas()).isEmpty();
        assertThat(partition().eligibleLeaders()).containsExactlyInAnyOrder(2, 3);
        assertThat(partition().leader()).isEqualTo(Partition.NO_LEADER);
        assertThat(partition().leaderEpoch()).isEqualTo(3);
    }

    @Test
    void onlyAnEligibleReplicaLeadsAgain() {
        given.topicOn("t", TWO_IN_SYNC, 1, 2, 3);
        for (int id = 1; id <= 3; id++) {
            given.fence(id);
        }

        given.letIn(1);
        assertThat(partition().hasLeader()).isFalse();
        given.letIn(2);

        assertThat(partition().leader()).isEqualTo(2);
        assertThat(partition().inSyncReplicas()).containsExactly(2);
        assertThat(partition().eligibleLeaders()).containsExactly(3);
        assertThat(partition().leaderRecovering()).isFalse();
    }

    @Test
    void aLoneBrokerLeadsAgainInANewTermAfterEveryStart() {
        given.topicOn("t", Map.of(), 1);
        int term = partition().leaderEpoch();
        given.fence(1);

        startIn(given, 1, 11, -1);

        assertThat(partition().leader()).isEqualTo(1);
        assertThat(partition().leaderEpoch()).isGreaterThan(term);
        assertThat(partition().eligibleLeaders()).isEmpty();
    }

    @Test
    void anotherProcessOfTheSameIdWaitsUntilTheFirstIsFenced() {
        RegisterBroker other = Given.registration(1, 11, -1, DIRECTORY);

        assertThat(given.error(other)).isEqualTo(DUPLICATE_BROKER_REGISTRATION);
        given.fence(1);

        assertThat(given.grant(other).epoch()).isEqualTo(given.broker(1).epoch());
    }

    @Test
    void aProcessThatHasTheDirectoryOfTheRegisteredOneIsItsSuccessor() {
        given.fence(1);
        Broker first = startIn(given, 1, 11, -1, DIRECTORY, OTHER_DIRECTORY);
        given.topicOn("t", Map.of(), 1, 2);

        Broker second = given.grant(Given.registration(1, 12, -1, OTHER_DIRECTORY));

        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(partition().leader()).isEqualTo(2);
        assertThat(partition().inSyncReplicas()).containsExactly(2);
    }

    @Test
    void aBrokerThatCannotWorkWithTheClustersFeaturesIsRefused() {
        RegisterBroker old = new RegisterBroker(
                9,
                new Uuid(0, 9),
                -1,
                List.of(),
                null,
                List.of(),
                new TreeMap<>(Map.of(Feature.METADATA.label(), new Broker.FeatureRange((short) 7, (short) 9))));

        assertThat(given.error(old)).isEqualTo(UNSUPPORTED_VERSION);
    }

    @Test
    void afterAnUncleanStopWhatWasAcknowledgedEarlyIsNotTrusted() {
        given.topicOn("t", AFTER_WRITE, 1, 2);
        given.fence(2);
        given.fence(1);
        assertThat(partition().eligibleLeaders()).containsExactly(1);

        given.grant(Given.registration(1, 11));

        assertThat(partition().eligibleLeaders()).isEmpty();
        assertThat(partition().lastKnownEligible()).containsExactly(1);
    }

    @Test
    void whoWasLastLeadsAgainIfNobodyHasMore() {
        given.topicOn("t", AFTER_WRITE, 1, 2);
        given.fence(2);
        given.fence(1);
        given.letIn(2);
        given.grant(Given.registration(1, 11));
        assertThat(partition().hasLeader()).isFalse();

        given.letIn(1);

        assertThat(partition().leader()).isEqualTo(1);
        assertThat(partition().inSyncReplicas()).containsExactly(1);
        assertThat(partition().leaderRecovering()).isTrue();
        assertThat(partition().lastKnownEligible()).isEmpty();
    }

    @Test
    void aBrokerThatHasAllItWroteStaysEligibleHoweverItIsAcknowledged() {
        given.topicOn("t", AFTER_WRITE, 1, 2);
        given.fence(2);
        long epoch = given.broker(1).epoch();
        given.fence(1);

        given.grant(Given.registration(1, 11, epoch));
        assertThat(partition().eligibleLeaders()).containsExactly(1);
        given.letIn(1);

        assertThat(partition().leaderRecovering()).isFalse();
    }

    @Test
    void afterSyncAnUncleanStopChangesNothing() {
        given.topicOn("t", TWO_IN_SYNC, 1, 2);
        given.fence(2);
        given.fence(1);

        given.grant(Given.registration(1, 11));

        assertThat(partition().eligibleLeaders()).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void aReplicaWhoseOnlyDirectoryIsGoneWaitsForItAndNeverBeginsEmpty() {
        Given lone = Given.brokers(0);
        startIn(lone, 1, 1, -1, DIRECTORY);
        lone.topicOn("t", Map.of(), 1);
        lone.fence(1);

        startIn(lone, 1, 2, -1, OTHER_DIRECTORY);
        assertThat(lone.partition("t", 0).hasLeader()).isFalse();
        startIn(lone, 1, 3, -1, OTHER_DIRECTORY);
        assertThat(lone.partition("t", 0).hasLeader()).isFalse();
        lone.fence(1);

        startIn(lone, 1, 4, -1, DIRECTORY);
        assertThat(lone.partition("t", 0).leader()).isEqualTo(1);
    }

    @Test
    void aReplicaThatBeginsAnewIsNotEligibleAnyMore() {
        Given two = Given.brokers(0);
        startIn(two, 1, 1, -1, DIRECTORY);
        startIn(two, 2, 2, -1, new Uuid(8, 8));
        two.topicOn("t", TWO_IN_SYNC, 1, 2);
        two.fence(1);
        assertThat(two.partition("t", 0).eligibleLeaders()).containsExactly(1);
        Broker again = startIn(two, 1, 3, -1, OTHER_DIRECTORY);
        Uuid topic = two.topic("t").id();

        two.grant(new AssignReplicas(
                1, again.epoch(), List.of(new ReplicaAssignment(ReplicaDirectory.LOST, topic, List.of(0)))));
        two.fence(2);

        assertThat(two.image().directoryOf(1, topic, 0)).isEmpty();
        assertThat(two.partition("t", 0).eligibleLeaders()).containsExactly(2);
        assertThat(two.partition("t", 0).hasLeader()).isFalse();
    }

    @Test
    void aReplicaThatWasMovedToAnotherDirectoryLeadsAgain() {
        Given lone = Given.brokers(0);
        startIn(lone, 1, 1, -1, DIRECTORY);
        lone.topicOn("t", Map.of(), 1);
        lone.fence(1);
        Broker again = startIn(lone, 1, 2, -1, OTHER_DIRECTORY);

        lone.grant(new AssignReplicas(
                1,
                again.epoch(),
                List.of(new ReplicaAssignment(
                        new ReplicaDirectory(OTHER_DIRECTORY, ""),
                        lone.topic("t").id(),
                        List.of(0)))));

        assertThat(lone.partition("t", 0).leader()).isEqualTo(1);
    }

    @Test
    void replicasInADirectoryThatFailsAreLedByOthers() {
        Given two = Given.brokers(0);
        Broker one = startIn(two, 1, 1, -1, DIRECTORY, OTHER_DIRECTORY);
        startIn(two, 2, 2, -1, new Uuid(8, 8));
        two.topicOn("t", Map.of(), 1, 2).topicOn("u", Map.of(), 1, 2);
        assign(two, one, "t", DIRECTORY);
        assign(two, one, "u", OTHER_DIRECTORY);

        two.grant(two.heartbeat(1, false, DIRECTORY));

        assertThat(two.broker(1).directories()).containsExactly(OTHER_DIRECTORY);
        assertThat(two.partition("t", 0)).isEqualTo(Partition.of(List.of(1, 2), List.of(2), 2, 1, 1));
        assertThat(two.partition("u", 0).leader()).isEqualTo(1);
        assertThat(two.changesNothing(two.heartbeat(1, false, DIRECTORY))).isTrue();
        assertThat(two.grant(two.heartbeat(1, false, OTHER_DIRECTORY)).fenced()).isTrue();
        assertThat(two.changesNothing(two.heartbeat(1, false, OTHER_DIRECTORY))).isTrue();
    }

    private static void assign(Given cluster, Broker broker, String topic, Uuid directory) {
        cluster.grant(new AssignReplicas(
                broker.id(),
                broker.epoch(),
                List.of(new ReplicaAssignment(
                        new ReplicaDirectory(directory, ""),
                        cluster.topic(topic).id(),
                        List.of(0)))));
    }

    @Test
    void whoWantsToStopHandsOverFirst() {
        given.topicOn("t", Map.of(), 1, 2, 3).topicOn("u", Map.of(), 2, 1);

        assertThat(given.grant(given.heartbeat(1, true))).isEqualTo(new State(true, false, false));
        assertThat(partition()).isEqualTo(Partition.of(List.of(1, 2, 3), List.of(2, 3), 2, 1, 1));
        assertThat(given.partition("u", 0).inSyncReplicas()).containsExactly(2);
        assertThat(given.broker(1).shuttingDown()).isTrue();
        assertThat(given.grant(given.heartbeat(1, true))).isEqualTo(new State(true, true, true));

        assertThat(given.broker(1).fenced()).isTrue();
        assertThat(given.grant(given.heartbeat(1, true))).isEqualTo(new State(true, true, true));
        assertThat(given.changesNothing(given.heartbeat(1, true))).isTrue();
    }

    @Test
    void whatOnlyItCanLeadItLeadsUntilItStops() {
        given.topicOn("t", Map.of(), 1);

        given.grant(given.heartbeat(1, true));
        assertThat(partition().leader()).isEqualTo(1);
        assertThat(given.grant(given.heartbeat(1, true)).shouldShutDown()).isTrue();

        assertThat(partition().hasLeader()).isFalse();
        assertThat(partition().eligibleLeaders()).containsExactly(1);
    }

    @Test
    void aBrokerThatIsUnregisteredLeadsNothing() {
        given.topicOn("t", TWO_IN_SYNC, 1, 2, 3);

        given.grant(new UnregisterBroker(1));

        assertThat(given.image().broker(1)).isEmpty();
        assertThat(partition().leader()).isEqualTo(2);
        assertThat(partition().inSyncReplicas()).containsExactly(2, 3);
        assertThat(partition().replicas()).contains(1);
    }

    @Test
    void fencingABrokerOfTenThousandPartitionsIsOneSmallEntry() {
        given.grant(new CreateTopic("big", 10_000, 3, List.of(), Map.of(), false));

        int bytes = ChangeCodec.encode(
                        given.change(new FenceBroker(1, given.broker(1).epoch())))
                .remaining();

        assertThat(bytes).isLessThan(1_000_000);
    }

    @Test
    void anUpdateTellsTheFewPartitionsThatChangedFromTheMany() {
        given.grant(new CreateTopic("big", 1_000, 1, List.of(), Map.of(), false));
        given.topicOn("t", Map.of(), 1, 2);
        ClusterImage before = given.image();
        Change change = given.change(new FenceBroker(3, given.broker(3).epoch()));
        ImageUpdate.Builder builder = new ImageUpdate.Builder(before);
        builder.add(change, before);

        ImageUpdate update = builder.build(before.apply(change, before.lastOffset() + 1));

        Topic big = update.image().topic("big").orElseThrow();
        assertThat(update.brokers()).containsExactly(3);
        assertThat(update.topics()).containsExactly(big.id());
        assertThat(update.changedPartitions(big).boxed().toList())
                .hasSizeBetween(330, 340)
                .allMatch(index -> !big.partitions().get(index).hasLeader());
    }
}
