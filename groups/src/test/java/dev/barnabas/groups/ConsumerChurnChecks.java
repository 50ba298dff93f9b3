package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.protocol.Uuid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What always has to hold in consumer groups, whatever clients, disks and leaders do.
 *
 * <ul>
 *   <li>No partition is with two members, one that has it and one that has not yet given it up included.
 *   <li>What a client works on is with it in the group as well, unless the group has already fenced it: so no two
 *       clients that are members work on the same partition.
 *   <li>No epoch goes back: neither a member's, as the client sees it, nor the group's.
 * </ul>
 */
final class ConsumerChurnChecks {
    private final Map<String, Integer> memberEpochs = new HashMap<>();
    private final Map<String, Integer> groupEpochs = new HashMap<>();

    void answered(String groupId, String memberId, @Nullable String instanceId, int epoch) {
        String member = groupId + " " + (instanceId == null ? memberId : instanceId + " " + memberId);
        Integer before = memberEpochs.put(member, epoch);
        assertThat(epoch).as("epoch of %s", member).isGreaterThanOrEqualTo(before == null ? 0 : before);
    }

    /** The leader was lost: what was not committed never happened, and nobody was told of it. */
    void moved(String groupId) {
        groupEpochs.remove(groupId);
    }

    void check(GroupShard shard, String groupId, List<ConsumerChurnClient> clients) {
        ConsumerGroup group = shard.consumers(groupId).orElse(null);
        if (group == null) {
            return;
        }
        Integer before = groupEpochs.put(groupId, group.epoch());
        assertThat(group.epoch()).as("epoch of %s", groupId).isGreaterThanOrEqualTo(before == null ? 0 : before);
        assertThat(group.targetEpoch()).isLessThanOrEqualTo(group.epoch());
        Map<Uuid, Map<Integer, String>> owners = new HashMap<>();
        group.members()
                .keySet()
                .forEach(memberId -> group.current(memberId)
                        .held()
                        .forEach((topic, partition) -> assertThat(owners.computeIfAbsent(topic, _ -> new HashMap<>())
                                        .put(partition, memberId))
                                .as("another owner of %s-%d in %s", topic, partition, groupId)
                                .isNull()));
        for (ConsumerChurnClient client : clients) {
            boolean isMember = client.groupId().equals(groupId)
                    && group.member(client.memberId()).isPresent()
                    && client.epoch() > 0;
            if (isMember) {
                assertThat(group.current(client.memberId()).held().containsAll(client.owned()))
                        .as("%s has what it works on", client.memberId())
                        .isTrue();
            }
        }
    }

    /** In the end: every partition has one owner, who works on it. */
    void checkComplete(int partitions, String groupId, List<ConsumerChurnClient> clients) {
        int owned = clients.stream()
                .filter(client -> client.groupId().equals(groupId))
                .mapToInt(client -> client.owned().size())
                .sum();
        assertThat(owned).as("partitions of %s that somebody works on", groupId).isEqualTo(partitions);
    }
}
