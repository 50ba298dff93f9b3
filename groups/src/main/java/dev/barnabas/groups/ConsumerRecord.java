package dev.barnabas.groups;

import java.util.NavigableSet;

/** What is stored of consumer groups. {@link ConsumerRecords} has the formats. The state is nothing but these. */
sealed interface ConsumerRecord extends GroupRecord {

    String groupId();

    /**
     * The group.
     *
     * @param epoch grows whenever the partitions may have to be assigned anew
     * @param metadataHash of the topics that it has subscribed to
     */
    record GroupStored(String groupId, int epoch, long metadataHash) implements ConsumerRecord {}

    /** A tombstone. */
    record GroupForgotten(String groupId) implements ConsumerRecord {}

    record MemberStored(String groupId, String memberId, ConsumerMember member) implements ConsumerRecord {}

    /** A tombstone. */
    record MemberForgotten(String groupId, String memberId) implements ConsumerRecord {}

    /**
     * The group epoch that the targets of all members are for.
     *
     * @param assignedMs when they were worked out, in milliseconds since the epoch
     */
    record TargetStored(String groupId, int epoch, long assignedMs) implements ConsumerRecord {}

    /** A tombstone. */
    record TargetForgotten(String groupId) implements ConsumerRecord {}

    record MemberTargetStored(String groupId, String memberId, Partitions target) implements ConsumerRecord {}

    /** A tombstone. */
    record MemberTargetForgotten(String groupId, String memberId) implements ConsumerRecord {}

    record CurrentStored(String groupId, String memberId, CurrentAssignment current) implements ConsumerRecord {}

    /** A tombstone. */
    record CurrentForgotten(String groupId, String memberId) implements ConsumerRecord {}

    /**
     * The topics that a regular expression matches.
     *
     * @param version of the metadata that it was matched with
     * @param matchedMs when, in milliseconds since the epoch
     */
    record PatternStored(String groupId, String pattern, NavigableSet<String> topics, long version, long matchedMs)
            implements ConsumerRecord {}

    /** A tombstone. */
    record PatternForgotten(String groupId, String pattern) implements ConsumerRecord {}
}
