package dev.barnabas.share;

import java.util.Objects;

/** Whom records are out with: a member in one of its share sessions. Identity is what tells sessions apart. */
public final class Holder {
    private final String memberId;
    /** The partitions of a session are on many loops, and each is told. */
    private volatile boolean hasEnded;

    public Holder(String memberId) {
        this.memberId = Objects.requireNonNull(memberId);
    }

    public String memberId() {
        return memberId;
    }

    /** Whether its session is over: what comes back to it is given to others. */
    boolean hasEnded() {
        return hasEnded;
    }

    void end() {
        hasEnded = true;
    }

    @Override
    public String toString() {
        return memberId;
    }
}
