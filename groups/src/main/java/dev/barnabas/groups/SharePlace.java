package dev.barnabas.groups;

import dev.barnabas.protocol.Uuid;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;

/** A partition that share groups have states of. */
public record SharePlace(Uuid topicId, int partition) implements Comparable<SharePlace> {
    private static final Comparator<SharePlace> ORDER =
            Comparator.comparing(SharePlace::topicId).thenComparingInt(SharePlace::partition);

    static NavigableSet<SharePlace> all(Partitions partitions) {
        NavigableSet<SharePlace> places = new TreeSet<>();
        partitions.forEach((topic, partition) -> places.add(new SharePlace(topic, partition)));
        return places;
    }

    @Override
    public int compareTo(SharePlace other) {
        return ORDER.compare(this, other);
    }
}
