package dev.barnabas.groups;

import dev.barnabas.protocol.state.StreamsGroupTopologyValue;
import java.util.Map;

/** What is stored of streams groups. {@link StreamsRecords} has the formats. */
sealed interface StreamsRecord extends GroupRecord {

    String groupId();

    /**
     * The group.
     *
     * @param epoch grows whenever the tasks may have to be assigned anew
     * @param metadataHash of the topics that it reads and writes
     * @param validatedTopologyEpoch of the topology whose topics are all there, and right; -1 if they are not
     * @param settings that the assignment of this epoch depends on
     */
    record GroupStored(
            String groupId, int epoch, long metadataHash, int validatedTopologyEpoch, Map<String, String> settings)
            implements StreamsRecord {
        public GroupStored {
            settings = Map.copyOf(settings);
        }
    }

    /** A tombstone. */
    record GroupForgotten(String groupId) implements StreamsRecord {}

    record TopologyStored(String groupId, StreamsGroupTopologyValue topology) implements StreamsRecord {}

    /** A tombstone. */
    record TopologyForgotten(String groupId) implements StreamsRecord {}

    record MemberStored(String groupId, String memberId, StreamsMember member) implements StreamsRecord {}

    /** A tombstone. */
    record MemberForgotten(String groupId, String memberId) implements StreamsRecord {}

    /**
     * The group epoch that the targets of all members are for.
     *
     * @param assignedMs when they were worked out, in milliseconds since the epoch
     */
    record TargetStored(String groupId, int epoch, long assignedMs) implements StreamsRecord {}

    /** A tombstone. */
    record TargetForgotten(String groupId) implements StreamsRecord {}

    record MemberTargetStored(String groupId, String memberId, TaskRoles target) implements StreamsRecord {}

    /** A tombstone. */
    record MemberTargetForgotten(String groupId, String memberId) implements StreamsRecord {}

    record CurrentStored(String groupId, String memberId, TaskAssignment current) implements StreamsRecord {}

    /** A tombstone. */
    record CurrentForgotten(String groupId, String memberId) implements StreamsRecord {}
}
