package dev.barnabas.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.metadata.AlterPartition.Member;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever has no room for more records lets others lead, where there are such. */
final class FullDirectoryTest {

    private final Given given = Given.brokers(0);

    @BeforeEach
    void startThree() {
        for (int id = 1; id <= 3; id++) {
            given.grant(Given.registration(id, id, -1, directory(id)));
            given.letIn(id);
        }
        given.topicOn("t", Map.of("min.insync.replicas", "2"), 1, 2, 3);
    }

    private static Uuid directory(int broker) {
        return new Uuid(7, broker);
    }

    private Partition partition() {
        return given.partition("t", 0);
    }

    private AlterPartition inSync(int sender, Integer... brokers) {
        Topic topic = given.topic("t");
        return new AlterPartition(
                sender,
                given.broker(sender).epoch(),
                List.of(new AlterPartition.Wanted(
                        topic.id(),
                        0,
                        partition().leaderEpoch(),
                        partition().partitionEpoch(),
                        List.of(brokers).stream().map(id -> new Member(id, -1)).toList(),
                        false)));
    }

    @Test
    void aLeaderWithoutRoomIsFollowedBySomebodyInSyncWhoHasSome() {
        given.full(1, directory(1));

        assertThat(partition().leader()).isEqualTo(2);
        assertThat(partition().inSyncReplicas()).containsExactly(2, 3);
        assertThat(given.broker(1).isServing()).isTrue();
    }

    @Test
    void aFollowerWithoutRoomHoldsNobodyUp() {
        given.full(3, directory(3));

        assertThat(partition().leader()).isEqualTo(1);
        assertThat(partition().leaderEpoch()).isZero();
        assertThat(partition().inSyncReplicas()).containsExactly(1, 2);
    }

    @Test
    void whereNobodyHasRoomEverythingStaysAsItIs() {
        given.full(1, directory(1));
        given.full(2, directory(2));
        assertThat(partition().inSyncReplicas()).containsExactly(3);
        assertThat(partition().eligibleLeaders()).containsExactly(2);
        Partition before = partition();

        given.full(3, directory(3));

        assertThat(partition()).isEqualTo(before);
        assertThat(given.grant(inSync(3, 3, 1, 2)).getFirst()).isInstanceOf(AlterPartition.Result.Granted.class);
        assertThat(partition().inSyncReplicas()).containsExactly(3, 1, 2);
        assertThat(partition().leader()).isEqualTo(3);
    }

    @Test
    void whoeverHasRoomAgainTakesOverAsSoonAsItIsInSync() {
        for (int id = 1; id <= 3; id++) {
            given.full(id, directory(id));
        }
        assertThat(partition().leader()).isEqualTo(3);

        given.full(1);
        assertThat(given.grant(inSync(3, 3, 1)).getFirst())
                .isInstanceOfSatisfying(
                        AlterPartition.Result.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(ErrorCode.NEW_LEADER_ELECTED));

        assertThat(partition().leader()).isEqualTo(1);
        assertThat(partition().inSyncReplicas()).containsExactly(1);
    }

    @Test
    void nobodyWithoutRoomJoinsThoseWhoHaveSome() {
        given.full(3, directory(3));

        assertThat(given.grant(inSync(1, 1, 2, 3)).getFirst())
                .isInstanceOfSatisfying(
                        AlterPartition.Result.Refused.class,
                        refused -> assertThat(refused.error()).isEqualTo(ErrorCode.INELIGIBLE_REPLICA));
        given.full(3);
        assertThat(given.grant(inSync(1, 1, 2, 3)).getFirst()).isInstanceOf(AlterPartition.Result.Granted.class);
        assertThat(given.changesNothing(given.heartbeat(3, false))).isTrue();
    }

    @Test
    void whoeverIsLeftLeadsWithoutRoomRatherThanNobody() {
        given.topicOn("alone", Map.of(), 1);
        given.full(1, directory(1));
        assertThat(given.partition("alone", 0).leader()).isEqualTo(1);

        given.fence(1);
        given.letIn(1);
        given.full(1, directory(1));

        assertThat(given.partition("alone", 0).leader()).isEqualTo(1);
    }

    @Test
    void newPartitionsGoToBrokersThatHaveRoom() {
        given.full(2, directory(2));

        given.grant(new CreateTopic("new", 6, 2, List.of(), Map.of(), false));

        assertThat(given.topic("new").partitions())
                .allSatisfy(partition -> assertThat(partition.replicas()).containsExactlyInAnyOrder(1, 3));
        given.grant(new CreateTopic("wide", 1, 3, List.of(), Map.of(), false));
        assertThat(given.partition("wide", 0).replicas()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(given.partition("wide", 0).leader()).isNotEqualTo(2);
    }

    @Test
    void onlyTheReplicasInTheFullDirectoryMove() {
        Uuid second = new Uuid(8, 1);
        given.fence(1);
        given.grant(Given.registration(1, 11, -1, directory(1), second));
        given.topicOn("other", Map.of(), 1, 2);
        given.grant(new AssignReplicas(
                1,
                given.broker(1).epoch(),
                List.of(
                        new ReplicaAssignment(
                                new ReplicaDirectory(second, "second"),
                                given.topic("other").id(),
                                List.of(0)),
                        new ReplicaAssignment(
                                new ReplicaDirectory(directory(1), "first"),
                                given.topic("t").id(),
                                List.of(0)))));
        given.letIn(1);
        given.grant(new ElectLeaders(ElectLeaders.Type.PREFERRED, null));
        given.fence(2);
        given.letIn(2);

        given.full(1, directory(1));

        assertThat(given.partition("t", 0).inSyncReplicas()).doesNotContain(1);
        assertThat(given.broker(1).hasRoom()).isTrue();
    }
}
