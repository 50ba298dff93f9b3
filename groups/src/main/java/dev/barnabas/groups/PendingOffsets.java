package dev.barnabas.groups;

import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Offsets that were committed in transactions which have not ended: nobody sees them yet, but whoever asks for stable
 * offsets has to wait for them (KIP-447). Part of the state of a {@link GroupShard}.
 *
 * <p>When several commits of one partition overlap, the one that was written last counts, whenever its transaction
 * ends: that is what compaction keeps of the log. So whatever is written later, and holds, supersedes what is pending.
 */
final class PendingOffsets {
    private final Map<Long, NavigableMap<Place, Pending>> byProducer = new HashMap<>();
    /** The producers that have anything pending, by place. */
    private final Map<String, NavigableMap<Place, NavigableSet<Long>>> byGroup = new HashMap<>();

    private long written;

    /** A partition that a group commits an offset for. */
    record Place(String groupId, String topic, int partition) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::groupId).thenComparing(Place::topic).thenComparingInt(Place::partition);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * @param order grows in the order of the log
     * @param offset null if something that was written later holds already
     */
    private record Pending(long order, @Nullable CommittedOffset offset) {}

    void put(long producerId, Place place, CommittedOffset committed) {
        byProducer.computeIfAbsent(producerId, _ -> new TreeMap<>()).put(place, new Pending(++written, committed));
        byGroup.computeIfAbsent(place.groupId(), _ -> new TreeMap<>())
                .computeIfAbsent(place, _ -> new TreeSet<>())
                .add(producerId);
    }

    /** Something has been committed for good. */
    void superseded(Place place) {
        superseded(place, Long.MAX_VALUE);
    }

    private void superseded(Place place, long before) {
        for (long producerId : producers(place)) {
            NavigableMap<Place, Pending> pending = byProducer.get(producerId);
            Pending each = pending == null ? null : pending.get(place);
            if (pending != null && each != null && each.order < before) {
                pending.put(place, new Pending(each.order, null));
            }
        }
    }

    /** The offset was forgotten, and whatever was to become of it. */
    void remove(Place place) {
        for (long producerId : producers(place)) {
            NavigableMap<Place, Pending> pending = byProducer.get(producerId);
            if (pending != null) {
                pending.remove(place);
                if (pending.isEmpty()) {
                    byProducer.remove(producerId);
                }
            }
        }
        forget(place, null);
    }

    /** The transaction of a producer has ended: what it had pending, if nothing that was written later holds. */
    Map<Place, CommittedOffset> end(long producerId) {
        NavigableMap<Place, Pending> ended = byProducer.remove(producerId);
        if (ended == null) {
            return Map.of();
        }
        Map<Place, CommittedOffset> offsets = new LinkedHashMap<>();
        ended.forEach((place, pending) -> {
            forget(place, producerId);
            CommittedOffset offset = pending.offset;
            if (offset != null) {
                offsets.put(place, offset);
            }
        });
        return offsets;
    }

    /** The same, and the transaction is committed: what other transactions have written before does not count. */
    Map<Place, CommittedOffset> commit(long producerId) {
        NavigableMap<Place, Pending> committed = byProducer.getOrDefault(producerId, Collections.emptyNavigableMap());
        committed.forEach((place, pending) -> superseded(place, pending.order));
        return end(producerId);
    }

    private void forget(Place place, @Nullable Long producerId) {
        NavigableMap<Place, NavigableSet<Long>> places = byGroup.get(place.groupId());
        NavigableSet<Long> producers = places == null ? null : places.get(place);
        if (places == null || producers == null) {
            return;
        }
        if (producerId != null) {
            producers.remove(producerId);
        }
        if (producerId == null || producers.isEmpty()) {
            places.remove(place);
        }
        if (places.isEmpty()) {
            byGroup.remove(place.groupId());
        }
    }

    private NavigableSet<Long> producers(Place place) {
        NavigableMap<Place, NavigableSet<Long>> places = byGroup.get(place.groupId());
        NavigableSet<Long> producers = places == null ? null : places.get(place);
        return producers == null ? Collections.emptyNavigableSet() : producers;
    }

    boolean has(Place place) {
        return !producers(place).isEmpty();
    }

    boolean has(String groupId) {
        return byGroup.containsKey(groupId);
    }

    /** The partitions of a group that have something pending. */
    NavigableSet<Place> of(String groupId) {
        NavigableMap<Place, NavigableSet<Long>> places = byGroup.get(groupId);
        return places == null
                ? Collections.emptyNavigableSet()
                : Collections.unmodifiableNavigableSet(places.navigableKeySet());
    }

    /** What all producers have pending, for comparing: the offsets that would hold if all committed now. */
    Map<Long, Map<Place, String>> all() {
        Map<Long, Map<Place, String>> all = new TreeMap<>();
        byProducer.forEach((producerId, pending) -> {
            Map<Place, String> places = new TreeMap<>();
            pending.forEach((place, each) -> places.put(place, String.valueOf(each.offset)));
            all.put(producerId, places);
        });
        return all;
    }
}
