package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.barnabas.groups.GroupCensus;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.FindCoordinatorResponse;
import dev.barnabas.protocol.message.ShareGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ShareGroupHeartbeatResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Groups in metrics. */
class ObservingGroupsTest {

    private static final String TOPIC = "seen";

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    @Test
    void membersAreSeenOfEveryTypeOfGroup() {
        CreateTopicsRequest creation = CreateTopicsRequest.builder()
                .topics(List.of(CreateTopicsRequest.CreatableTopic.builder()
                        .name(TOPIC)
                        .numPartitions(1)
                        .replicationFactor((short) 1)
                        .build()))
                .timeoutMs(10_000)
                .build();
        node.ask(creation, 7, CreateTopicsResponse.class);
        node.ask(FindCoordinatorRequest.builder().key("any").build(), 0, FindCoordinatorResponse.class);
        // Until the topic of groups is open
        while (!consumersHaveJoined()) {
            node.simulation().runFor(Duration.ofMillis(100));
        }
        joinShare("one");
        joinShare("other");

        assertThat(node.observe().groups().groups())
                .extracting(GroupCensus.Entry::group, GroupCensus.Entry::members)
                .containsExactlyInAnyOrder(tuple("consumers", 1), tuple("queue", 2));
    }

    private boolean consumersHaveJoined() {
        ConsumerGroupHeartbeatRequest request = ConsumerGroupHeartbeatRequest.builder()
                .groupId("consumers")
                .memberId("one")
                .memberEpoch(0)
                .rebalanceTimeoutMs(10_000)
                .subscribedTopicNames(List.of(TOPIC))
                .topicPartitions(List.of())
                .build();
        return node.ask(request, 1, ConsumerGroupHeartbeatResponse.class).errorCode() == 0;
    }

    private void joinShare(String member) {
        ShareGroupHeartbeatRequest request = ShareGroupHeartbeatRequest.builder()
                .groupId("queue")
                .memberId(member)
                .memberEpoch(0)
                .subscribedTopicNames(List.of(TOPIC))
                .build();
        assertThat(node.ask(request, 1, ShareGroupHeartbeatResponse.class).errorCode())
                .isZero();
    }
}
