package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.groups.Member.Client;
import dev.barnabas.groups.Member.Timeouts;
import dev.barnabas.groups.Member.Waiting;
import dev.barnabas.groups.Phase.Completing;
import dev.barnabas.groups.Phase.Opening;
import dev.barnabas.groups.Phase.Preparing;
import dev.barnabas.groups.Phase.Stable;
import dev.barnabas.protocol.message.ConsumerGroupDescribeRequest;
import dev.barnabas.protocol.message.ConsumerGroupDescribeResponse;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RemarkTest {

    private static final long SINCE = 1_000_000;
    private static final long NOW = SINCE + 7_000;

    @Test
    void aStableGroupNeedsNoRemark() {
        assertThat(Remark.of(group(new Stable("range", Set.of())), NOW)).isNull();
        assertThat(Remark.of(ClassicGroup.created("g", SINCE), NOW)).isNull();
    }

    @Test
    void inARebalanceItIsSaidWhoHasNotJoinedAndWhy() {
        assertThat(Remark.of(group(new Preparing("member c leaves", null)), NOW))
                .isEqualTo("For 7 seconds: it waits for a (one at /10.0.0.1), b (two at /10.0.0.2) to join again, for"
                        + " 60 seconds in all; it rebalances because member c leaves.");
        assertThat(Remark.of(group(new Preparing("a joins", new Opening(300, 1_000, false))), NOW))
                .isEqualTo("For 7 seconds: it waits a moment for more members, as it was empty: a joins.");
    }

    @Test
    void betweenJoiningAndAssigningItIsTheLeaderWhoIsWaitedFor() {
        assertThat(Remark.of(group(new Completing("range", Set.of("a", "b"))), NOW))
                .isEqualTo("For 7 seconds: it waits for its leader a (one at /10.0.0.1) to assign.");
    }

    @Test
    void inAConsumerGroupItIsSaidWhoIsToGiveUpWhat() {
        TestCoordinator coordinator = new TestCoordinator(GroupSettings.DEFAULTS, 1);
        coordinator.topics().create("t", 2);
        beat(coordinator, "a", 0);
        coordinator.pass(Duration.ofSeconds(2));
        beat(coordinator, "b", 0);
        beat(coordinator, "a", 2);
        coordinator.pass(Duration.ofSeconds(3));

        List<ConsumerGroupDescribeResponse> described = new ArrayList<>();
        coordinator.consumerDescribe(
                ConsumerGroupDescribeRequest.builder().groupIds(List.of("g")).build(), described::add);
        coordinator.pass(Duration.ZERO);

        assertThat(described.getFirst().groups().getFirst().errorMessage())
                .startsWith("For 3 seconds: it waits for a (client at /10.0.0.1) to give up t-")
                .endsWith("; b (client at /10.0.0.1) waits for partitions that others have.");
    }

    private static void beat(TestCoordinator coordinator, String memberId, int epoch) {
        ConsumerGroupHeartbeatRequest.Builder request = ConsumerGroupHeartbeatRequest.builder()
                .groupId("g")
                .memberId(memberId)
                .memberEpoch(epoch);
        if (epoch == 0) {
            request.rebalanceTimeoutMs(60_000)
                    .subscribedTopicNames(List.of("t"))
                    .topicPartitions(List.of());
        }
        coordinator.consumerHeartbeat(request.build(), new Caller("client", "/10.0.0.1", 1), _ -> {});
        coordinator.pass(Duration.ZERO);
    }

    private static ClassicGroup group(Phase phase) {
        return ClassicGroup.created("g", 0)
                .withProtocolType(ClassicGroup.CONSUMER)
                .with(member("a", "one", "/10.0.0.1"))
                .with(member("b", "two", "/10.0.0.2"))
                .enters(phase, SINCE);
    }

    private static Member member(String id, String client, String host) {
        return new Member(
                id,
                new Client(null, client, host),
                new Timeouts(45_000, 60_000),
                List.of(),
                Member.NO_ASSIGNMENT,
                Waiting.NOTHING);
    }
}
