package dev.barnabas.client;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member of a classic group as its leader sees it when it shares the partitions out.
 *
 * @param memberId the id that the coordinator gave
 * @param instanceId the name of a static member (KIP-345), or null
 * @param topics what it subscribes to
 * @param owned what it says it still has; members that gave everything up before joining say nothing
 * @param generation the generation it had that in; -1 unknown
 */
record GroupMember(
        String memberId, @Nullable String instanceId, List<String> topics, List<TopicPartition> owned, int generation) {

    /**
     * The order in which members are served: static ones by instance id, before the others by member id. Every client
     * has to use this order, or a static member that comes back under a new member id would get other partitions.
     */
    static final Comparator<GroupMember> ORDER = (a, b) -> {
        if (a.instanceId != null && b.instanceId != null) {
            return a.instanceId.compareTo(b.instanceId);
        }
        if (a.instanceId != null) {
            return -1;
        }
        return b.instanceId != null ? 1 : a.memberId.compareTo(b.memberId);
    };
}
