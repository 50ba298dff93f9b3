package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.Map;

/** What happens to groups when time passes. */
sealed interface GroupTimer {

    /** A member, or somebody who was given a member id, has not been heard of for its session timeout. */
    record SessionEnd(String groupId, String memberId) implements GroupTimer {}

    /** The time to join is over. */
    record JoinEnd(String groupId) implements GroupTimer {}

    /** The time to fetch the assignment is over. */
    record SyncEnd(String groupId) implements GroupTimer {}

    /** The time of a member to give up partitions or tasks, or to join again, is over. */
    record RevokeEnd(String groupId, String memberId) implements GroupTimer {}

    /** A consumer group, or streams group, may be assigned anew. */
    record AssignDue(String groupId) implements GroupTimer {}

    /** The share coordinators are asked again to begin the states of a share group. */
    record ShareStatesDue(String groupId) implements GroupTimer {}

    /** It is time to look for groups and offsets that have expired. */
    record Sweep() implements GroupTimer {}

    /** Something of this group may have expired. */
    record SweepGroup(String groupId) implements GroupTimer {}

    /** Topics, by name, were deleted, and this group has offsets for some of them. */
    record ForgetTopics(String groupId, Map<String, Uuid> topics) implements GroupTimer {}
}
