package dev.barnabas.metadata;

import static dev.barnabas.protocol.ErrorCode.ELECTION_NOT_NEEDED;
import static dev.barnabas.protocol.ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE;
import static dev.barnabas.protocol.ErrorCode.FENCED_LEADER_EPOCH;
import static dev.barnabas.protocol.ErrorCode.INELIGIBLE_REPLICA;
import static dev.barnabas.protocol.ErrorCode.INVALID_REPLICATION_FACTOR;
import static dev.barnabas.protocol.ErrorCode.INVALID_REPLICA_ASSIGNMENT;
import static dev.barnabas.protocol.ErrorCode.INVALID_REQUEST;
import static dev.barnabas.protocol.ErrorCode.INVALID_UPDATE_VERSION;
import static dev.barnabas.protocol.ErrorCode.NEW_LEADER_ELECTED;
import static dev.barnabas.protocol.ErrorCode.NOT_CONTROLLER;
import static dev.barnabas.protocol.ErrorCode.NO_REASSIGNMENT_IN_PROGRESS;
import static dev.barnabas.protocol.ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE;
import static dev.barnabas.protocol.ErrorCode.STALE_BROKER_EPOCH;
import static dev.barnabas.protocol.ErrorCode.UNKNOWN_TOPIC_ID;
import static dev.barnabas.protocol.ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.AlterPartition.Member;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In-sync sets, leaders and replicas of partitions. */
final class PartitionWishesTest {

    private static final Map<String, String> TWO_IN_SYNC = Map.of("min.insync.replicas", "2");

    private final Given given = Given.brokers(4).topicOn("t", TWO_IN_SYNC, 1, 2, 3);

    private Partition partition() {
        return given.partition("t", 0);
    }

    private AlterPartition.Wanted wanted(int leaderEpoch, int partitionEpoch, Member... members) {
        return new AlterPartition.Wanted(
                given.topic("t").id(), 0, leaderEpoch, partitionEpoch, List.of(members), false);
    }

    private AlterPartition.Wanted inSync(Integer... brokers) {
        Member[] members = Arrays.stream(brokers)
                .map(id -> new Member(id, given.broker(id).epoch()))
                .toArray(Member[]::new);
        return wanted(partition().leaderEpoch(), partition().partitionEpoch(), members);
    }

    private AlterPartition.Result alter(int sender, AlterPartition.Wanted wanted) {
        return given.grant(new AlterPartition(sender, given.broker(sender).epoch(), List.of(wanted)))
                .getFirst();
    }

    private ErrorCode error(int sender, AlterPartition.Wanted wanted) {
        return switch (alter(sender, wanted)) {
            case AlterPartition.Result.Refused(Uuid _, int _, ErrorCode error) -> error;
            case AlterPartition.Result.Granted granted -> throw new AssertionError(granted);
        };
    }

    private Optional<ErrorCode> reassign(Integer @Nullable ... replicas) {
        AlterReassignments wish = new AlterReassignments(
                List.of(new AlterReassignments.Wanted("t", 0, replicas == null ? null : List.of(replicas))), true);
        return Optional.ofNullable(given.grant(wish).getFirst().refusal()).map(Refusal::error);
    }

    private Optional<ErrorCode> elect(ElectLeaders.Type type, String topic, int index) {
        ElectLeaders wish = new ElectLeaders(type, List.of(new ElectLeaders.Target(topic, index)));
        return Optional.ofNullable(given.grant(wish).getFirst().refusal()).map(Refusal::error);
    }

    private void set(String setting, String value) {
        given.grant(new AlterSettings(
                Resource.topic("t"),
                List.of(new AlterSettings.Alteration(setting, AlterSettings.Operation.SET, value)),
                false));
    }

    @Test
    void aLeaderChangesWhoIsInSync() {
        alter(1, inSync(1));
        assertThat(partition().inSyncReplicas()).containsExactly(1);
        assertThat(partition().eligibleLeaders()).containsExactlyInAnyOrder(2, 3);
        assertThat(partition().leaderEpoch()).isZero();

        alter(1, inSync(1, 2));
        assertThat(partition()).isEqualTo(Partition.of(List.of(1, 2, 3), List.of(1, 2), 1, 0, 2));
    }

    @Test
    void onlyWhoLeadsAndKnowsTheStateMayChangeIt() {
        given.fence(1);
        given.letIn(1);

        assertThat(error(2, wanted(0, 1, new Member(2, -1)))).isEqualTo(FENCED_LEADER_EPOCH);
        assertThat(error(2, wanted(1, 0, new Member(2, -1)))).isEqualTo(INVALID_UPDATE_VERSION);
        assertThat(error(2, wanted(2, 1, new Member(2, -1)))).isEqualTo(NOT_CONTROLLER);
        assertThat(error(1, inSync(1))).isEqualTo(INVALID_REQUEST);
        assertThat(error(2, inSync(3))).isEqualTo(INVALID_REQUEST);
        assertThat(error(2, inSync(2, 4))).isEqualTo(INVALID_REQUEST);
        assertThat(error(2, inSync(2, 2))).isEqualTo(INVALID_REQUEST);
        assertThat(error(2, new AlterPartition.Wanted(new Uuid(5, 5), 0, 0, 0, List.of(), false)))
                .isEqualTo(UNKNOWN_TOPIC_ID);
        assertThat(error(2, new AlterPartition.Wanted(given.topic("t").id(), 7, 0, 0, List.of(), false)))
                .isEqualTo(UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(given.error(new AlterPartition(2, 0, List.of()))).isEqualTo(STALE_BROKER_EPOCH);
    }

    @Test
    void aBrokerThatIsFencedStoppingOrAnotherByNowCannotJoin() {
        given.fence(2);
        given.fence(3);

        assertThat(error(1, inSync(1, 2))).isEqualTo(INELIGIBLE_REPLICA);
        given.letIn(2);
        assertThat(error(1, wanted(0, partition().partitionEpoch(), new Member(1, -1), new Member(2, 0))))
                .isEqualTo(INELIGIBLE_REPLICA);
        given.letIn(3);
        given.grant(given.heartbeat(3, true));
        assertThat(error(1, inSync(1, 3))).isEqualTo(INELIGIBLE_REPLICA);
        assertThat(alter(1, inSync(1, 2))).isInstanceOf(AlterPartition.Result.Granted.class);
    }

    @Test
    void aLeaderThatIsStoppingHandsOverAsSoonAsAnotherIsInSync() {
        given.fence(2);
        given.fence(3);
        given.grant(given.heartbeat(1, true));
        assertThat(partition().leader()).isEqualTo(1);
        given.letIn(2);

        assertThat(error(1, inSync(1, 2))).isEqualTo(NEW_LEADER_ELECTED);

        assertThat(partition().leader()).isEqualTo(2);
    }

    @Test
    void thePreferredLeaderIsElectedIfItIsInSync() {
        assertThat(elect(ElectLeaders.Type.PREFERRED, "t", 0)).contains(ELECTION_NOT_NEEDED);
        assertThat(elect(ElectLeaders.Type.PREFERRED, "t", 1)).contains(UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(elect(ElectLeaders.Type.PREFERRED, "u", 0)).contains(UNKNOWN_TOPIC_OR_PARTITION);
        given.fence(1);
        given.letIn(1);
        assertThat(elect(ElectLeaders.Type.PREFERRED, "t", 0)).contains(PREFERRED_LEADER_NOT_AVAILABLE);
        assertThat(given.grant(new BalanceLeaders(10))).isEqualTo(new BalanceLeaders.Balanced(0, false));
        alter(2, inSync(2, 3, 1));

        assertThat(elect(ElectLeaders.Type.PREFERRED, "t", 0)).isEmpty();

        assertThat(partition().leader()).isEqualTo(1);
    }

    @Test
    void leadersGoBackByThemselvesInPortions() {
        given.topicOn("u", Map.of(), 1, 2);
        given.fence(1);
        given.letIn(1);
        alter(2, inSync(2, 3, 1));
        Partition u = given.partition("u", 0);
        given.grant(new AlterPartition(
                2,
                given.broker(2).epoch(),
                List.of(new AlterPartition.Wanted(
                        given.topic("u").id(),
                        0,
                        u.leaderEpoch(),
                        u.partitionEpoch(),
                        List.of(new Member(2, -1), new Member(1, -1)),
                        false))));

        assertThat(given.grant(new BalanceLeaders(1))).isEqualTo(new BalanceLeaders.Balanced(1, true));
        assertThat(given.grant(new BalanceLeaders(1))).isEqualTo(new BalanceLeaders.Balanced(1, false));
        assertThat(partition().leader()).isEqualTo(1);
        assertThat(given.partition("u", 0).leader()).isEqualTo(1);
    }

    @Test
    void anUncleanLeaderIsElectedOnlyWhereSomebodyAllowsIt() {
        given.fence(3);
        given.fence(2);
        given.fence(1);
        given.letIn(3);
        assertThat(partition().hasLeader()).isFalse();
        assertThat(elect(ElectLeaders.Type.PREFERRED, "t", 0)).contains(PREFERRED_LEADER_NOT_AVAILABLE);

        assertThat(elect(ElectLeaders.Type.UNCLEAN, "t", 0)).isEmpty();

        assertThat(partition().leader()).isEqualTo(3);
        assertThat(partition().leaderRecovering()).isTrue();
        assertThat(partition().inSyncReplicas()).containsExactly(3);
        assertThat(partition().eligibleLeaders()).isEmpty();
        assertThat(elect(ElectLeaders.Type.UNCLEAN, "t", 0)).contains(ELECTION_NOT_NEEDED);
        alter(3, inSync(3));
        assertThat(partition().leaderRecovering()).isFalse();
    }

    @Test
    void withoutAnyBrokerNobodyCanBeElected() {
        for (int id = 1; id <= 3; id++) {
            given.fence(id);
        }

        assertThat(elect(ElectLeaders.Type.UNCLEAN, "t", 0)).contains(ELIGIBLE_LEADERS_NOT_AVAILABLE);
    }

    @Test
    void allowingUncleanElectionElectsAtOnce() {
        given.fence(3);
        given.fence(2);
        given.fence(1);
        given.letIn(3);

        set("unclean.leader.election.enable", "true");

        assertThat(partition().leader()).isEqualTo(3);
    }

    @Test
    void whoIsEligibleIsNotAnyMoreWhenFewerInSyncReplicasAreEnough() {
        given.fence(3);
        given.fence(2);
        assertThat(partition().eligibleLeaders()).containsExactly(2);

        set("min.insync.replicas", "1");

        assertThat(partition().eligibleLeaders()).isEmpty();
        assertThat(partition().inSyncReplicas()).containsExactly(1);
    }

    @Test
    void newReplicasJoinAndTheOldOnesLeaveWhenAllAreInSync() {
        assertThat(reassign(4, 2)).isEmpty();
        assertThat(partition().replicas()).containsExactly(4, 2, 1, 3);
        assertThat(partition().addingReplicas()).containsExactly(4);
        assertThat(partition().removingReplicas()).containsExactly(1, 3);
        assertThat(partition().leader()).isEqualTo(1);

        assertThat(error(1, inSync(1, 2, 3, 4))).isEqualTo(NEW_LEADER_ELECTED);

        assertThat(partition()).isEqualTo(Partition.of(List.of(4, 2), List.of(2, 4), 4, 1, 2));
    }

    @Test
    void aReassignmentCanBeCancelled() {
        assertThat(reassign((Integer[]) null)).contains(NO_REASSIGNMENT_IN_PROGRESS);
        reassign(1, 2, 4);

        assertThat(reassign((Integer[]) null)).isEmpty();

        assertThat(partition().replicas()).containsExactly(1, 2, 3);
        assertThat(partition().isBeingReassigned()).isFalse();
    }

    @Test
    void aReassignmentCanBeReplaced() {
        reassign(4, 2, 3);

        reassign(1, 2, 4);

        assertThat(partition().addingReplicas()).containsExactly(4);
        assertThat(partition().removingReplicas()).containsExactly(3);
    }

    @Test
    void anotherOrderOfTheSameReplicasNeedsNobodyToMove() {
        assertThat(reassign(3, 2, 1)).isEmpty();

        assertThat(partition().replicas()).containsExactly(3, 2, 1);
        assertThat(partition().isBeingReassigned()).isFalse();
        assertThat(partition().leader()).isEqualTo(1);
    }

    @Test
    void replicasMustBeBrokersAndAsManyAsAllowed() {
        assertThat(reassign(1, 9)).contains(INVALID_REPLICA_ASSIGNMENT);
        assertThat(reassign(1, 1)).contains(INVALID_REPLICA_ASSIGNMENT);
        assertThat(reassign(new Integer[0])).contains(INVALID_REPLICA_ASSIGNMENT);
        AlterReassignments smaller = new AlterReassignments(
                List.of(
                        new AlterReassignments.Wanted("t", 0, List.of(1, 2)),
                        new AlterReassignments.Wanted("u", 0, List.of(1, 2))),
                false);
        assertThat(given.grant(smaller))
                .extracting(result ->
                        java.util.Objects.requireNonNull(result.refusal()).error())
                .containsExactly(INVALID_REPLICATION_FACTOR, UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void replicasOfAPartitionAreInDifferentRacks() {
        Given racks = Given.brokers(0);
        for (int id = 1; id <= 6; id++) {
            racks.grant(new RegisterBroker(
                    id, new Uuid(0, id), -1, List.of(), "r" + id % 3, List.of(), Feature.supported()));
            racks.letIn(id);
        }

        racks.grant(new CreateTopic("u", 60, 3, List.of(), Map.of(), false));

        int[] held = new int[7];
        for (Partition each : racks.topic("u").partitions()) {
            Set<Integer> used = new HashSet<>();
            each.replicas().forEach(id -> {
                used.add(id % 3);
                held[id]++;
            });
            assertThat(used).hasSize(3);
        }
        assertThat(Arrays.stream(held).skip(1).boxed().toList()).allMatch(count -> count >= 28 && count <= 32);
    }

    @Test
    void aBrokerThatIsAwayHoldsNewReplicasOnlyWhereThereAreNotEnoughOthers() {
        given.fence(4);
        given.grant(new CreateTopic("u", 10, 3, List.of(), Map.of(), false));
        assertThat(given.topic("u").partitions()).noneMatch(each -> each.isOn(4));

        given.grant(new CreateTopic("v", 10, 4, List.of(), Map.of(), false));

        assertThat(given.topic("v").partitions())
                .allMatch(each -> each.isOn(4)
                        && each.inSyncReplicas().size() == 3
                        && each.replicas().getFirst() != 4);
        assertThat(given.error(new CreateTopic(
                        "w", -1, -1, List.of(new CreateTopic.Assignment(0, List.of(4))), Map.of(), false)))
                .isEqualTo(INVALID_REPLICA_ASSIGNMENT);
    }
}
