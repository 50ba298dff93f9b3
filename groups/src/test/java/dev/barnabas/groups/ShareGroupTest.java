package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.AlterShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsRequest.DeleteShareGroupOffsetsRequestTopic;
import dev.barnabas.protocol.message.DeleteShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup;
import dev.barnabas.protocol.message.DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.ShareGroupDescribeRequest;
import dev.barnabas.protocol.message.ShareGroupDescribeResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ShareGroupTest {
    private static final Caller CALLER = new Caller("client", "/host", 1);

    private final TestCoordinator coordinator = new TestCoordinator(GroupSettings.DEFAULTS, 1);
    private final Uuid topic = coordinator.topics().create("t", 2);

    private <A> A answerTo(Consumer<Consumer<A>> ask) {
        List<A> answers = new ArrayList<>();
        ask.accept(answers::add);
        coordinator.loop.turn();
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    private ShareGroupHeartbeatResponse heartbeat(String member, int epoch, @Nullable List<String> topics) {
        ShareGroupHeartbeatRequest request = ShareGroupHeartbeatRequest.builder()
                .groupId("g")
                .memberId(member)
                .memberEpoch(epoch)
                .subscribedTopicNames(topics)
                .build();
        return answerTo(then -> coordinator.groups.shareHeartbeat(request, CALLER, coordinator.loop, then));
    }

    private ShareGroupHeartbeatResponse join(String member) {
        return heartbeat(member, 0, List.of("t"));
    }

    private static ErrorCode error(short code) {
        return ErrorCode.forCode(code);
    }

    private static Set<Integer> assigned(ShareGroupHeartbeatResponse answer) {
        Set<Integer> partitions = new TreeSet<>();
        ShareGroupHeartbeatResponse.Assignment assignment = answer.assignment();
        assertThat(assignment).as("assignment").isNotNull();
        assignment.topicPartitions().forEach(one -> partitions.addAll(one.partitions()));
        return partitions;
    }

    private SharePlace place(int partition) {
        return new SharePlace(topic, partition);
    }

    private MemoryShareStates.State stateOf(int partition) {
        return Objects.requireNonNull(coordinator.shareStates.of("g").get(place(partition)));
    }

    private DescribeShareGroupOffsetsResponseGroup offsets() {
        DescribeShareGroupOffsetsRequest request =
                new DescribeShareGroupOffsetsRequest(List.of(new DescribeShareGroupOffsetsRequestGroup("g", null)));
        return this.<DescribeShareGroupOffsetsResponse>answerTo(
                        then -> coordinator.groups.describeShareOffsets(request, coordinator.loop, then))
                .groups()
                .getFirst();
    }

    private List<DescribeShareGroupOffsetsResponsePartition> partitionsOf(
            DescribeShareGroupOffsetsResponseGroup group) {
        assertThat(group.topics()).hasSize(1);
        return group.topics().getFirst().partitions();
    }

    private AlterShareGroupOffsetsResponse alter(int partition, long start) {
        AlterShareGroupOffsetsRequest request = new AlterShareGroupOffsetsRequest(
                "g",
                List.of(new AlterShareGroupOffsetsRequestTopic(
                        "t", List.of(new AlterShareGroupOffsetsRequestPartition(partition, start)))));
        return answerTo(then -> coordinator.groups.alterShareOffsets(request, coordinator.loop, then));
    }

    private DeleteShareGroupOffsetsResponse deleteOffsets(String name) {
        DeleteShareGroupOffsetsRequest request =
                new DeleteShareGroupOffsetsRequest("g", List.of(new DeleteShareGroupOffsetsRequestTopic(name)));
        return answerTo(then -> coordinator.groups.deleteShareOffsets(request, coordinator.loop, then));
    }

    private ErrorCode deleteGroup() {
        DeleteGroupsRequest request =
                DeleteGroupsRequest.builder().groupsNames(List.of("g")).build();
        return error(
                this.<DeleteGroupsResponse>answerTo(then -> coordinator.groups.delete(request, coordinator.loop, then))
                        .results()
                        .getFirst()
                        .errorCode());
    }

    private ShareGroupDescribeResponse.DescribedGroup described() {
        ShareGroupDescribeRequest request =
                ShareGroupDescribeRequest.builder().groupIds(List.of("g")).build();
        return this.<ShareGroupDescribeResponse>answerTo(
                        then -> coordinator.groups.shareDescribe(request, coordinator.loop, then))
                .groups()
                .getFirst();
    }

    @Test
    void theFirstMemberGetsEverythingWithItsSecondHeartbeat() {
        ShareGroupHeartbeatResponse joined = join("a");
        assertThat(error(joined.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(joined.memberEpoch()).isEqualTo(2);
        assertThat(joined.heartbeatIntervalMs()).as("soon").isLessThanOrEqualTo(200);

        ShareGroupHeartbeatResponse next = heartbeat("a", joined.memberEpoch(), null);

        assertThat(assigned(next)).containsExactly(0, 1);
        assertThat(coordinator.shareStates.of("g")).containsOnlyKeys(place(0), place(1));
        assertThat(stateOf(0).startOffset()).isEqualTo(-1);
    }

    @Test
    void severalMembersShareAPartition() {
        join("a");
        for (String member : List.of("b", "c", "d")) {
            join(member);
        }
        coordinator.pass(Duration.ofSeconds(2));
        for (String member : List.of("a", "b", "c", "d")) {
            assertThat(assigned(join(member))).as(member).hasSize(1);
        }
    }

    @Test
    void aMemberThatIsSilentIsTakenForGone() {
        join("a");
        join("b");
        coordinator.pass(Duration.ofSeconds(30));
        heartbeat("b", 0, List.of("t"));
        coordinator.pass(Duration.ofSeconds(20));

        assertThat(described().members())
                .extracting(member -> member.memberId())
                .containsExactly("b");
        assertThat(assigned(join("b"))).containsExactly(0, 1);
        assertThat(error(heartbeat("a", 2, null).errorCode())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void whoLeavesIsGoneAtOnceAndTheGroupStays() {
        join("a");
        ShareGroupHeartbeatResponse left = heartbeat("a", -1, null);

        assertThat(left.memberEpoch()).isEqualTo(-1);
        assertThat(described().groupState()).isEqualTo("Empty");
        coordinator.pass(Duration.ofDays(30));
        assertThat(error(described().errorCode())).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() {
        assertThat(error(heartbeat("", 0, List.of("t")).errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error(heartbeat("a", 0, null).errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error(heartbeat("a", -2, null).errorCode())).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(error(heartbeat("a", 5, null).errorCode())).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        join("a");
        assertThat(error(heartbeat("b", 5, null).errorCode())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(error(heartbeat("a", 50, null).errorCode())).isEqualTo(ErrorCode.FENCED_MEMBER_EPOCH);
    }

    @Test
    void aFullGroupTakesNobodyButItsMembers() {
        coordinator.shareSettings(new ShareGroupSettings(true, 45_000, 5_000, 0, 1));
        join("a");

        assertThat(error(join("b").errorCode())).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(error(join("a").errorCode())).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aGroupOfOneTypeIsNoneOfAnother() {
        join("a");
        ConsumerGroupHeartbeatRequest consumer = ConsumerGroupHeartbeatRequest.builder()
                .groupId("g")
                .memberId("m")
                .memberEpoch(0)
                .rebalanceTimeoutMs(1_000)
                .subscribedTopicNames(List.of("t"))
                .topicPartitions(List.of())
                .build();
        ConsumerGroupHeartbeatResponse refused =
                answerTo(then -> coordinator.groups.consumerHeartbeat(consumer, CALLER, coordinator.loop, then));

        assertThat(error(refused.errorCode())).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void shareGroupsAreListedByTheirType() {
        join("a");
        ListGroupsRequest request =
                ListGroupsRequest.builder().typesFilter(List.of("Share")).build();
        ListGroupsResponse listed = answerTo(then -> coordinator.groups.list(request, coordinator.loop, then));

        assertThat(listed.groups()).singleElement().satisfies(group -> {
            assertThat(group.groupId()).isEqualTo("g");
            assertThat(group.groupType()).isEqualTo("share");
            assertThat(group.protocolType()).isEqualTo("share");
            assertThat(group.groupState()).isEqualTo("Stable");
        });
    }

    @Test
    void partitionsAreAssignedWhenTheirStatesHaveBegun() {
        coordinator.shareStates.refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        ShareGroupHeartbeatResponse joined = join("a");
        assertThat(assigned(join("a"))).isEmpty();

        coordinator.shareStates.refuse(null);
        coordinator.pass(Duration.ofSeconds(3));

        assertThat(assigned(heartbeat("a", joined.memberEpoch(), null))).containsExactly(0, 1);
    }

    @Test
    void theNextCoordinatorAsksAgainForStatesThatHaveNotBegun() {
        coordinator.shareStates.holds(true);
        ShareGroupHeartbeatResponse joined = join("a");
        coordinator.reload();
        coordinator.shareStates.holds(false);
        coordinator.loop.turn();

        assertThat(assigned(heartbeat("a", joined.memberEpoch(), null))).containsExactly(0, 1);
    }

    @Test
    void partitionsThatAreAddedAreReadToo() {
        join("a");
        ShareGroupHeartbeatResponse settled = join("a");
        coordinator.topics().addPartitions("t", 3);
        coordinator.pass(Duration.ofSeconds(2));
        heartbeat("a", settled.memberEpoch(), null);
        coordinator.pass(Duration.ofSeconds(2));

        assertThat(assigned(join("a"))).containsExactly(0, 1, 2);
    }

    @Test
    void whatAGroupHasReadIsDescribedWithTheLag() {
        join("a");
        coordinator.shareStates.put("g", place(0), new MemoryShareStates.State(2, 10, 3));
        coordinator.shareStates.end(place(0), 100);

        List<DescribeShareGroupOffsetsResponsePartition> partitions = partitionsOf(offsets());

        assertThat(partitions).extracting(one -> one.partitionIndex()).containsExactly(0, 1);
        assertThat(partitions.getFirst().startOffset()).isEqualTo(10);
        assertThat(partitions.getFirst().lag()).isEqualTo(100 - 10 - 3);
        assertThat(partitions.getLast().startOffset()).isEqualTo(-1);
        assertThat(partitions.getLast().lag()).isEqualTo(-1);
    }

    @Test
    void anEmptyGroupMayBeginSomewhereElse() {
        join("a");
        int epochBefore = stateOf(0).stateEpoch();
        assertThat(error(alter(0, 50).errorCode())).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        heartbeat("a", -1, null);

        AlterShareGroupOffsetsResponse altered = alter(0, 50);

        assertThat(error(altered.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(altered.responses().getFirst().partitions().getFirst().errorCode())
                .isZero();
        MemoryShareStates.State state = stateOf(0);
        assertThat(state.startOffset()).isEqualTo(50);
        assertThat(state.stateEpoch()).isGreaterThan(epochBefore);
        assertThat(partitionsOf(offsets()).getFirst().startOffset()).isEqualTo(50);
        assertThat(alter(7, 50).responses().getFirst().partitions().getFirst().errorCode())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void anEmptyGroupMayForgetATopic() {
        join("a");
        assertThat(error(deleteOffsets("t").errorCode())).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        heartbeat("a", -1, null);

        DeleteShareGroupOffsetsResponse deleted = deleteOffsets("t");

        assertThat(deleted.responses().getFirst().errorCode()).isZero();
        assertThat(coordinator.shareStates.of("g")).isEmpty();
        assertThat(offsets().topics()).isEmpty();
        assertThat(deleteOffsets("none").responses().getFirst().errorCode())
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void aGroupIsDeletedWithItsStates() {
        join("a");
        assertThat(deleteGroup()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        heartbeat("a", -1, null);

        assertThat(deleteGroup()).isEqualTo(ErrorCode.NONE);

        assertThat(coordinator.shareStates.of("g")).isEmpty();
        assertThat(error(described().errorCode())).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        coordinator.reload();
        assertThat(error(described().errorCode())).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
    }

    @Test
    void aGroupWhoseStatesCannotBeForgottenStays() {
        join("a");
        heartbeat("a", -1, null);
        coordinator.shareStates.refuse(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(deleteGroup()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(error(described().errorCode())).isEqualTo(ErrorCode.NONE);

        coordinator.shareStates.refuse(null);
        assertThat(deleteGroup()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void topicsThatAreDeletedAreForgotten() {
        join("a");
        coordinator.topics().delete("t");
        coordinator.pass(Duration.ofSeconds(2));

        assertThat(assigned(join("a"))).isEmpty();
        assertThat(offsets().topics()).isEmpty();
    }

    @Test
    void membersAndWhatTheyHaveSurviveTheCoordinator() {
        join("a");
        ShareGroupHeartbeatResponse settled = join("a");
        coordinator.reload();

        assertThat(described().members()).hasSize(1);
        ShareGroupHeartbeatResponse next = heartbeat("a", settled.memberEpoch(), null);
        assertThat(error(next.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(next.assignment()).as("nothing new").isNull();
    }
}
