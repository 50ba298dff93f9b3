package dev.barnabas.coordinator;

import dev.barnabas.host.Loop;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the parts of an answer that several shards, on several loops, give to one request. Owned by the loop that
 * the request came from.
 *
 * @param <A> one part
 */
public final class Gather<A> {
    private final Loop loop;
    private final List<@Nullable A> parts;
    private final Consumer<List<A>> then;
    private int missing;

    /**
     * @param count how many parts there are; with none, {@code then} is called at once
     * @param loop where {@code then} is called, once, with the parts in their places; the caller is on it
     */
    public Gather(int count, Loop loop, Consumer<List<A>> then) {
        this.loop = loop;
        this.parts = new ArrayList<>(Collections.nCopies(count, null));
        this.then = then;
        this.missing = count;
        if (count == 0) {
            then.accept(List.of());
        }
    }

    /** Takes one part, once, on any loop. */
    public Consumer<A> part(int place) {
        return part -> {
            if (loop.isCurrent()) {
                put(place, part);
            } else {
                loop.execute(() -> put(place, part));
            }
        };
    }

    private void put(int place, A part) {
        parts.set(place, part);
        missing--;
        if (missing == 0) {
            then.accept(List.copyOf(parts));
        }
    }
}
