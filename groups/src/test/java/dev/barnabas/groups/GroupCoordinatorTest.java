package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.coordinator.MemoryShardLog;
import dev.barnabas.coordinator.VirtualLoop;
import dev.barnabas.host.Clock;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteGroupsRequest;
import dev.barnabas.protocol.message.DeleteGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsRequest;
import dev.barnabas.protocol.message.DescribeGroupsResponse;
import dev.barnabas.protocol.message.DescribeGroupsResponse.DescribedGroup;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupRequest.JoinGroupRequestProtocol;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.LeaveGroupRequest;
import dev.barnabas.protocol.message.LeaveGroupRequest.MemberIdentity;
import dev.barnabas.protocol.message.LeaveGroupResponse;
import dev.barnabas.protocol.message.ListGroupsRequest;
import dev.barnabas.protocol.message.ListGroupsResponse;
import dev.barnabas.protocol.message.ListGroupsResponse.ListedGroup;
import dev.barnabas.protocol.message.OffsetCommitRequest;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import dev.barnabas.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import dev.barnabas.protocol.message.OffsetCommitResponse;
import dev.barnabas.protocol.message.OffsetDeleteRequest;
import dev.barnabas.protocol.message.OffsetDeleteResponse;
import dev.barnabas.protocol.message.OffsetFetchRequest;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import dev.barnabas.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import dev.barnabas.protocol.message.OffsetFetchResponse;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import dev.barnabas.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the coordinator does around its shards: it checks, finds, spreads over shards, and speaks all versions. */
final class GroupCoordinatorTest {
    private final GroupSettings settings = GroupSettings.DEFAULTS.withInitialRebalanceDelayMs(0);
    private final TestCoordinator coordinator = new TestCoordinator(settings, 1);
    private final Uuid topicId = coordinator.topics().create("t");

    private <A> A answerTo(Consumer<Consumer<A>> request) {
        List<A> answers = new ArrayList<>();
        request.accept(answers::add);
        coordinator.pass(Duration.ZERO);
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    private static Caller caller(int version) {
        return new Caller("client", "/10.0.0.1", version);
    }

    private static ErrorCode error(short code) {
        return ErrorCode.forCode(code);
    }

    private OffsetCommitResponse commit(String groupId, int version, String metadata) {
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId(groupId)
                .topics(List.of(OffsetCommitRequestTopic.builder()
                        .name(version < 10 ? "t" : "")
                        .topicId(version < 10 ? Uuid.ZERO : topicId)
                        .partitions(List.of(OffsetCommitRequestPartition.builder()
                                .partitionIndex(0)
                                .committedOffset(42)
                                .committedMetadata(metadata)
                                .build()))
                        .build()))
                .build();
        return answerTo(then -> coordinator.commit(request, caller(version), then));
    }

    private static ErrorCode errorOf(OffsetCommitResponse answer) {
        return error(answer.topics().getFirst().partitions().getFirst().errorCode());
    }

    private static JoinGroupRequest join(String groupId, String memberId, ByteBuffer metadata) {
        return JoinGroupRequest.builder()
                .groupId(groupId)
                .memberId(memberId)
                .sessionTimeoutMs(10_000)
                .rebalanceTimeoutMs(60_000)
                .protocolType("consumer")
                .protocols(List.of(new JoinGroupRequestProtocol("range", metadata)))
                .build();
    }

    private JoinGroupResponse joined(String groupId, int version) {
        ByteBuffer metadata = Scenario.subscription(List.of("t"));
        JoinGroupResponse answer =
                answerTo(then -> coordinator.join(join(groupId, "", metadata), caller(version), then));
        if (error(answer.errorCode()) != ErrorCode.MEMBER_ID_REQUIRED) {
            return answer;
        }
        JoinGroupRequest again = join(groupId, answer.memberId(), metadata);
        return answerTo(then -> coordinator.join(again, caller(version), then));
    }

    private static OffsetFetchRequest fetchAll(int version, String... groupIds) {
        OffsetFetchRequest.Builder request = OffsetFetchRequest.builder();
        if (version < 8) {
            return request.groupId(groupIds[0])
                    .topics(
                            version < 2
                                    ? List.of(OffsetFetchRequestTopic.builder()
                                            .name("t")
                                            .partitionIndexes(List.of(0))
                                            .build())
                                    : null)
                    .build();
        }
        return request.groups(IntStream.range(0, groupIds.length)
                        .mapToObj(i -> OffsetFetchRequestGroup.builder()
                                .groupId(groupIds[i])
                                .topics(null)
                                .build())
                        .toList())
                .build();
    }

    static IntStream joinVersions() {
        return IntStream.rangeClosed(JoinGroupRequest.LOWEST_VERSION, JoinGroupRequest.HIGHEST_VERSION);
    }

    @ParameterizedTest
    @MethodSource("joinVersions")
    void everyVersionOfJoinGroupIsAnsweredInItsShape(int version) {
        JoinGroupResponse answer = joined("g", version);

        assertThat(error(answer.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(answer.leader()).isEqualTo(answer.memberId()).startsWith("client-");
        assertThat(answer.protocolType()).isEqualTo(version >= 7 ? "consumer" : null);

        JoinGroupResponse refused =
                answerTo(then -> coordinator.join(join("g", "nobody", ByteBuffer.allocate(0)), caller(version), then));
        assertThat(error(refused.errorCode())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    static IntStream leaveVersions() {
        return IntStream.rangeClosed(LeaveGroupRequest.LOWEST_VERSION, LeaveGroupRequest.HIGHEST_VERSION);
    }

    @ParameterizedTest
    @MethodSource("leaveVersions")
    void everyVersionOfLeaveGroupIsAnsweredInItsShape(int version) {
        LeaveGroupRequest request = version < 3
                ? LeaveGroupRequest.builder().groupId("g").memberId("nobody").build()
                : LeaveGroupRequest.builder()
                        .groupId("g")
                        .members(List.of(new MemberIdentity("nobody", null, null)))
                        .build();
        LeaveGroupResponse answer = answerTo(then -> coordinator.leave(request, caller(version), then));

        if (version < 3) {
            assertThat(error(answer.errorCode())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        } else {
            assertThat(error(answer.errorCode())).isEqualTo(ErrorCode.NONE);
            assertThat(error(answer.members().getFirst().errorCode())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        }
    }

    static IntStream commitVersions() {
        return IntStream.rangeClosed(OffsetCommitRequest.LOWEST_VERSION, OffsetCommitRequest.HIGHEST_VERSION);
    }

    @ParameterizedTest
    @MethodSource("commitVersions")
    void everyVersionOfOffsetCommitIsAnsweredInItsShape(int version) {
        OffsetCommitResponse answer = commit("g", version, "m");

        assertThat(errorOf(answer)).isEqualTo(ErrorCode.NONE);
        assertThat(answer.topics().getFirst().name()).isEqualTo(version < 10 ? "t" : "");
        assertThat(answer.topics().getFirst().topicId()).isEqualTo(version < 10 ? Uuid.ZERO : topicId);
        assertThat(coordinator
                        .shardOf("g")
                        .offsets()
                        .get("g", "t", 0)
                        .orElseThrow()
                        .topicId())
                .isEqualTo(topicId);
    }

    static IntStream fetchVersions() {
        return IntStream.rangeClosed(OffsetFetchRequest.LOWEST_VERSION, OffsetFetchRequest.HIGHEST_VERSION);
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void everyVersionOfOffsetFetchIsAnsweredInItsShape(int version) {
        commit("g", 9, "m");

        OffsetFetchResponse answer = answerTo(then -> coordinator.fetch(fetchAll(version, "g"), caller(version), then));

        if (version < 8) {
            assertThat(answer.topics()).singleElement().satisfies(topic -> {
                assertThat(topic.name()).isEqualTo("t");
                assertThat(topic.partitions())
                        .containsExactly(new OffsetFetchResponsePartition(0, 42, -1, "m", (short) 0));
            });
        } else {
            OffsetFetchResponseGroup group = answer.groups().getFirst();
            assertThat(group.topics()).singleElement().satisfies(topic -> {
                assertThat(topic.name()).isEqualTo(version < 10 ? "t" : "");
                assertThat(topic.topicId()).isEqualTo(version < 10 ? Uuid.ZERO : topicId);
                assertThat(topic.partitions())
                        .containsExactly(new OffsetFetchResponsePartitions(0, 42, -1, "m", (short) 0));
            });
        }
    }

    @ParameterizedTest
    @MethodSource("fetchVersions")
    void everyVersionOfOffsetFetchIsRefusedInItsShape(int version) {
        coordinator.startReload();

        OffsetFetchResponse answer = answerTo(then -> coordinator.fetch(fetchAll(version, "g"), caller(version), then));

        short code;
        if (version < 2) {
            code = answer.topics().getFirst().partitions().getFirst().errorCode();
        } else if (version < 8) {
            code = answer.errorCode();
        } else {
            code = answer.groups().getFirst().errorCode();
        }
        assertThat(error(code)).isEqualTo(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    }

    @Test
    void offsetsOfAnUnknownTopicIdAreRefusedOneByOne() {
        commit("g", 10, "m");
        OffsetFetchRequest request = OffsetFetchRequest.builder()
                .groups(List.of(OffsetFetchRequestGroup.builder()
                        .groupId("g")
                        .topics(List.of(byId(topicId), byId(new Uuid(8, 8))))
                        .build()))
                .build();

        OffsetFetchResponseGroup group = answerTo(
                        (Consumer<OffsetFetchResponse> then) -> coordinator.fetch(request, caller(10), then))
                .groups()
                .getFirst();

        assertThat(group.topics().get(0).partitions().getFirst().committedOffset())
                .isEqualTo(42);
        assertThat(group.topics().get(1).partitions().getFirst())
                .isEqualTo(new OffsetFetchResponsePartitions(0, -1, -1, "", ErrorCode.UNKNOWN_TOPIC_ID.code()));
    }

    @ParameterizedTest
    @MethodSource("commitVersions")
    void offsetsOfPartitionsThatDoNotExistAreRefusedOneByOne(int version) {
        Uuid small = coordinator.topics().create("small", 2);
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId("g")
                .topics(List.of(OffsetCommitRequestTopic.builder()
                        .name(version < 10 ? "small" : "")
                        .topicId(version < 10 ? Uuid.ZERO : small)
                        .partitions(List.of(committed(1), committed(2)))
                        .build()))
                .build();

        OffsetCommitResponse answer = answerTo(then -> coordinator.commit(request, caller(version), then));

        assertThat(answer.topics().getFirst().partitions())
                .extracting(partition -> partition.partitionIndex() + " " + error(partition.errorCode()))
                .containsExactly("1 NONE", "2 UNKNOWN_TOPIC_OR_PARTITION");
    }

    private static OffsetCommitRequestPartition committed(int partition) {
        return OffsetCommitRequestPartition.builder()
                .partitionIndex(partition)
                .committedOffset(42)
                .build();
    }

    @Test
    void aSyncHasToNameTheProtocolSinceVersionFive() {
        SyncGroupRequest unnamed =
                SyncGroupRequest.builder().groupId("g").memberId("m").build();

        SyncGroupResponse before =
                answerTo(then -> coordinator.groups.sync(unnamed, caller(4), coordinator.loop, then));
        SyncGroupResponse since = answerTo(then -> coordinator.groups.sync(unnamed, caller(5), coordinator.loop, then));

        assertThat(error(before.errorCode())).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(error(since.errorCode())).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void aRefusedJoinNamesAProtocolOnlyWhereItHasTo() {
        JoinGroupRequest request = join("", "", ByteBuffer.allocate(0));

        JoinGroupResponse before = answerTo(then -> coordinator.join(request, caller(6), then));
        JoinGroupResponse since = answerTo(then -> coordinator.join(request, caller(7), then));

        assertThat(before.protocolName()).isEmpty();
        assertThat(since.protocolName()).isNull();
    }

    private static OffsetFetchRequestTopics byId(Uuid id) {
        return OffsetFetchRequestTopics.builder()
                .topicId(id)
                .partitionIndexes(List.of(0))
                .build();
    }

    @Test
    void anEmptyGroupIdIsRefusedWhereThereHaveToBeMembers() {
        JoinGroupResponse join =
                answerTo(then -> coordinator.join(join("", "", ByteBuffer.allocate(0)), caller(9), then));
        SyncGroupResponse sync =
                answerTo(then -> coordinator.sync(SyncGroupRequest.builder().build(), then));
        HeartbeatResponse heartbeat = answerTo(
                then -> coordinator.heartbeat(HeartbeatRequest.builder().build(), then));
        LeaveGroupResponse leave =
                answerTo(then -> coordinator.leave(LeaveGroupRequest.builder().build(), caller(5), then));
        OffsetDeleteResponse delete = answerTo(
                then -> coordinator.deleteOffsets(OffsetDeleteRequest.builder().build(), then));

        assertThat(List.of(
                        join.errorCode(),
                        sync.errorCode(),
                        heartbeat.errorCode(),
                        leave.errorCode(),
                        delete.errorCode()))
                .containsOnly(ErrorCode.INVALID_GROUP_ID.code());
    }

    @Test
    void anEmptyGroupIdMayKeepOffsets() {
        assertThat(errorOf(commit("", 9, "m"))).isEqualTo(ErrorCode.NONE);
        OffsetFetchResponse answer = answerTo(then -> coordinator.fetch(fetchAll(9, ""), caller(9), then));
        assertThat(answer.groups().getFirst().topics()).hasSize(1);
    }

    @Test
    void groupsOnSeveralShardsAreAnsweredInTheOrderOfTheRequest() {
        String[] names = IntStream.range(0, 20).mapToObj(i -> "group-" + i).toArray(String[]::new);
        for (String name : names) {
            commit(name, 9, name);
        }

        OffsetFetchResponse fetched = answerTo(then -> coordinator.fetch(fetchAll(9, names), caller(9), then));
        DescribeGroupsRequest describe =
                DescribeGroupsRequest.builder().groups(List.of(names)).build();
        DescribeGroupsResponse described = answerTo(then -> coordinator.describe(describe, caller(6), then));
        ListGroupsResponse listed =
                answerTo(then -> coordinator.list(ListGroupsRequest.builder().build(), then));

        assertThat(fetched.groups())
                .extracting(OffsetFetchResponseGroup::groupId)
                .containsExactly(names);
        assertThat(fetched.groups())
                .extracting(group ->
                        group.topics().getFirst().partitions().getFirst().metadata())
                .containsExactly(names);
        assertThat(described.groups()).extracting(DescribedGroup::groupId).containsExactly(names);
        assertThat(listed.groups()).extracting(ListedGroup::groupId).containsExactlyInAnyOrder(names);
    }

    @Test
    void aShardThatHasMovedIsRefusedAndNotListed() {
        commit("g", 9, "m");
        coordinator.groups.resigned(GroupCoordinator.partitionOf("g", TestCoordinator.PARTITIONS));

        assertThat(errorOf(commit("g", 9, "m"))).isEqualTo(ErrorCode.NOT_COORDINATOR);
        ListGroupsResponse listed =
                answerTo(then -> coordinator.list(ListGroupsRequest.builder().build(), then));
        assertThat(error(listed.errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(listed.groups()).isEmpty();
    }

    @Test
    void withoutAnOffsetsTopicThereIsNoCoordinator() {
        GroupCoordinator none = new GroupCoordinator(
                settings,
                _ -> ConsumerSettings.DEFAULTS,
                _ -> ShareGroupSettings.DEFAULTS,
                new MemoryShareStates(),
                _ -> StreamsSettings.DEFAULTS,
                new MemoryTopics(),
                new SeededEntropy(1),
                () -> 0);
        HeartbeatRequest request = HeartbeatRequest.builder().groupId("g").build();
        HeartbeatResponse answer = answerTo(then -> none.heartbeat(request, coordinator.loop, then));
        assertThat(error(answer.errorCode())).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    }

    @Test
    void aCommitThatNoBatchCanHoldIsRefused() {
        coordinator.eachLog(log -> log.maxBatchBytes(1_000));
        assertThat(errorOf(commit("g", 9, "m".repeat(2_000)))).isEqualTo(ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
        assertThat(errorOf(commit("g", 9, "m"))).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aGroupThatIsTooLargeToStoreStaysAsItWas() {
        JoinGroupResponse member = joined("g", 9);
        coordinator.eachLog(log -> log.maxBatchBytes(500));
        SyncGroupRequest request = SyncGroupRequest.builder()
                .groupId("g")
                .memberId(member.memberId())
                .generationId(member.generationId())
                .assignments(List.of(new SyncGroupRequestAssignment(member.memberId(), ByteBuffer.allocate(600))))
                .build();

        SyncGroupResponse answer = answerTo(then -> coordinator.sync(request, then));

        assertThat(error(answer.errorCode())).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        assertThat(coordinator.shardOf("g").classic("g").orElseThrow().phase()).isInstanceOf(Phase.Completing.class);
    }

    @Test
    void nothingOfAFrameIsKept() {
        ByteBuffer metadata = Scenario.subscription(List.of("t"));
        ByteBuffer assignment = ByteBuffer.allocate(4).putInt(0, 7);
        JoinGroupResponse member = answerTo(then -> {
            coordinator.groups.join(join("g", "", metadata), caller(3), coordinator.loop, then);
            metadata.duplicate().put(new byte[metadata.remaining()]);
        });
        SyncGroupResponse synced = answerTo(then -> {
            SyncGroupRequest request = SyncGroupRequest.builder()
                    .groupId("g")
                    .memberId(member.memberId())
                    .generationId(member.generationId())
                    .assignments(List.of(new SyncGroupRequestAssignment(member.memberId(), assignment)))
                    .build();
            coordinator.groups.sync(request, new Caller("", "", 4), coordinator.loop, then);
            assignment.putInt(0, 99);
        });

        assertThat(member.members().getFirst().metadata()).isEqualTo(Scenario.subscription(List.of("t")));
        assertThat(synced.assignment().getInt(0)).isEqualTo(7);
    }

    @Test
    void aClientThatAsksAgainGetsBothAnswers() {
        List<ErrorCode> joins = new ArrayList<>();
        JoinGroupResponse leader = joined("g", 3);
        coordinator.join(
                join("g", "", Scenario.subscription(List.of("t"))),
                caller(3),
                answer -> joins.add(error(answer.errorCode())));
        coordinator.pass(Duration.ZERO);
        String second = List.copyOf(coordinator
                        .shardOf("g")
                        .classic("g")
                        .orElseThrow()
                        .roster()
                        .members()
                        .keySet())
                .get(1);
        coordinator.join(
                join("g", second, Scenario.subscription(List.of("t"))),
                caller(3),
                answer -> joins.add(error(answer.errorCode())));
        coordinator.pass(Duration.ZERO);
        assertThat(joins).containsExactly(ErrorCode.REBALANCE_IN_PROGRESS);

        answerTo((Consumer<JoinGroupResponse> then) ->
                coordinator.join(join("g", leader.memberId(), Scenario.subscription(List.of("t"))), caller(3), then));
        assertThat(joins).containsExactly(ErrorCode.REBALANCE_IN_PROGRESS, ErrorCode.NONE);

        List<ErrorCode> syncs = new ArrayList<>();
        SyncGroupRequest sync = SyncGroupRequest.builder()
                .groupId("g")
                .memberId(second)
                .generationId(2)
                .build();
        coordinator.sync(sync, answer -> syncs.add(error(answer.errorCode())));
        coordinator.sync(sync, answer -> syncs.add(error(answer.errorCode())));
        coordinator.pass(Duration.ZERO);
        assertThat(syncs).containsExactly(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void theAnswerComesOnTheLoopOfTheCaller() {
        OtherLoop connection = new OtherLoop();
        List<HeartbeatResponse> answers = new ArrayList<>();
        HeartbeatRequest request = HeartbeatRequest.builder().groupId("g").build();

        coordinator.groups.heartbeat(request, connection, answers::add);
        coordinator.pass(Duration.ZERO);
        assertThat(answers).isEmpty();

        connection.run();
        assertThat(answers).hasSize(1);
    }

    @Test
    void aGroupOfManyOffsetsIsDeletedInAsManyBatchesAsItTakes() {
        for (int partition = 0; partition < 100; partition++) {
            coordinator
                    .shardOf("g")
                    .apply(new GroupRecord.OffsetCommitted(
                            "g", "t", partition, new CommittedOffset(1, -1, "", VirtualLoop.EPOCH_MS, -1, topicId)));
        }
        MemoryShardLog log = coordinator.logOf("g");
        log.maxBatchBytes(500);

        DeleteGroupsRequest request =
                DeleteGroupsRequest.builder().groupsNames(List.of("g")).build();
        DeleteGroupsResponse answer = answerTo(then -> coordinator.delete(request, then));

        assertThat(error(answer.results().getFirst().errorCode())).isEqualTo(ErrorCode.NONE);
        assertThat(log.records()).hasSize(101);
        assertThat(coordinator.shardOf("g").group("g")).isEmpty();
    }

    /** A loop that the test is not on. */
    private static final class OtherLoop implements Loop {
        private final Queue<Runnable> mailbox = new ArrayDeque<>();

        private void run() {
            for (Runnable task = mailbox.poll(); task != null; task = mailbox.poll()) {
                task.run();
            }
        }

        @Override
        public void execute(Runnable task) {
            mailbox.add(task);
        }

        @Override
        public boolean isCurrent() {
            return false;
        }

        @Override
        public Clock clock() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void atEndOfTurn(Runnable task) {
            throw new UnsupportedOperationException();
        }
    }
}
