package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.groups.ConsumerRecord.TargetStored;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a consumer group costs, and how soon its members are asked again. */
final class ConsumerGroupTest {
    private final TestCoordinator coordinator = new TestCoordinator(GroupSettings.DEFAULTS, 1);
    private final List<ConsumerGroupHeartbeatResponse> answers = new ArrayList<>();

    private ConsumerGroupHeartbeatResponse beat(ConsumerGroupHeartbeatRequest.Builder request, int version) {
        answers.clear();
        coordinator.consumerHeartbeat(
                request.groupId("g").build(), new Caller("client", "/10.0.0.1", version), answers::add);
        coordinator.pass(Duration.ZERO);
        assertThat(answers).hasSize(1);
        return answers.getFirst();
    }

    private ConsumerGroupHeartbeatResponse join(String memberId) {
        return beat(
                ConsumerGroupHeartbeatRequest.builder()
                        .memberId(memberId)
                        .rebalanceTimeoutMs(60_000)
                        .subscribedTopicNames(List.of("t"))
                        .topicPartitions(List.of()),
                memberId.isEmpty() ? 0 : 1);
    }

    private ConsumerGroupHeartbeatResponse beat(String memberId, int epoch) {
        return beat(ConsumerGroupHeartbeatRequest.builder().memberId(memberId).memberEpoch(epoch), 1);
    }

    private long assignments() {
        return coordinator.records().stream()
                .map(GroupRecords::decode)
                .flatMap(Optional::stream)
                .filter(TargetStored.class::isInstance)
                .count();
    }

    @Test
    void aHeartbeatThatChangesNothingWritesNothing() {
        coordinator.topics().create("t", 4);
        int epoch = join("a").memberEpoch();
        int before = coordinator.records().size();
        for (int i = 0; i < 10; i++) {
            assertThat(beat("a", epoch).errorCode()).isEqualTo(ErrorCode.NONE.code());
            coordinator.pass(Duration.ofSeconds(5));
        }
        assertThat(coordinator.records()).hasSize(before);
    }

    @Test
    void aThousandMembersThatJoinOneAfterTheOtherAreAssignedTogether() {
        coordinator.topics().create("t", 1_000);
        for (int i = 0; i < 1_000; i++) {
            join("m" + i);
            coordinator.pass(Duration.ofMillis(2));
        }
        // The first at once, the others once a second.
        assertThat(assignments()).isBetween(2L, 4L);
        coordinator.pass(Duration.ofSeconds(1));
        ConsumerGroup group = coordinator.shardOf("g").consumers("g").orElseThrow();
        assertThat(group.targetEpoch()).isEqualTo(group.epoch());
        assertThat(group.members().keySet()).allMatch(id -> group.target(id).size() == 1);
    }

    @Test
    void aGroupThatChangesIsAskedOftenAndOneThatIsQuietOnceASecond() {
        coordinator.topics().create("t", 4);
        ConsumerGroupHeartbeatResponse joined = join("a");
        assertThat(joined.heartbeatIntervalMs()).isEqualTo(100);
        coordinator.pass(Duration.ofSeconds(1));
        assertThat(beat("a", joined.memberEpoch()).heartbeatIntervalMs()).isEqualTo(400);
        coordinator.pass(Duration.ofSeconds(8));
        assertThat(beat("a", joined.memberEpoch()).heartbeatIntervalMs()).isEqualTo(1_000);
        join("b");
        assertThat(beat("a", joined.memberEpoch()).heartbeatIntervalMs()).isEqualTo(100);
    }

    @Test
    void theMembersOfALargeGroupTogetherAreAskedAThousandTimesASecondAtMost() {
        assertThat(HeartbeatPace.nextMs(0, false, 2_000, 5_000)).isEqualTo(2_000);
        assertThat(HeartbeatPace.nextMs(0, false, 100_000, 5_000)).isEqualTo(5_000);
        assertThat(HeartbeatPace.nextMs(8_000, false, 10, 5_000)).isEqualTo(800);
        assertThat(HeartbeatPace.nextMs(Long.MAX_VALUE, true, 10, 5_000)).isEqualTo(5_000);
    }

    @Test
    void aShardWithManyMembersIsAskedAsSet() {
        assertThat(HeartbeatPace.restingMs(1, 5_000)).isEqualTo(1_000);
        assertThat(HeartbeatPace.restingMs(50, 5_000)).isEqualTo(2_500);
        assertThat(HeartbeatPace.restingMs(1_000, 5_000)).isEqualTo(5_000);
        assertThat(HeartbeatPace.restingMs(1, 500)).isEqualTo(500);
    }

    @Test
    void aMemberOfTheFirstVersionIsGivenAnId() {
        coordinator.topics().create("t", 4);
        String memberId = join("").memberId();
        assertThat(memberId).isNotEmpty();
        assertThat(coordinator.shardOf("g").consumers("g").orElseThrow().members())
                .containsOnlyKeys(memberId);
    }

    @Test
    void aFullGroupTakesNobodyElse() {
        TestCoordinator small = new TestCoordinator(
                GroupSettings.DEFAULTS,
                new ConsumerSettings(
                        true, 45_000, 5_000, 1_000, 1, List.of("uniform"), ConsumerSettings.Migration.BIDIRECTIONAL),
                1);
        small.topics().create("t", 1);
        for (String memberId : List.of("a", "b", "a")) {
            small.consumerHeartbeat(
                    ConsumerGroupHeartbeatRequest.builder()
                            .groupId("g")
                            .memberId(memberId)
                            .rebalanceTimeoutMs(60_000)
                            .subscribedTopicNames(List.of("t"))
                            .topicPartitions(List.of())
                            .build(),
                    new Caller("client", "/10.0.0.1", 1),
                    answers::add);
            small.pass(Duration.ZERO);
        }
        assertThat(answers)
                .extracting(ConsumerGroupHeartbeatResponse::errorCode)
                .containsExactly(ErrorCode.NONE.code(), ErrorCode.GROUP_MAX_SIZE_REACHED.code(), ErrorCode.NONE.code());
    }
}
