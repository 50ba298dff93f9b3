package dev.barnabas.simulation.history;

import dev.barnabas.simulation.history.Finding.Kind;
import dev.barnabas.simulation.history.Sightings.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Is every acknowledged record there, once, whole, and in its place? */
final class RecordChecks {
    private final History history;
    private final Sightings sightings;
    private final List<Finding> findings = new ArrayList<>();

    RecordChecks(History history, Sightings sightings) {
        this.history = history;
        this.sightings = sightings;
    }

    List<Finding> findings() {
        checkLost();
        checkDuplicates();
        checkOrder();
        checkConsistency();
        checkContents();
        return findings;
    }

    /** What was acknowledged must have been seen by the one who read to the end, unless retention has removed it. */
    private void checkLost() {
        Map<Partition, Event.ReadToEnd> ends = new HashMap<>();
        history.events(Event.ReadToEnd.class).forEach(end -> ends.put(end.partition(), end));
        Map<Partition, Set<Message>> read = new HashMap<>();
        history.events(Event.Polled.class).forEach(polled -> {
            Event.ReadToEnd end = ends.get(polled.partition());
            if (end != null && end.reader().equals(polled.reader())) {
                polled.entries()
                        .forEach(entry -> read.computeIfAbsent(polled.partition(), absent -> new HashSet<>())
                                .add(entry.message()));
            }
        });
        Set<Partition> notRead = new HashSet<>();
        history.events(Event.Acknowledged.class).forEach(acknowledged -> {
            Partition partition = acknowledged.partition();
            Event.ReadToEnd end = ends.get(partition);
            if (end == null) {
                if (notRead.add(partition)) {
                    report(Kind.NOT_READ, partition + " was not read to its end, but " + acknowledged);
                }
            } else if (!mayBeRemoved(acknowledged, end)
                    && !read.getOrDefault(partition, Set.of()).contains(acknowledged.message())) {
                report(Kind.LOST_WRITE, acknowledged + ", but " + end + " without it");
            }
        });
    }

    private static boolean mayBeRemoved(Event.Acknowledged acknowledged, Event.ReadToEnd end) {
        return acknowledged.offset() < end.startOffset() && (acknowledged.offset() >= 0 || end.startOffset() > 0);
    }

    private void checkDuplicates() {
        sightings.byMessage().forEach((message, places) -> {
            if (places.size() > 1) {
                report(Kind.DUPLICATE, message + " is at " + places);
            }
        });
    }

    /** In a partition, the messages of one producer are in the order of their numbers. */
    private void checkOrder() {
        sightings.byOffset().forEach((partition, offsets) -> {
            Map<String, Place> lastPlace = new HashMap<>();
            Map<String, Message> last = new HashMap<>();
            offsets.forEach((offset, messages) -> messages.keySet().forEach(message -> {
                Message former = last.put(message.producer(), message);
                Place formerPlace = lastPlace.put(message.producer(), new Place(partition, offset));
                if (former != null && former.number() > message.number()) {
                    report(Kind.REORDERED, former + " is at " + formerPlace + ", before " + message + " at " + offset);
                }
            }));
        });
    }

    private void checkConsistency() {
        sightings
                .byOffset()
                .forEach((partition, offsets) -> offsets.forEach((offset, messages) -> {
                    if (messages.size() > 1) {
                        report(Kind.INCONSISTENT_OFFSET, partition + "@" + offset + " is " + messages);
                    }
                }));
    }

    private void checkContents() {
        Map<Message, Partition> sent = new LinkedHashMap<>();
        history.events(Event.Sent.class).forEach(event -> sent.put(event.message(), event.partition()));
        Map<Message, Event.Refused> refused = new HashMap<>();
        history.events(Event.Refused.class).forEach(event -> refused.put(event.message(), event));
        history.events(Event.Polled.class).forEach(polled -> {
            for (Entry entry : polled.entries()) {
                Message message = entry.message();
                if (message == null || !polled.partition().equals(sent.get(message))) {
                    report(
                            Kind.CORRUPT,
                            polled.reader() + " read " + polled.partition() + "@" + entry
                                    + ", which nobody sent there");
                } else if (refused.containsKey(message)) {
                    report(
                            Kind.REFUSED_BUT_STORED,
                            polled.reader() + " read " + entry + ", but " + refused.get(message));
                }
            }
        });
    }

    private void report(Kind kind, String text) {
        findings.add(new Finding(kind, text));
    }
}
