package dev.barnabas.simulation.history;

import java.util.List;

/** Something that a client did or saw, when it did or saw it ({@code at}: any clock that all clients share). */
public sealed interface Event {

    long at();

    /** A producer gave a record away. Until it is acknowledged or refused its outcome is unknown. */
    record Sent(long at, Partition partition, Message message) implements Event {}

    /** @param offset where it is stored; -1 if the answer did not say */
    record Acknowledged(long at, Partition partition, Message message, long offset) implements Event {}

    /** It is certain that the record was not stored and never will be. */
    record Refused(long at, Partition partition, Message message) implements Event {}

    /** A reader got these records, in this order. */
    record Polled(long at, String reader, Partition partition, List<Entry> entries) implements Event {
        public Polled {
            entries = List.copyOf(entries);
        }
    }

    /**
     * A reader's position was set: by a seek, or because the partition was assigned to it. It may be anywhere before.
     *
     * @param offset what it is going to read next; -1 if it does not know
     */
    record Positioned(long at, String reader, Partition partition, long offset) implements Event {}

    /**
     * A reader has polled everything there is in the partition, after all producers were done.
     *
     * @param startOffset the first offset that the partition still has
     * @param endOffset one more than its last
     */
    record ReadToEnd(long at, String reader, Partition partition, long startOffset, long endOffset) implements Event {}

    /**
     * A group's offset was committed, or an attempt was made.
     *
     * @param at when it was sent
     * @param answeredAt when it was acknowledged; {@link Long#MAX_VALUE} if it never was: it may have happened or not
     */
    record Committed(long at, long answeredAt, String group, Partition partition, long offset) implements Event {}

    /**
     * A group's committed offset was asked for and answered.
     *
     * @param at when it was asked for
     * @param offset -1 if there was none
     */
    record CommittedRead(long at, long answeredAt, String group, Partition partition, long offset) implements Event {}
}
