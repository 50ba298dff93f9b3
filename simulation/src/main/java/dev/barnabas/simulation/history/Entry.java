package dev.barnabas.simulation.history;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record as a reader saw it.
 *
 * @param message null if its value is not what any producer could have written
 */
public record Entry(long offset, @Nullable Message message) {

    public Entry(long offset, Optional<Message> message) {
        this(offset, message.orElse(null));
    }

    @Override
    public String toString() {
        return offset + ":" + (message == null ? "corrupt" : message);
    }
}
