package dev.barnabas.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The order of all changes, agreed on by the cluster and safe on stable storage. What an entry means is none of its
 * business: entries and snapshots are bytes.
 *
 * <p>A log belongs to one loop: it is called there and calls back there. Entries have offsets from 0 on that only grow;
 * an implementation may keep some offsets for itself.
 */
public interface MetadataLog {

    /**
     * Begins to deliver. First comes the newest snapshot, if it says more than the subscriber already knows, then every
     * committed entry behind it, each once and in order, for as long as the log is open. A log has one subscriber.
     *
     * @param fromOffset of the first entry that the subscriber does not know: 0 if it knows nothing
     */
    void subscribe(long fromOffset, Subscriber subscriber);

    /**
     * Asks for an entry. Entries that one leader asks for are committed in the order in which it asked.
     *
     * @param entry belongs to the log from now on
     * @param then is told once what has become of it
     */
    void append(ByteBuffer entry, Consumer<Appended> then);

    /**
     * Takes a snapshot, so that entries up to an offset need not be kept. If one is being taken already nothing
     * happens, and {@code then} is not called.
     *
     * @param lastOffset of the last entry whose effect is in the state; it has been delivered
     * @param state makes the bytes of the snapshot, on a worker
     * @param then gets null, or why there is no new snapshot; the log goes on in both cases. Not called if it fails
     */
    void snapshot(long lastOffset, Supplier<ByteBuffer> state, Consumer<@Nullable IOException> then);

    /** About how many bytes of entries there are behind the newest snapshot, or behind the one being taken. */
    long bytesSinceSnapshot();

    /** Who takes part in this log. */
    Quorum quorum();

    /** Delivers nothing more and answers nothing more. */
    void close();

    /** Who gets what is committed; called on the log's loop. */
    interface Subscriber {

        /** The state after all entries up to and including that offset. */
        void restored(long lastOffset, ByteBuffer state);

        void committed(long offset, ByteBuffer entry);

        /** This node leads from now on, and has been delivered everything that was committed before: it may append. */
        void leading();

        /** This node does not lead any more. What it has asked for and was not told of yet may still be committed. */
        void following();

        /** Another node leads, as far as this one knows, or nobody; {@link Quorum#leader} says which. */
        void leaderChanged();

        /** The log has failed for good. What is not answered by now is not going to be. */
        void failed(IOException fault);
    }

    /** What becomes of an entry. */
    sealed interface Appended {

        /**
         * It is part of the log for ever. Comes right after the entry itself has been delivered, before any further
         * one.
         */
        record Committed(long offset) implements Appended {}

        /** It is not part of the log and will not be. */
        record Refused(Reason reason, String message) implements Appended {}

        /** Nobody knows: leadership was lost while it was on its way. */
        record Unknown(String message) implements Appended {}
    }

    /** Why an entry was refused. */
    enum Reason {
        NOT_LEADING,
        /** There is no space left; that passes when there is some again. */
        STORAGE_FULL,
        TOO_LARGE
    }
}
