package dev.barnabas.groups;

import dev.barnabas.protocol.MalformedMessageException;
import dev.barnabas.protocol.Reader;
import dev.barnabas.protocol.message.ConsumerProtocolAssignment;
import dev.barnabas.protocol.message.ConsumerProtocolSubscription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What consumers tell each other inside of the classic protocol, where the coordinator has to read and write it: when
 * classic and consumer members are in one group. Every version begins like the ones before it.
 */
final class EmbeddedProtocol {

    private EmbeddedProtocol() {}

    /**
     * What a member says to its leader.
     *
     * @param owned what it owns, as far as the topics still exist
     */
    record Says(NavigableSet<String> topics, @Nullable String rackId, Partitions owned) {}

    /** @return empty if it is not what a consumer says */
    static Optional<Says> subscription(ByteBuffer metadata, Topics topics) {
        try {
            Reader reader = new Reader(metadata.duplicate());
            int version = reader.int16("version");
            ConsumerProtocolSubscription says = ConsumerProtocolSubscription.read(
                    reader, clamped(version, ConsumerProtocolSubscription.HIGHEST_VERSION));
            Partitions.Builder owned = new Partitions.Builder();
            says.ownedPartitions()
                    .forEach(topic -> topics.idOf(topic.topic())
                            .ifPresent(id -> topic.partitions().forEach(partition -> owned.add(id, partition))));
            return Optional.of(new Says(new TreeSet<>(says.topics()), says.rackId(), owned.build()));
        } catch (MalformedMessageException notConsumers) {
            return Optional.empty();
        }
    }

    /**
     * What a leader has assigned to a member.
     *
     * @return empty if it is not what a leader of consumers assigns, or there is more in it than partitions
     */
    static Optional<Partitions> assignment(ByteBuffer assignment, Topics topics) {
        if (!assignment.hasRemaining()) {
            return Optional.of(Partitions.NONE);
        }
        try {
            Reader reader = new Reader(assignment.duplicate());
            int version = reader.int16("version");
            ConsumerProtocolAssignment assigned = ConsumerProtocolAssignment.read(
                    reader, clamped(version, ConsumerProtocolAssignment.HIGHEST_VERSION));
            ByteBuffer userData = assigned.userData();
            if (userData != null && userData.hasRemaining()) {
                return Optional.empty();
            }
            Partitions.Builder partitions = new Partitions.Builder();
            assigned.assignedPartitions()
                    .forEach(topic -> topics.idOf(topic.topic())
                            .ifPresent(id -> topic.partitions().forEach(partition -> partitions.add(id, partition))));
            return Optional.of(partitions.build());
        } catch (MalformedMessageException notConsumers) {
            return Optional.empty();
        }
    }

    /** @param metadata what the member has said: it is answered in its version */
    static ByteBuffer assignment(Partitions partitions, ByteBuffer metadata, Topics topics) {
        int version = metadata.remaining() < Short.BYTES
                ? 0
                : clamped(metadata.getShort(metadata.position()), ConsumerProtocolAssignment.HIGHEST_VERSION);
        Map<String, List<Integer>> byName = new TreeMap<>();
        partitions
                .byTopic()
                .forEach((topic, indexes) ->
                        topics.nameOf(topic).ifPresent(name -> byName.put(name, List.copyOf(indexes))));
        ConsumerProtocolAssignment assignment = ConsumerProtocolAssignment.builder()
                .assignedPartitions(byName.entrySet().stream()
                        .map(topic -> new ConsumerProtocolAssignment.TopicPartition(topic.getKey(), topic.getValue()))
                        .toList())
                .userData(null)
                .build();
        return GroupRecords.bytes(version, assignment, version);
    }

    private static int clamped(int version, int highest) {
        return Math.max(0, Math.min(version, highest));
    }
}
