package dev.barnabas.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Response;
import dev.barnabas.protocol.message.FindCoordinatorRequest;
import dev.barnabas.protocol.message.HeartbeatRequest;
import dev.barnabas.protocol.message.HeartbeatResponse;
import dev.barnabas.protocol.message.JoinGroupRequest;
import dev.barnabas.protocol.message.JoinGroupResponse;
import dev.barnabas.protocol.message.MetadataRequest;
import dev.barnabas.protocol.message.MetadataResponse;
import dev.barnabas.protocol.message.SyncGroupRequest;
import dev.barnabas.protocol.message.SyncGroupRequest.SyncGroupRequestAssignment;
import dev.barnabas.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldHeartbeatsTest {

    private static final String JAVA = "apache-kafka-java";
    private static final int JOIN_VERSION = 9;
    private static final int HEARTBEAT_VERSION = 4;
    private static final int SYNC_VERSION = 5;

    private final SimulatedNode node = SimulatedNode.start(LogLevels.none());

    @Test
    void aMemberThatWaitsLearnsOfARebalanceAtOnce() {
        Member first = member(JAVA);
        SimulatedNode.Outcome heartbeat = first.heartbeat();
        node.simulation().runFor(Duration.ofMillis(200));
        assertThat(heartbeat.isOver()).isFalse();

        SimulatedNode.Client second = node.connectAs(JAVA);
        String secondId =
                second.ask(joining(""), JOIN_VERSION, JoinGroupResponse.class).memberId();
        second.send(joining(secondId), JOIN_VERSION);
        node.simulation().runFor(Duration.ofMillis(100));

        assertThat(errorOf(heartbeat)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
    }

    @Test
    void whateverElseTheClientAsksIsNotKeptWaiting() {
        Member member = member(JAVA);
        SimulatedNode.Outcome heartbeat = member.heartbeat();
        node.simulation().runFor(Duration.ofMillis(200));
        assertThat(heartbeat.isOver()).isFalse();

        SimulatedNode.Outcome metadata =
                member.client.send(MetadataRequest.builder().build(), 9);
        node.simulation().runFor(Duration.ofMillis(100));

        assertThat(errorOf(heartbeat)).isEqualTo(ErrorCode.NONE);
        assertThat(metadata.response()).isInstanceOf(MetadataResponse.class);
    }

    @Test
    void withoutNewsTheAnswerComesWhenItsTimeIsOver() {
        Member member = member(JAVA);
        SimulatedNode.Outcome heartbeat = member.heartbeat();
        node.simulation().runFor(Duration.ofMillis(2_900));
        assertThat(heartbeat.isOver()).isFalse();

        node.simulation().runFor(Duration.ofMillis(200));

        assertThat(errorOf(heartbeat)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void clientsThatWaitForTheAnswerThemselvesGetItAtOnce() {
        SimulatedNode.Outcome heartbeat = member("kafkajs").heartbeat();
        node.simulation().runFor(Duration.ofMillis(200));

        assertThat(errorOf(heartbeat)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void whoHangsUpInsteadOfWaitingIsNotKeptWaitingAgain() {
        Member member = member(JAVA);
        member.heartbeat();
        node.simulation().runFor(Duration.ofMillis(200));
        member.client.close();
        node.simulation().runFor(Duration.ofMillis(200));

        SimulatedNode.Outcome heartbeat = new Member(node.connectAs(JAVA), member.id, member.generation).heartbeat();
        node.simulation().runFor(Duration.ofMillis(200));

        assertThat(errorOf(heartbeat)).isEqualTo(ErrorCode.NONE);
    }

    private static ErrorCode errorOf(SimulatedNode.Outcome heartbeat) {
        return ErrorCode.forCode(((HeartbeatResponse) heartbeat.response()).errorCode());
    }

    private static JoinGroupRequest joining(String memberId) {
        return JoinGroupRequest.builder()
                .groupId("group")
                .memberId(memberId)
                .sessionTimeoutMs(45_000)
                .rebalanceTimeoutMs(60_000)
                .protocolType("consumer")
                .protocols(List.of(JoinGroupRequest.JoinGroupRequestProtocol.builder()
                        .name("range")
                        .metadata(ByteBuffer.allocate(0))
                        .build()))
                .build();
    }

    /** The only member of its group, which is stable. */
    private Member member(String software) {
        node.ask(FindCoordinatorRequest.builder().key("group").build(), 0, Response.class);
        SimulatedNode.Client client = node.connectAs(software);
        String id =
                client.ask(joining(""), JOIN_VERSION, JoinGroupResponse.class).memberId();
        int generation =
                client.ask(joining(id), JOIN_VERSION, JoinGroupResponse.class).generationId();
        client.ask(
                SyncGroupRequest.builder()
                        .groupId("group")
                        .memberId(id)
                        .generationId(generation)
                        .protocolType("consumer")
                        .protocolName("range")
                        .assignments(List.of(new SyncGroupRequestAssignment(id, ByteBuffer.allocate(4))))
                        .build(),
                SYNC_VERSION,
                SyncGroupResponse.class);
        return new Member(client, id, generation);
    }

    private record Member(SimulatedNode.Client client, String id, int generation) {

        SimulatedNode.Outcome heartbeat() {
            return client.send(
                    HeartbeatRequest.builder()
                            .groupId("group")
                            .memberId(id)
                            .generationId(generation)
                            .build(),
                    HEARTBEAT_VERSION);
        }
    }
}
