package dev.barnabas.share;

/**
 * A run of offsets whose records are in the same state.
 *
 * @param firstOffset of the first record
 * @param lastOffset of the last record, inclusive
 * @param deliveryState 0: available, 2: acknowledged, 3: on its way to the dead letters (KIP-1191), 4: archived. That a
 *     record is with a member (1) is never stored: a new leader gives it out again
 * @param deliveryCount how often it was given out
 */
record StateBatch(long firstOffset, long lastOffset, byte deliveryState, short deliveryCount) {
    private static final byte ACQUIRED = 1;
    private static final byte HIGHEST_STATE = 4;

    /** Whether it may be stored. */
    boolean isValid() {
        return firstOffset >= 0
                && lastOffset >= firstOffset
                && lastOffset < Long.MAX_VALUE
                && deliveryState >= 0
                && deliveryState <= HIGHEST_STATE
                && deliveryState != ACQUIRED
                && deliveryCount >= 0;
    }

    StateBatch between(long first, long last) {
        return new StateBatch(first, last, deliveryState, deliveryCount);
    }

    /**
     * Whether this says more about a record than the other: it was delivered more often, or it has come further in the
     * same delivery. So writes may come twice, or overtake each other.
     */
    boolean outweighs(StateBatch other) {
        return deliveryCount != other.deliveryCount
                ? deliveryCount > other.deliveryCount
                : deliveryState > other.deliveryState;
    }

    boolean saysTheSameAs(StateBatch other) {
        return deliveryState == other.deliveryState && deliveryCount == other.deliveryCount;
    }
}
