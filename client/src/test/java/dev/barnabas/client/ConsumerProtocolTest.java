package dev.barnabas.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.junit.jupiter.api.Test;

final class ConsumerProtocolTest {

    private static final org.apache.kafka.common.TopicPartition KAFKA_A1 =
            new org.apache.kafka.common.TopicPartition("a", 1);
    private static final TopicPartition A1 = new TopicPartition("a", 1);
    private static final TopicPartition B0 = new TopicPartition("b", 0);

    @Test
    void theOfficialClientReadsOurSubscription() {
        ByteBuffer bytes =
                dev.barnabas.client.ConsumerProtocol.subscription(List.of("b", "a"), List.of(A1), 7, "rack-1");

        Subscription read = ConsumerProtocol.deserializeSubscription(bytes);

        assertThat(read.topics()).containsExactly("a", "b");
        assertThat(read.ownedPartitions()).containsExactly(KAFKA_A1);
        assertThat(read.generationId()).contains(7);
        assertThat(read.rackId()).contains("rack-1");
    }

    @Test
    void weReadTheOfficialClientsSubscriptionInAllVersions() {
        Subscription subscription = new Subscription(List.of("a", "b"), null, List.of(KAFKA_A1), 3, Optional.of("r"));
        for (short version = 0; version <= 3; version++) {
            ByteBuffer bytes = ConsumerProtocol.serializeSubscription(subscription, version);

            GroupMember member =
                    dev.barnabas.client.ConsumerProtocol.member("m", "i", bytes).orElseThrow();

            assertThat(member.topics()).containsExactly("a", "b");
            assertThat(member.owned()).isEqualTo(version >= 1 ? List.of(A1) : List.of());
            assertThat(member.generation()).isEqualTo(version >= 2 ? 3 : -1);
            assertThat(member.instanceId()).isEqualTo("i");
        }
    }

    @Test
    void anOldCooperativeMemberTellsItsGenerationInTheUserData() {
        Subscription old = new Subscription(
                List.of("a"), ByteBuffer.allocate(4).putInt(0, 9), List.of(KAFKA_A1), -1, Optional.empty());

        GroupMember member = dev.barnabas.client.ConsumerProtocol.member(
                        "m", null, ConsumerProtocol.serializeSubscription(old, (short) 1))
                .orElseThrow();

        assertThat(member.generation()).isEqualTo(9);
    }

    @Test
    void assignmentsAreUnderstoodInBothDirections() {
        ByteBuffer ours = dev.barnabas.client.ConsumerProtocol.assignment(List.of(B0, A1));
        ByteBuffer theirs = ConsumerProtocol.serializeAssignment(new Assignment(List.of(KAFKA_A1)));

        assertThat(ConsumerProtocol.deserializeAssignment(ours).partitions())
                .containsExactlyInAnyOrder(KAFKA_A1, new org.apache.kafka.common.TopicPartition("b", 0));
        assertThat(dev.barnabas.client.ConsumerProtocol.assigned(theirs)).contains(List.of(A1));
    }

    @Test
    void anEmptyAssignmentIsNothingAndGarbageIsRefused() {
        assertThat(dev.barnabas.client.ConsumerProtocol.assigned(ByteBuffer.allocate(0)))
                .contains(List.of());
        assertThat(dev.barnabas.client.ConsumerProtocol.assigned(ByteBuffer.allocate(1)))
                .isEmpty();
        assertThat(dev.barnabas.client.ConsumerProtocol.member(
                        "m", null, ByteBuffer.allocate(6).putInt(2, Integer.MAX_VALUE)))
                .isEmpty();
    }
}
