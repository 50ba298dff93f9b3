package dev.barnabas.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How the leader of a classic group shares the partitions out among its members. Range and round-robin give what every
 * other Kafka client's leader would give; the sticky ones promise balance, and to move as little as balance allows.
 * Pure functions of the members and the topics.
 */
public enum Assignor {

    /** Each topic on its own: consecutive partitions, the first members get one more if it does not come out even. */
    RANGE("range") {
        @Override
        Map<String, List<TopicPartition>> assign(Map<String, Integer> partitions, List<GroupMember> members) {
            Map<String, List<TopicPartition>> assignment = nothingFor(members);
            for (String topic : subscribed(members)) {
                int count = partitions.getOrDefault(topic, 0);
                List<GroupMember> takers = members.stream()
                        .filter(member -> member.topics().contains(topic))
                        .sorted(GroupMember.ORDER)
                        .toList();
                int each = count / takers.size();
                int withOneMore = count % takers.size();
                int next = 0;
                for (int i = 0; i < takers.size(); i++) {
                    int share = each + (i < withOneMore ? 1 : 0);
                    for (int end = next + share; next < end; next++) {
                        given(assignment, takers.get(i)).add(new TopicPartition(topic, next));
                    }
                }
            }
            return assignment;
        }
    },

    /** All partitions of all topics, one to each member in turn. */
    ROUND_ROBIN("roundrobin") {
        @Override
        Map<String, List<TopicPartition>> assign(Map<String, Integer> partitions, List<GroupMember> members) {
            Map<String, List<TopicPartition>> assignment = nothingFor(members);
            List<GroupMember> circle =
                    members.stream().sorted(GroupMember.ORDER).toList();
            int next = 0;
            for (String topic : subscribed(members)) {
                for (int partition = 0; partition < partitions.getOrDefault(topic, 0); partition++) {
                    while (!circle.get(next).topics().contains(topic)) {
                        next = (next + 1) % circle.size();
                    }
                    given(assignment, circle.get(next)).add(new TopicPartition(topic, partition));
                    next = (next + 1) % circle.size();
                }
            }
            return assignment;
        }
    },

    /**
     * Balanced over all topics, and every member keeps what it has as far as balance allows (KIP-54, KIP-341). A
     * partition that moves is given to nobody until its old owner has let go of it, so that the group never stops as a
     * whole (KIP-429).
     */
    COOPERATIVE_STICKY("cooperative-sticky") {
        @Override
        boolean cooperative() {
            return true;
        }

        @Override
        Map<String, List<TopicPartition>> assign(Map<String, Integer> partitions, List<GroupMember> members) {
            return withholdMoving(StickyAssignment.of(partitions, members), members);
        }
    };

    private final String protocolName;

    Assignor(String protocolName) {
        this.protocolName = protocolName;
    }

    /** Its name on the wire. */
    public String protocolName() {
        return protocolName;
    }

    /** Whether members may keep their partitions while the group rebalances. */
    boolean cooperative() {
        return false;
    }

    public static Optional<Assignor> named(String protocolName) {
        for (Assignor assignor : values()) {
            if (assignor.protocolName.equals(protocolName)) {
                return Optional.of(assignor);
            }
        }
        return Optional.empty();
    }

    /**
     * Shares out.
     *
     * @param partitions how many partitions each topic has; a topic that is missing does not exist (yet)
     * @param members at least one
     * @return for each member id what it gets; every member is in it
     */
    abstract Map<String, List<TopicPartition>> assign(Map<String, Integer> partitions, List<GroupMember> members);

    private static Map<String, List<TopicPartition>> nothingFor(List<GroupMember> members) {
        Map<String, List<TopicPartition>> assignment = LinkedHashMap.newLinkedHashMap(members.size());
        members.forEach(member -> assignment.put(member.memberId(), new ArrayList<>()));
        return assignment;
    }

    private static List<TopicPartition> given(Map<String, List<TopicPartition>> assignment, GroupMember member) {
        return assignment.getOrDefault(member.memberId(), List.of());
    }

    private static Set<String> subscribed(List<GroupMember> members) {
        Set<String> topics = new TreeSet<>();
        members.forEach(member -> topics.addAll(member.topics()));
        return topics;
    }

    /** Takes out of the assignment what somebody else still has. It follows in the next generation. */
    private static Map<String, List<TopicPartition>> withholdMoving(
            Map<String, List<TopicPartition>> target, List<GroupMember> members) {
        Map<TopicPartition, Set<String>> owners = new HashMap<>();
        for (GroupMember member : members) {
            member.owned()
                    .forEach(partition -> owners.computeIfAbsent(partition, absent -> new HashSet<>())
                            .add(member.memberId()));
        }
        Map<String, List<TopicPartition>> now = LinkedHashMap.newLinkedHashMap(target.size());
        target.forEach((member, partitions) -> now.put(
                member,
                partitions.stream()
                        .filter(partition -> Set.of(member).containsAll(owners.getOrDefault(partition, Set.of())))
                        .toList()));
        return now;
    }
}
