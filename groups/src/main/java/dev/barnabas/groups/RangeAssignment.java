package dev.barnabas.groups;

import dev.barnabas.groups.Assignor.Subscribed;
import dev.barnabas.groups.Assignor.Subscriber;
import dev.barnabas.protocol.Uuid;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Contiguous ranges. Members that have subscribed to the same topics get the same ranges of topics of the same size, so
 * that topics which are partitioned alike can be joined.
 */
final class RangeAssignment {
    /** Static members first, so that they keep their ranges when dynamic ones come and go. */
    private static final Comparator<Subscriber> ORDER = Comparator.<Subscriber, Boolean>comparing(
                    member -> member.instanceId() == null)
            .thenComparing(member -> member.instanceId() == null ? member.memberId() : member.instanceId());

    private RangeAssignment() {}

    static Map<String, Partitions> of(List<Subscriber> members, NavigableMap<Uuid, Subscribed> topics) {
        List<Subscriber> inOrder = members.stream().sorted(ORDER).toList();
        Map<String, Partitions.Builder> given = new LinkedHashMap<>();
        inOrder.forEach(member -> given.put(member.memberId(), new Partitions.Builder()));
        topics.values().forEach(topic -> divide(topic, inOrder, given));
        Map<String, Partitions> assignment = new LinkedHashMap<>();
        given.forEach((memberId, partitions) -> assignment.put(memberId, partitions.build()));
        return assignment;
    }

    private static void divide(Subscribed topic, List<Subscriber> members, Map<String, Partitions.Builder> given) {
        List<Partitions.Builder> subscribers = members.stream()
                .filter(member -> member.topics().contains(topic.id()))
                .map(member -> given.getOrDefault(member.memberId(), new Partitions.Builder()))
                .toList();
        int next = 0;
        for (int i = 0; i < subscribers.size(); i++) {
            int share = topic.partitions() / subscribers.size() + (i < topic.partitions() % subscribers.size() ? 1 : 0);
            for (int end = next + share; next < end; next++) {
                subscribers.get(i).add(topic.id(), next);
            }
        }
    }
}
