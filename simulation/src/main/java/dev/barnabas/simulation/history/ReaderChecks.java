package dev.barnabas.simulation.history;

import dev.barnabas.simulation.history.Finding.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** Does every reader go forward through a partition, without leaving anything out? */
final class ReaderChecks {
    private final History history;
    private final Sightings sightings;
    private final Map<Position, Long> next = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    ReaderChecks(History history, Sightings sightings) {
        this.history = history;
        this.sightings = sightings;
    }

    private record Position(String reader, Partition partition) {}

    List<Finding> findings() {
        for (Event event : history.events()) {
            switch (event) {
                case Event.Positioned positioned -> position(positioned);
                case Event.Polled polled -> poll(polled);
                case Event.ReadToEnd end -> {
                    long reached = next.getOrDefault(new Position(end.reader(), end.partition()), end.startOffset());
                    checkSkip(end.reader(), end.partition(), reached, end.endOffset());
                }
                case Event.Sent ignored -> {}
                case Event.Acknowledged ignored -> {}
                case Event.Refused ignored -> {}
                case Event.Committed ignored -> {}
                case Event.CommittedRead ignored -> {}
            }
        }
        return findings;
    }

    private void position(Event.Positioned positioned) {
        Position position = new Position(positioned.reader(), positioned.partition());
        if (positioned.offset() < 0) {
            next.remove(position);
        } else {
            next.put(position, positioned.offset());
        }
    }

    private void poll(Event.Polled polled) {
        Position position = new Position(polled.reader(), polled.partition());
        for (Entry entry : polled.entries()) {
            long expected = next.getOrDefault(position, entry.offset());
            if (entry.offset() < expected) {
                findings.add(new Finding(
                        Kind.NON_MONOTONIC_POLL,
                        polled.reader() + " got " + polled.partition() + "@" + entry + " at " + polled.at()
                                + ", but was at " + expected + " already"));
            }
            checkSkip(polled.reader(), polled.partition(), expected, entry.offset());
            next.put(position, entry.offset() + 1);
        }
    }

    private void checkSkip(String reader, Partition partition, long from, long to) {
        NavigableMap<Long, Map<Message, String>> skipped = sightings.between(partition, from, to);
        if (!skipped.isEmpty()) {
            findings.add(new Finding(
                    Kind.POLL_SKIP,
                    reader + " went from " + partition + "@" + from + " to " + to + " without " + skipped));
        }
    }
}
