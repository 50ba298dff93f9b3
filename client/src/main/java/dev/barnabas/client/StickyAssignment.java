package dev.barnabas.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A balanced assignment that moves little. Three steps: every member keeps what it rightly has; what nobody has goes to
 * whoever has least; then partitions move from members to others that have at least two fewer, until no such move is
 * left. Each move brings the loads closer together, so it ends; where all members subscribe to the same topics it ends
 * with loads that differ by at most one.
 */
final class StickyAssignment {

    private final List<Load> loads = new ArrayList<>();
    private final NavigableSet<TopicPartition> free = new TreeSet<>();

    /** A member, what it takes, what it had before, and what it has so far. One is equal to itself only. */
    private static final class Load {

        private final GroupMember member;
        private final Set<String> topics;
        private final Set<TopicPartition> before;
        private final NavigableSet<TopicPartition> has = new TreeSet<>();

        Load(GroupMember member) {
            this.member = member;
            this.topics = new TreeSet<>(member.topics());
            this.before = new HashSet<>(member.owned());
        }

        GroupMember member() {
            return member;
        }

        Set<String> topics() {
            return topics;
        }

        Set<TopicPartition> before() {
            return before;
        }

        NavigableSet<TopicPartition> has() {
            return has;
        }

        int size() {
            return has.size();
        }

        boolean takes(TopicPartition partition) {
            return topics.contains(partition.topic());
        }
    }

    private StickyAssignment() {}

    static Map<String, List<TopicPartition>> of(Map<String, Integer> partitions, List<GroupMember> members) {
        StickyAssignment assignment = new StickyAssignment();
        members.stream().sorted(GroupMember.ORDER).forEach(member -> assignment.loads.add(new Load(member)));
        partitions.forEach((topic, count) -> {
            for (int i = 0; i < count; i++) {
                assignment.free.add(new TopicPartition(topic, i));
            }
        });
        assignment.keepOwned();
        assignment.giveFree();
        assignment.balance();
        Map<String, List<TopicPartition>> result = LinkedHashMap.newLinkedHashMap(members.size());
        members.forEach(member -> result.put(member.memberId(), List.of()));
        assignment.loads.forEach(load -> result.put(load.member().memberId(), List.copyOf(load.has())));
        return result;
    }

    /**
     * The claim of the latest generation counts. Two claims of the same generation cannot both be right, and nobody
     * knows which one is: then neither counts.
     */
    private void keepOwned() {
        Map<TopicPartition, List<Load>> claims = new HashMap<>();
        for (Load load : loads) {
            for (TopicPartition partition : load.member().owned()) {
                if (free.contains(partition) && load.takes(partition)) {
                    claims.computeIfAbsent(partition, absent -> new ArrayList<>())
                            .add(load);
                }
            }
        }
        claims.forEach((partition, claimants) -> {
            int latest = claimants.stream()
                    .mapToInt(load -> load.member().generation())
                    .max()
                    .orElseThrow();
            List<Load> rightful = claimants.stream()
                    .filter(load -> load.member().generation() == latest)
                    .toList();
            if (rightful.size() == 1) {
                rightful.getFirst().has().add(partition);
                free.remove(partition);
            }
        });
    }

    /** Partitions that few members can take go first, so that they do not find these members full. */
    private void giveFree() {
        Map<String, Integer> takers = new HashMap<>();
        for (Load load : loads) {
            load.topics().forEach(topic -> takers.merge(topic, 1, Integer::sum));
        }
        List<TopicPartition> order = new ArrayList<>(free);
        order.sort(Comparator.comparingInt((TopicPartition partition) -> takers.getOrDefault(partition.topic(), 0)));
        for (TopicPartition partition : order) {
            least(partition).ifPresent(load -> load.has().add(partition));
        }
    }

    private void balance() {
        boolean moved = true;
        while (moved) {
            moved = false;
            List<Load> fullestFirst = new ArrayList<>(loads);
            fullestFirst.sort(Comparator.comparingInt(Load::size).reversed());
            for (Load from : fullestFirst) {
                while (unload(from)) {
                    moved = true;
                }
            }
        }
    }

    /**
     * Lets the member give one partition away, if somebody has at least two fewer. If that one takes none of its
     * partitions, one in between may take one and give another one on, and so on: a breadth-first search for the
     * shortest such chain. When there is none any more, no assignment is better balanced.
     */
    private boolean unload(Load from) {
        Map<Load, Load> giverOf = new HashMap<>();
        Deque<Load> reached = new ArrayDeque<>(List.of(from));
        giverOf.put(from, from);
        while (!reached.isEmpty()) {
            Load giver = reached.removeFirst();
            List<Load> takers = loads.stream()
                    .filter(taker ->
                            !giverOf.containsKey(taker) && giver.has().stream().anyMatch(taker::takes))
                    .sorted(Comparator.comparingInt(Load::size))
                    .toList();
            for (Load taker : takers) {
                giverOf.put(taker, giver);
                if (taker.size() + 2 <= from.size()) {
                    passOn(from, taker, giverOf);
                    return true;
                }
                reached.addLast(taker);
            }
        }
        return false;
    }

    private static void passOn(Load from, Load to, Map<Load, Load> giverOf) {
        Load taker = to;
        while (taker != from) {
            Load giver = giverOf.getOrDefault(taker, from);
            TopicPartition given = toGive(giver, taker);
            giver.has().remove(given);
            taker.has().add(given);
            taker = giver;
        }
    }

    /** Rather something that it did not have before. */
    private static TopicPartition toGive(Load giver, Load taker) {
        List<TopicPartition> possible =
                giver.has().descendingSet().stream().filter(taker::takes).toList();
        return possible.stream()
                .filter(partition -> !giver.before().contains(partition))
                .findFirst()
                .orElseGet(possible::getFirst);
    }

    /** Who has least among those that take the partition. */
    private Optional<Load> least(TopicPartition partition) {
        List<Load> able = loads.stream().filter(load -> load.takes(partition)).toList();
        return able.isEmpty()
                ? Optional.empty()
                : Optional.of(Collections.min(able, Comparator.comparingInt(Load::size)));
    }
}
