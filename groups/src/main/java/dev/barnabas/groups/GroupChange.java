package dev.barnabas.groups;

import java.util.NavigableMap;

/** What only the coordinator knows of a group and forgets when it moves: who is joining, who waits for what. */
sealed interface GroupChange {

    /** The group is this from now on. */
    record Becomes(ClassicGroup group) implements GroupChange {}

    /** A member was taken for gone. */
    record MemberLost(String groupId) implements GroupChange {}

    /** The share coordinators are being asked to begin the states of partitions of a share group there. */
    record ShareStatesAsked(String groupId, NavigableMap<SharePlace, Long> starts) implements GroupChange {}

    /** The share coordinators have answered: they may, or may not yet, be asked again. */
    record ShareStatesAnswered(String groupId, boolean mayAsk) implements GroupChange {}

    /** A consumer or share group has been compared with this version of the topics. */
    record TopicsSeen(String groupId, long version) implements GroupChange {}

    /** A classic member of a consumer group was told to join again, and has a time to do it; or it has done so. */
    record AskedToJoin(String groupId, String memberId, boolean asked) implements GroupChange {}

    /** What the leader knows of a streams group. */
    record StreamsRemembered(String groupId, StreamsMemory memory) implements GroupChange {}
}
