package dev.barnabas.simulation.history;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where the messages of a history were seen: in polls, and in acknowledgements that named an offset. */
final class Sightings {
    private final Map<Partition, NavigableMap<Long, Map<Message, String>>> byOffset = new LinkedHashMap<>();
    private final Map<Message, Set<Place>> byMessage = new LinkedHashMap<>();

    /** A place in a log. */
    record Place(Partition partition, long offset) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byPartition = partition.toString().compareTo(other.partition.toString());
            return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
        }

        @Override
        public String toString() {
            return partition + "@" + offset;
        }
    }

    Sightings(History history) {
        for (Event event : history.events()) {
            switch (event) {
                case Event.Polled polled -> {
                    for (Entry entry : polled.entries()) {
                        Message message = entry.message();
                        if (message != null) {
                            saw(polled.partition(), entry.offset(), message, "read by " + polled.reader());
                        }
                    }
                }
                case Event.Acknowledged acknowledged -> {
                    if (acknowledged.offset() >= 0) {
                        saw(acknowledged.partition(), acknowledged.offset(), acknowledged.message(), "acknowledged");
                    }
                }
                case Event.Sent ignored -> {}
                case Event.Refused ignored -> {}
                case Event.Positioned ignored -> {}
                case Event.ReadToEnd ignored -> {}
                case Event.Committed ignored -> {}
                case Event.CommittedRead ignored -> {}
            }
        }
    }

    private void saw(Partition partition, long offset, Message message, String how) {
        byOffset.computeIfAbsent(partition, absent -> new TreeMap<>())
                .computeIfAbsent(offset, absent -> new LinkedHashMap<>())
                .putIfAbsent(message, how);
        byMessage.computeIfAbsent(message, absent -> new TreeSet<>()).add(new Place(partition, offset));
    }

    /** By partition and offset: every message that was seen there, and how it was first. */
    Map<Partition, NavigableMap<Long, Map<Message, String>>> byOffset() {
        return byOffset;
    }

    Map<Message, Set<Place>> byMessage() {
        return byMessage;
    }

    /** What was seen from one offset (inclusive) to another (exclusive). */
    NavigableMap<Long, Map<Message, String>> between(Partition partition, long from, long to) {
        NavigableMap<Long, Map<Message, String>> seen = byOffset.get(partition);
        return seen == null || from >= to ? new TreeMap<>() : seen.subMap(from, true, to, false);
    }
}
