package dev.barnabas.groups;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The offsets that groups have committed, by topic and partition. Part of the state of a {@link GroupShard}. */
final class Offsets {
    private final Map<String, NavigableMap<String, NavigableMap<Integer, CommittedOffset>>> byGroup = new HashMap<>();

    /** Many groups commit offsets of the same topics: each name is kept once. */
    private final Map<String, String> topicNames = new HashMap<>();

    void put(String groupId, String topic, int partition, CommittedOffset committed) {
        String name = topicNames.computeIfAbsent(topic, same -> same);
        byGroup.computeIfAbsent(groupId, _ -> new TreeMap<>())
                .computeIfAbsent(name, _ -> new TreeMap<>())
                .put(partition, committed);
    }

    void remove(String groupId, String topic, int partition) {
        NavigableMap<String, NavigableMap<Integer, CommittedOffset>> topics = byGroup.get(groupId);
        NavigableMap<Integer, CommittedOffset> partitions = topics == null ? null : topics.get(topic);
        if (topics == null || partitions == null) {
            return;
        }
        partitions.remove(partition);
        if (partitions.isEmpty()) {
            topics.remove(topic);
        }
        if (topics.isEmpty()) {
            byGroup.remove(groupId);
        }
    }

    Optional<CommittedOffset> get(String groupId, String topic, int partition) {
        return Optional.ofNullable(of(groupId).get(topic)).map(partitions -> partitions.get(partition));
    }

    /** All offsets of a group. */
    NavigableMap<String, NavigableMap<Integer, CommittedOffset>> of(String groupId) {
        NavigableMap<String, NavigableMap<Integer, CommittedOffset>> topics = byGroup.get(groupId);
        return topics == null ? Collections.emptyNavigableMap() : Collections.unmodifiableNavigableMap(topics);
    }

    boolean has(String groupId) {
        return byGroup.containsKey(groupId);
    }

    /** The groups that have committed anything. */
    Set<String> groups() {
        return Collections.unmodifiableSet(byGroup.keySet());
    }
}
