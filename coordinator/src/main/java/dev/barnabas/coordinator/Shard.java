package dev.barnabas.coordinator;

import java.util.Optional;

/**
 * A state machine that is replicated through the partition that stores its records, and hosted by the loop of that
 * partition's leader. A shard consists of many small machines that do not touch each other (one group, one
 * transactional id), told apart by a key.
 *
 * <p>Whatever decides (an {@link Operation}, {@link #expired}, {@link #loaded}) reads the state and changes nothing;
 * {@link #apply} and {@link #change} change the state and decide nothing. Both are deterministic but for the time and
 * the random numbers that decisions are given, so a shard that applies the same records is in the same state.
 *
 * @param <R> records: what is replicated
 * @param <C> changes: what is known to the leader alone and is lost with the leadership
 * @param <T> timers: what lets time pass; compared by value
 */
public interface Shard<R, C, T> {

    /** Applies a record that is in the log: during replay, and on the leader as soon as it is written. */
    void apply(R record);

    /**
     * The records that are applied from now on are in the log at this offset and behind it, in its order; called again
     * now and then. For a shard that gives up the beginning of its log.
     */
    default void applyingFrom(long offset) {}

    /**
     * A transaction in which records of this shard may have been written has ended; in the log it stands where it comes
     * between the calls of {@link #apply}. A shard that writes no such records has nothing to do.
     */
    default void transactionEnded(TransactionEnd end) {}

    /** Changes what only the leader knows. */
    void change(C change);

    /**
     * Everything in the log has been applied and the shard begins to serve: which timers run from now on, and what is
     * set off again as soon as all of the log is committed. There are no records in this decision.
     */
    Decision<R, C, T> loaded(long nowMs);

    /** A timer has gone off. If the records of the decision are refused, it goes off again a little later. */
    Decision<R, C, T> expired(T timer, long nowMs);

    /** The key of the machine that a timer belongs to, or empty if its decision has no records. */
    Optional<String> keyOf(T timer);

    ShardRecord encode(R record);

    /**
     * @return empty if it is of a kind that this shard does not know and leaves alone
     * @throws dev.barnabas.protocol.MalformedMessageException if it is of a kind that this shard knows and does not
     *     follow its format
     */
    Optional<R> decode(ShardRecord record);

    /** The leadership is over: what was set off outside of the shard is not to come back to it. */
    default void close() {}

    /**
     * Decides about a request.
     *
     * @param <S> the shard
     */
    @FunctionalInterface
    interface Operation<S, R, C, T> {

        /** @param nowMs the time of the decision, in milliseconds since the epoch */
        Decision<R, C, T> decide(S shard, long nowMs);
    }
}
