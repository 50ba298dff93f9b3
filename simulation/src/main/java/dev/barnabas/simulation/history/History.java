package dev.barnabas.simulation.history;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The events of a run in the order in which they happened. Owned by the test that records it. */
public final class History {
    private final List<Event> events = new ArrayList<>();

    public void add(Event event) {
        events.add(event);
    }

    public List<Event> events() {
        return List.copyOf(events);
    }

    <E extends Event> Stream<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast);
    }
}
