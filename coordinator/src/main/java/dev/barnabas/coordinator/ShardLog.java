package dev.barnabas.coordinator;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.List;

/**
 * The partition that stores a shard, during one leadership of this node: what a {@link ShardHost} needs of it. All
 * calls and callbacks are made on {@link #loop()}.
 */
public interface ShardLog {

    /** The loop that owns the partition, and with it the shard. */
    Loop loop();

    /** For messages to people: the topic and the partition. */
    String name();

    /** The leadership that this stands for. When it is over, appends are refused for good. */
    int leaderEpoch();

    /** The largest batch that the partition takes, in bytes. */
    int maxBatchBytes();

    /**
     * Appends the records as one batch: all or nothing. Several appends may be under way; they are answered in the
     * order of the calls, at once or later.
     *
     * @param records all in the same producer's transaction, or all in none
     */
    void append(List<ShardRecord> records, Appending then);

    /** The first offset that there may be a record at. */
    default long startOffset() {
        return 0;
    }

    /** Everything before it is committed. It never goes back. */
    long highWatermark();

    /** Calls the listener each time the high watermark has advanced. There is one listener. */
    void onHighWatermark(Runnable listener);

    /**
     * Calls the listener each time somebody else has written the end of a transaction, in the order of the log: between
     * the answers to the appends before and after it. There is one listener. A partition of which nobody writes
     * transactional records need not call it.
     */
    default void onTransactionEnd(Ending listener) {}

    /**
     * What is before an offset does not matter any more and may be given up, now or later. A partition that is
     * compacted need not do anything.
     *
     * @param offset not above the high watermark
     */
    default void discardBefore(long offset) {}

    /**
     * Reads everything there is in the log, from its start to its end as it is now, which includes what is not
     * committed yet: the log of a leader is what counts.
     */
    void replay(Replaying then);

    /** What comes of an append. */
    interface Appending {

        /**
         * The records are in the log of the leader (not yet committed).
         *
         * @param endOffset the offset behind the last of them
         */
        void written(long endOffset);

        /** Nothing was appended. */
        void refused(ErrorCode why);
    }

    /** Hears of the ends of transactions. */
    @FunctionalInterface
    interface Ending {

        /** @param endOffset the offset behind it */
        void ended(TransactionEnd end, long endOffset);
    }

    /** What comes of a replay: any number of chunks, then one end. Chunks come in different turns of the loop. */
    interface Replaying {

        /** @param nextOffset the offset behind the last of them */
        void records(List<ShardRecord> records, long nextOffset);

        /** A transaction ended there: behind the records of the chunks before, and before those of the next. */
        void transactionEnded(TransactionEnd end, long nextOffset);

        void done(long endOffset);

        /** The log cannot be read. */
        void failed(String why);
    }
}
