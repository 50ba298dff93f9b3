package dev.barnabas.client;

import dev.barnabas.protocol.Encoded;
import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Message;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.message.ConsumerProtocolAssignment;
import dev.barnabas.protocol.message.ConsumerProtocolSubscription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What consumers tell each other through the coordinator, who does not look at it: a version, then a message. A newer
 * version than we know is read as the newest we know, since versions only ever append fields.
 */
final class ConsumerProtocol {

    /** The protocol type of groups of consumers. */
    static final String TYPE = "consumer";

    private ConsumerProtocol() {}

    /**
     * What a member wants and has.
     *
     * @param owned nothing, for a member that gives everything up before it joins
     * @param generation in which it had that, or -1
     */
    static ByteBuffer subscription(
            Collection<String> topics, Collection<TopicPartition> owned, int generation, @Nullable String rack) {
        ConsumerProtocolSubscription subscription = ConsumerProtocolSubscription.builder()
                .topics(topics.stream().sorted().toList())
                .userData(userData(generation))
                .ownedPartitions(ByTopic.map(
                        owned,
                        (topic, some) -> new ConsumerProtocolSubscription.TopicPartition(
                                topic,
                                some.stream().map(TopicPartition::partition).toList())))
                .generationId(generation)
                .rackId(rack)
                .build();
        return versioned(subscription, ConsumerProtocolSubscription.HIGHEST_VERSION);
    }

    /** Cooperative-sticky members of before version 2 of the subscription look for the generation in here. */
    private static ByteBuffer userData(int generation) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(generation).flip();
    }

    static ByteBuffer assignment(Collection<TopicPartition> partitions) {
        ConsumerProtocolAssignment assignment = ConsumerProtocolAssignment.builder()
                .assignedPartitions(ByTopic.map(
                        partitions,
                        (topic, some) -> new ConsumerProtocolAssignment.TopicPartition(
                                topic,
                                some.stream().map(TopicPartition::partition).toList())))
                .build();
        return versioned(assignment, ConsumerProtocolAssignment.HIGHEST_VERSION);
    }

    private static ByteBuffer versioned(Message message, int version) {
        ByteBuffer body = Encoded.message(message, version).flatten();
        return ByteBuffer.allocate(Short.BYTES + body.remaining())
                .putShort((short) version)
                .put(body)
                .flip();
    }

    /** A member as its leader sees it; empty if its subscription cannot be read. */
    static Optional<GroupMember> member(String memberId, @Nullable String instanceId, ByteBuffer metadata) {
        try {
            Reader in = new Reader(metadata);
            int version = in.int16("ConsumerProtocolSubscription.version");
            if (version < 0) {
                return Optional.empty();
            }
            ConsumerProtocolSubscription subscription = ConsumerProtocolSubscription.read(
                    in, Math.min(version, ConsumerProtocolSubscription.HIGHEST_VERSION));
            List<TopicPartition> owned = new ArrayList<>();
            subscription
                    .ownedPartitions()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> owned.add(new TopicPartition(topic.topic(), partition))));
            int generation = subscription.generationId();
            ByteBuffer userData = subscription.userData();
            if (version < 2 && userData != null && userData.remaining() == Integer.BYTES) {
                generation = userData.getInt(userData.position());
            }
            return Optional.of(new GroupMember(memberId, instanceId, subscription.topics(), owned, generation));
        } catch (MalformedMessageException malformed) {
            return Optional.empty();
        }
    }

    /** The partitions in an assignment; nothing if it is empty, and empty if it cannot be read. */
    static Optional<List<TopicPartition>> assigned(ByteBuffer assignment) {
        if (!assignment.hasRemaining()) {
            return Optional.of(List.of());
        }
        try {
            Reader in = new Reader(assignment);
            int version = in.int16("ConsumerProtocolAssignment.version");
            if (version < 0) {
                return Optional.empty();
            }
            List<TopicPartition> partitions = new ArrayList<>();
            ConsumerProtocolAssignment.read(in, Math.min(version, ConsumerProtocolAssignment.HIGHEST_VERSION))
                    .assignedPartitions()
                    .forEach(topic -> topic.partitions()
                            .forEach(partition -> partitions.add(new TopicPartition(topic.topic(), partition))));
            return Optional.of(partitions);
        } catch (MalformedMessageException malformed) {
            return Optional.empty();
        }
    }
}
