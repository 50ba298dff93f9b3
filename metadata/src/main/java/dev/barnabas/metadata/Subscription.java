package dev.barnabas.metadata;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.MetadataLog.Appended;
import dev.barnabas.metadata.MetadataLog.Reason;
import dev.barnabas.metadata.MetadataLog.Subscriber;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who gets what a {@link MetadataLog} commits, and whether the log is still open: what all its implementations have in
 * common. Belongs to the log's loop.
 */
public final class Subscription {

    private final Loop loop;
    private @Nullable Subscriber subscriber;
    private boolean closed;

    public Subscription(Loop loop) {
        this.loop = loop;
    }

    /** The one subscriber that a log has. */
    public void begin(Subscriber only) {
        loop.requireCurrent();
        if (subscriber != null) {
            throw new IllegalStateException("the log has a subscriber");
        }
        subscriber = only;
    }

    /** Nothing is delivered or answered any more. */
    public void close() {
        loop.requireCurrent();
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }

    /** Who is to be told, as long as the log is open. */
    public Optional<Subscriber> present() {
        return closed ? Optional.empty() : Optional.ofNullable(subscriber);
    }

    /** Who was there from the beginning, whether the log is open or not. */
    public Subscriber subscriber() {
        Subscriber present = subscriber;
        if (present == null) {
            throw new IllegalStateException("the log has no subscriber");
        }
        return present;
    }

    /** Whether an entry may be appended at all; one that is too large is refused, a closed log says nothing. */
    public boolean takes(ByteBuffer entry, int mostBytes, Consumer<Appended> then) {
        loop.requireCurrent();
        subscriber();
        if (closed) {
            return false;
        }
        if (entry.remaining() > mostBytes) {
            refuse(Reason.TOO_LARGE, "an entry of " + entry.remaining() + " bytes; at most " + mostBytes, then);
            return false;
        }
        return true;
    }

    /** Tells later, as the answer to an entry may not come before the call that asked has returned. */
    public void refuse(Reason reason, String message, Consumer<Appended> then) {
        onLoop(() -> then.accept(new Appended.Refused(reason, message)));
    }

    /** A task on the log's loop, unless the log is closed by then. */
    public void onLoop(Runnable task) {
        loop.execute(() -> {
            if (!closed) {
                task.run();
            }
        });
    }
}
