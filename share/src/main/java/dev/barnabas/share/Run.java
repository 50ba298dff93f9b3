package dev.barnabas.share;

import org.jspecify.annotations.Nullable;

/**
 * Neighbouring offsets of which the same is to be said. Owned by {@link Runs}, which alone changes its bounds and its
 * state.
 */
final class Run {
    long firstOffset;
    /** Inclusive. */
    long lastOffset;

    RecordState state;
    short deliveryCount;
    /** While {@link RecordState#ACQUIRED}. */
    @Nullable
    Holder holder;
    /** While {@link RecordState#ACQUIRED}. */
    long lockedUntilNanos;
    /** What it is going to be when that is stored; null if nothing is under way. */
    @Nullable
    RecordState target;
    /** While {@link RecordState#ARCHIVING}, or going to be. */
    DeadLetters.@Nullable Cause cause;
    /** Whether the dead letters have it. */
    boolean isHandedOver;
    /** Whether its state is stored, or need not be. */
    boolean isStored = true;
    /** Whether an end of this delivery may be stored although its member was told that it is not. */
    boolean isUncertain;
    /** The write that it is part of; 0 if it has changed since. */
    int write;

    Run(long firstOffset, long lastOffset, RecordState state, short deliveryCount) {
        this.firstOffset = firstOffset;
        this.lastOffset = lastOffset;
        this.state = state;
        this.deliveryCount = deliveryCount;
    }

    long count() {
        return lastOffset - firstOffset + 1;
    }

    boolean isAvailable() {
        return state == RecordState.AVAILABLE && target == null;
    }

    boolean isOutWith(Holder session) {
        return state == RecordState.ACQUIRED && target == null && session.equals(holder);
    }

    /** What it is if all that is under way succeeds. */
    RecordState prospect() {
        RecordState going = target;
        return going == null ? state : going;
    }

    boolean needsStoring() {
        return target != null || !isStored;
    }

    /** The upper part from an offset on; this one ends before it. */
    Run split(long at) {
        Run upper = new Run(at, lastOffset, state, deliveryCount);
        upper.holder = holder;
        upper.lockedUntilNanos = lockedUntilNanos;
        upper.target = target;
        upper.cause = cause;
        upper.isHandedOver = isHandedOver;
        upper.isStored = isStored;
        upper.isUncertain = isUncertain;
        upper.write = write;
        lastOffset = at - 1;
        return upper;
    }

    /** Whether nothing distinguishes it from the run behind it. What is finished and stored is all the same. */
    boolean isLike(Run next) {
        if (state.isFinal()) {
            return state == next.state
                    && isStored
                    && next.isStored
                    && target == null
                    && next.target == null
                    && deliveryCount == next.deliveryCount;
        }
        return state == next.state
                && deliveryCount == next.deliveryCount
                && holder == next.holder
                && lockedUntilNanos == next.lockedUntilNanos
                && target == next.target
                && cause == next.cause
                && isHandedOver == next.isHandedOver
                && isStored == next.isStored
                && isUncertain == next.isUncertain
                && write == next.write;
    }

    @Override
    public String toString() {
        return firstOffset + "-" + lastOffset + " " + state + (target == null ? "" : "->" + target) + " x"
                + deliveryCount + (holder == null ? "" : " with " + holder);
    }
}
